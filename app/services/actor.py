"""Who acts: a visitor, a signed-in person, or the system itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sqlalchemy import select

from app.records.accounts import Membership, User
from app.records.store import Work


@dataclass(frozen=True, slots=True)
class Actor:
    """`memberships` maps an organisation's id to the role in it ("member" or "manager")."""

    user_id: int | None
    language: str
    facilitator: bool = False
    administrator: bool = False
    memberships: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def organisation_ids(self) -> frozenset[int]:
        """The organisations that this person speaks for."""
        return frozenset(self.memberships)

    def is_member(self, organisation_id: int) -> bool:
        """Whether this person speaks for the organisation."""
        return organisation_id in self.memberships


ANONYMOUS = Actor(None, "fr")
SYSTEM = Actor(None, "fr", facilitator=True, administrator=True)  # commands and jobs; no user in the audit log


def load_actor(work: Work, user_id: int | None, language: str) -> Actor:
    """The actor behind a signed-in user; ANONYMOUS' rights where there is none or the account is not active.

    `language` is that of the page, which may differ from the one that the user keeps for mails. Administrators are
    facilitators too.
    """
    user = work.session.get(User, user_id) if user_id is not None else None
    if user is None or not user.active:
        return Actor(None, language)
    roles = {role.name for role in user.roles}
    query = select(Membership.organisation_id, Membership.role).where(Membership.user_id == user.id)
    return Actor(
        user_id=user.id,
        language=language,
        facilitator=bool(roles & {"facilitator", "administrator"}),
        administrator="administrator" in roles,
        memberships=MappingProxyType(dict(work.session.execute(query).all())),
    )
