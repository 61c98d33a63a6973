"""Checks of input that collect every fault, so that all are told at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import date, datetime
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from matching.errors import InvalidInput

TITLE = 200
TEASER = 500
LONG = 20_000
NEED = 500
SHORT = 120
URL = 300
LARGEST_NUMBER = 2_000_000_000  # fits the databases' integers

_CONTROL = re.compile(r"[\x01-\x08\x0e-\x1f\x7f]")
_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LABEL = re.compile(r"[^\W_](?:[\w-]*[^\W_])?")


class Checks:
    """`faults` maps a field to its first cause (see `app.services.faults`)."""

    def __init__(self) -> None:
        self.faults: dict[str, str] = {}

    def fault(self, field: str, cause: str) -> None:
        """Note a fault; the first of a field stays."""
        self.faults.setdefault(field, cause)

    def raise_faults(self) -> None:
        """Raises InvalidInput where anything was noted."""
        if self.faults:
            raise InvalidInput(self.faults)

    def text(self, field: str, value: object, limit: int, *, required: bool = False) -> str:
        """A text without white space around it, line breaks as newlines, other control characters left out."""
        if value is None:
            value = ""
        if not isinstance(value, str):
            self.fault(field, "not_text")
            return ""
        if len(value) > limit * 2 and len(value.strip()) > limit:  # told before megabytes are looked through
            self.fault(field, f"too_long:{limit}")
            return ""
        if "\x00" in value:
            self.fault(field, "nul_byte")
            return ""
        if _SURROGATE.search(value):
            self.fault(field, "bad_character")
            return ""
        clean = _CONTROL.sub("", _BREAKS.sub("\n", value)).strip()
        if len(clean) > limit:
            self.fault(field, f"too_long:{limit}")
        elif required and not clean:
            self.fault(field, "required")
        return clean

    def line(self, field: str, value: object, limit: int, *, required: bool = False) -> str:
        """A text of one line: every run of white space becomes one space."""
        return " ".join(self.text(field, value, limit, required=required).split())

    def integer(self, field: str, value: object, low: int = 0, high: int = LARGEST_NUMBER) -> int | None:
        """A whole number, also when it is written as text or as 5.0; None where nothing is given."""
        if value is None or value == "":
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,12}", value.strip()):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            self.fault(field, "not_a_number")
            return None
        if not low <= value <= high:
            self.fault(field, "out_of_range")
            return None
        return value

    def ordered(self, field: str, low: int | None, high: int | None) -> None:
        """Two ends of a range; the fault is told at `field`."""
        if low is not None and high is not None and low > high:
            self.fault(field, "min_above_max")

    def day(self, field: str, value: object) -> date | None:
        """A date, also when it is written as 2027-03-31."""
        if value is None or value == "":
            return None
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value.strip()):
            try:
                return date.fromisoformat(value.strip())
            except ValueError:
                pass
        self.fault(field, "not_a_date")
        return None

    def choice(self, field: str, value: str | None, known: Collection[str], cause: str = "unknown_value") -> str | None:
        """One of a list, or nothing."""
        if not value:
            return None
        if value not in known:
            self.fault(field, cause)
            return None
        return value

    def codes(
        self, field: str, values: Iterable[str], known: Collection[str], cause: str = "unknown_value", most: int = 30
    ) -> list[str]:
        """Several of a list, each once, in the order given."""
        found = list(dict.fromkeys(values))
        if any(value not in known for value in found):
            self.fault(field, cause)
        elif len(found) > most:
            self.fault(field, f"too_many:{most}")
        return found

    def lines(self, field: str, values: Iterable[object], limit: int = SHORT, most: int = 50) -> list[str]:
        """Several short texts, each once, empty ones left out."""
        found = list(dict.fromkeys(line for value in values if (line := self.line(field, value, limit))))
        if len(found) > most:
            self.fault(field, f"too_many:{most}")
        return found

    def email(self, field: str, value: object) -> str | None:
        """An address, or nothing. Whether it can be delivered to is not asked."""
        text = self.line(field, value, 254)
        if not text or field in self.faults:
            return None
        try:
            return validate_email(text, check_deliverability=False).normalized
        except EmailNotValidError:
            self.fault(field, "bad_email")
            return None

    def url(self, field: str, value: object) -> str | None:
        """A web address with http or https, or nothing."""
        text = self.line(field, value, URL)
        if not text or field in self.faults:
            return None
        if not _is_web_address(text):
            self.fault(field, "bad_url")
            return None
        return text


def _is_web_address(text: str) -> bool:
    """A host with a dot and http or https before it, no user name, no white space: safe as the target of a link."""
    try:
        parts = urlsplit(text)
        host, user, _port = parts.hostname or "", parts.username, parts.port
    except ValueError:
        return False
    labels = host.rstrip(".").split(".")
    named = len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels)
    return parts.scheme in ("http", "https") and named and user is None and " " not in text
