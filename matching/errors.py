"""The errors of the product, as a tree that knows no HTTP.

MatchmakingError
├── NotFound               what was named is not there, or not for this reader
├── Forbidden              the actor may not do this
├── InvalidInput           what was sent cannot be taken; `faults` names each field and cause
├── StaleDecision          somebody changed this first
├── IllegalMove            the state does not allow this move
├── DimensionMismatch      vectors of two encoders were mixed
├── RejectedDocuments      the engine refused some documents; `ids` names them
├── MailRefused            the mail server refused a message for good
└── Unavailable            a service did not answer; the same call may work later
    ├── SearchUnavailable
    ├── EncoderUnavailable
    ├── RerankerUnavailable
    └── MailUnavailable
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class MatchmakingError(Exception):
    """Base of everything that the product raises on purpose."""


class NotFound(MatchmakingError):
    """What was named is not there, or not for this reader."""


class Forbidden(MatchmakingError):
    """The actor may not do this."""


class InvalidInput(MatchmakingError):
    """What was sent cannot be taken. `faults` maps a field to a cause code of `app.services.faults`."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {cause}" for name, cause in faults.items()))
        self.faults = dict(faults)


class StaleDecision(MatchmakingError):
    """Somebody changed this first."""


class IllegalMove(MatchmakingError):
    """The state does not allow this move."""


class DimensionMismatch(MatchmakingError):
    """Vectors of two encoders were mixed."""


class RejectedDocuments(MatchmakingError):
    """The engine refused some documents; every other one of the batch is written."""

    def __init__(self, ids: Sequence[str], causes: Mapping[str, str] | None = None) -> None:
        super().__init__("rejected: " + ", ".join(ids))
        self.ids = tuple(ids)
        self.causes = dict(causes or {})


class MailRefused(MatchmakingError):
    """The mail server refused a message for good: another try would meet the same answer."""


class Unavailable(MatchmakingError):
    """A service did not answer; the same call may work later."""


class SearchUnavailable(Unavailable):
    """The search engine did not answer."""


class EncoderUnavailable(Unavailable):
    """The model could not be loaded or did not answer."""


class RerankerUnavailable(Unavailable):
    """The cross-encoder could not be loaded or did not answer."""


class MailUnavailable(Unavailable):
    """The mail server did not take the message."""
