"""Mail a firm's people that a challenge is recommended to them: each person once for a match, however often asked."""

from __future__ import annotations

from datetime import timedelta

from babel.dates import format_date
from babel.numbers import format_decimal

from app.records.matches import Match
from app.records.store import Store, Work
from app.records.work import Outbox
from app.services.accounts.members import members_to_tell, reads, told_keys
from app.services.facilitation.tell_moderation import title_of

TOPIC = "approval"
TEMPLATE = "match_approved"
GRACE = timedelta(seconds=10)  # a slip of the finger is taken back before anybody is told


def ask_to_tell(work: Work, match_id: int) -> None:
    """Have the firm's people told of an approval, if it still stands a moment from now."""
    due = work.now + GRACE
    work.session.add(Outbox(topic=TOPIC, key=str(match_id), payload={}, created_at=work.now, due_at=due))


def tell_approval(store: Store, match_id: int) -> int:
    """Write the messages of an approval that still stands; returns how many are new.

    An approval that was taken back before this ran mails nobody. One that is made again mails only those who were
    not told yet (for as long as the outbox keeps what is done: 30 days).
    """
    with store.write() as work:
        match = work.session.get(Match, match_id, with_for_update={"of": Match})
        if match is None or match.state != "approved" or match.challenge.status != "open":
            return 0
        told = told_keys(work, message_key(match_id))
        people = members_to_tell(work, match.firm.organisation_id)
        new = [person for person in people if message_key(match_id, person.id) not in told]
        for person in new:
            language = reads(person)
            work.tell(
                "mail",
                message_key(match_id, person.id),
                template=TEMPLATE,
                to=person.email,
                language=language,
                values=_values(match, language),
            )
        return len(new)


def message_key(match_id: int, user_id: int | str = "") -> str:
    """Names one message: the mailer gives the same key the same Message-ID."""
    return f"match-{match_id}-user-{user_id}"


def _values(match: Match, language: str) -> dict[str, object]:
    """Public facts only: a mail is read on many machines, and by many eyes."""
    challenge, firm = match.challenge, match.firm
    return {
        "title": title_of(challenge, language),
        "owner": challenge.organisation.name,
        "firm": firm.organisation.name,
        "score": format_decimal(match.score, locale=language),  # as the portal writes it
        "deadline": format_date(challenge.deadline, "long", locale=language) if challenge.deadline else "",
        "path": f"/{language}/organisations/{firm.organisation_id}/recommended#match-{match.id}",
    }
