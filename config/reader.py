"""Reads environment variables and collects every fault, so that all are told at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from urllib.parse import urlsplit


class SettingsError(Exception):
    """The environment cannot be used; the message has one line a fault, with the variable's name."""


class Reader:
    """Typed access to the environment. A faulty value is recorded and its default returned."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._faults: list[str] = []

    def optional(self, name: str, *, at_least: int = 1) -> str | None:
        """The text of a variable, or None where it is unset or empty."""
        value = self._environ.get(name, "").strip()
        if not value:
            return None
        if len(value) < at_least:
            self._faults.append(f"{name}: needs at least {at_least} characters")
            return None
        return value

    def text(self, name: str, *, default: str) -> str:
        """The text of a variable, or the default."""
        return self.optional(name) or default

    def path(self, name: str, *, default: str) -> Path:
        """A path, made absolute against the working folder."""
        return Path(self.text(name, default=default)).expanduser().absolute()

    def choice(self, name: str, *, default: str, choices: Collection[str]) -> str:
        """One of the named values."""
        value = self.text(name, default=default)
        if value not in choices:
            self._faults.append(f"{name}: {value!r} is none of {', '.join(sorted(choices))}")
            return default
        return value

    def integer(self, name: str, *, default: int, low: int, high: int) -> int:
        """A whole number between two bounds, both included."""
        value = self.optional(name)
        if value is None:
            return default
        if not value.isascii() or not value.isdecimal() or not low <= int(value) <= high:
            self._faults.append(f"{name}: {value!r} is not a whole number from {low} to {high}")
            return default
        return int(value)

    def url(self, name: str, *, default: str, schemes: Collection[str]) -> str:
        """A URL of one of the schemes. A fault never repeats the value, which may hold a password."""
        return self.optional_url(name, schemes=schemes) or default

    def optional_url(self, name: str, *, schemes: Collection[str]) -> str | None:
        """As `url`, with None where the variable is unset."""
        value = self.optional(name)
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            parts.port  # noqa: B018 -- reading it checks it
        except ValueError:
            self._faults.append(f"{name}: not a URL")
            return None
        if parts.scheme not in schemes or not (parts.netloc or parts.path):
            self._faults.append(f"{name}: expected a URL that starts with {' or '.join(sorted(schemes))}")
            return None
        return value

    def raise_faults(self) -> None:
        """Raise `SettingsError` if anything read so far was faulty."""
        if self._faults:
            raise SettingsError("\n".join(self._faults))
