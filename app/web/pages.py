"""Home, the pages that tell what this is, and the way from sign-in to one's own work."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.services.accounts.workspace import places_of
from app.services.challenges.workshops import list_workshops
from app.services.search.show_home import newest_challenges, open_by_sector, owners_of_open_challenges, site_numbers
from app.web.access import access
from app.web.context import actor, language, parts
from app.web.taxonomy import sectors

root = Blueprint("root", __name__)
bp = Blueprint("pages", __name__)


@root.get("/")
@access("public")
def to_language() -> ResponseReturnValue:
    """The bare address: to the language that was kept or that the browser asks for."""
    return redirect(url_for("pages.home", lang=language()))


WARM = "passerelle-warm"  # the event that is set when the model is warm; absent where nothing is loaded ahead


@root.get("/health")
@access("public")
def health() -> ResponseReturnValue:
    """For supervisors: 200 once the model is warm, 503 while it is loaded."""
    warm = current_app.extensions.get(WARM)
    if warm is not None and not warm.is_set():
        return {"status": "warming"}, 503
    return {"status": "ok"}


@bp.get("/")
@access("public")
def home() -> ResponseReturnValue:
    """What this is, with the search, the newest challenges and the verticals."""
    with parts().store.read() as work:
        newest, numbers = newest_challenges(work), site_numbers(work)
        open_challenges, by_code = open_by_sector(work)
    return render_template(
        "pages/home.html",
        newest=newest,
        numbers=numbers,
        open_challenges=open_challenges,
        by_sector=sorted(((sector, by_code.get(sector.code, 0)) for sector in sectors()), key=lambda row: -row[1]),
    )


@bp.get("/how-it-works")
@access("public")
def how() -> ResponseReturnValue:
    """Membership, verticals, workshops, the facilitator."""
    with parts().store.read() as work:
        workshops = list_workshops(work)
    return render_template("pages/how.html", sectors=sectors(), workshops=workshops, settings=parts().settings)


@bp.get("/partners")
@access("public")
def partners() -> ResponseReturnValue:
    """The organisations that post challenges."""
    with parts().store.read() as work:
        owners = owners_of_open_challenges(work)
    return render_template("pages/partners.html", owners=owners, settings=parts().settings)


@bp.get("/terms")
@access("public")
def terms() -> ResponseReturnValue:
    """Terms of use."""
    return render_template("pages/terms.html", settings=parts().settings)


@bp.get("/privacy")
@access("public")
def privacy() -> ResponseReturnValue:
    """What is kept about people, and who answers for it."""
    return render_template("pages/privacy.html", settings=parts().settings)


@bp.get("/workspace")
@access("signed_in")
def workspace() -> ResponseReturnValue:
    """After sign-in: to where this person works, and what to do first."""
    with parts().store.read() as work:
        places = places_of(work, actor())
    return render_template("pages/workspace.html", places=places, settings=parts().settings)
