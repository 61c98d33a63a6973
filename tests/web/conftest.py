"""The portal on real parts: a SQLite file, the embedded engine, mail written to a folder, the real templates."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.factory import create_app
from app.records.accounts import Membership, User
from app.records.store import Store
from app.records.vectors import DatabaseVectors
from app.services.accounts.passwords import hash_password
from app.services.parts import Parts, build_engine, build_mailer
from config.settings import Settings
from indexing.weights import load_weights
from tests.facilitation.world import Clock, World
from tests.web.portal import PASSWORD, Visitor

KEY = "a key that is long enough for tests and used nowhere else"


@pytest.fixture(scope="session")
def hashed_password() -> str:
    """One hash for all accounts: it is slow on purpose."""
    return hash_password(PASSWORD)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """As a first start has them, with everything in this test's own folder."""
    return Settings.from_environ({"PASSERELLE_VAR": str(tmp_path / "var")})


@pytest.fixture
def clock() -> Clock:
    """The clock of the portal's database; `forward` moves it."""
    return Clock()


@pytest.fixture
def parts(settings: Settings, seeded_database: Path, clock: Clock) -> Iterator[Parts]:
    """Real parts; the model is loaded only by a test that encodes."""
    settings.var.mkdir(parents=True)
    shutil.copy(seeded_database, settings.var / "passerelle.db")
    store = Store(settings.database_url, clock=clock)
    parts = Parts(
        settings=settings,
        store=store,
        engine=build_engine(settings),
        vectors=DatabaseVectors(store),
        weights=load_weights(),
        mailer=build_mailer(settings),
    )
    yield parts
    parts.close()


@pytest.fixture
def app(parts: Parts) -> Flask:
    """The portal; limits are counted in this process, each test from zero."""
    return create_app(parts, KEY, "memory://")


@pytest.fixture
def world(parts: Parts, clock: Clock) -> World:
    """Makes rows in the portal's database."""
    return World(parts.store, clock)


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Somebody who is not signed in."""
    return Visitor(app.test_client())


@pytest.fixture
def signed_in(app: Flask, world: World, hashed_password: str) -> Callable[..., Visitor]:
    """Signs a new person in: `signed_in("a@b.ca", organisation_id)` or `signed_in("a@b.ca", role="facilitator")`."""

    def enter(email: str, *organisations: int, role: str | None = None) -> Visitor:
        user_id = world.user(email, role=role)
        with world.store.write() as work:
            row = work.session.get(User, user_id)
            assert row is not None
            row.password = hashed_password
            for organisation_id in organisations:
                work.session.add(Membership(user_id=user_id, organisation_id=organisation_id, role="manager"))
        visitor = Visitor(app.test_client())
        assert visitor.sign_in(email).status_code == 302
        return visitor

    return enter
