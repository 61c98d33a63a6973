"""Sign-up: a person and the organisation that they speak for."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_security import RegisterFormV2
from wtforms import RadioField, StringField, ValidationError
from wtforms.fields.core import Field

from app.services.checks import SHORT, TITLE, Checks
from app.services.faults import message
from app.web.context import language


class Line:
    """A required text of one line, checked as everywhere else and told in the page's language."""

    field_flags = {"required": True}  # noqa: RUF012 -- read by the form library

    def __init__(self, limit: int) -> None:
        self._limit = limit

    def __call__(self, _form: Any, field: Field) -> None:
        """Raises ValidationError, which the form library shows beside the field."""
        checks = Checks()
        cleaned = checks.line("field", field.data, self._limit, required=True)
        if checks.faults:
            raise ValidationError(message(checks.faults["field"], language()))
        field.data = cleaned


class SignUpForm(RegisterFormV2):
    """The library's form with a name, an organisation and its side; the two last are for `join_organisation`."""

    name = StringField(_l("Your name"), validators=[Line(SHORT)], render_kw={"autocomplete": "name"})
    organisation = StringField(
        _l("Name of your organisation"), validators=[Line(TITLE)], render_kw={"autocomplete": "organization"}
    )
    side = RadioField(
        _l("What brings you here?"),
        choices=[
            ("owner", _l("We have technological challenges")),
            ("firm", _l("We are an ICT firm with solutions")),
            ("both", _l("Both")),
        ],
        default="owner",
    )
