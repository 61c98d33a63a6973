import dataclasses
import re
from pathlib import Path

import pytest

from config.reader import SettingsError
from config.settings import Settings

DOCUMENTATION = Path(__file__).parents[3] / "docs" / "settings.md"


def test_an_empty_environment_gives_the_embedded_defaults() -> None:
    settings = Settings.from_environ({})

    assert settings.elasticsearch_url is None
    assert settings.database_url == f"sqlite:///{settings.var}/passerelle.db"


def test_every_fault_is_reported_at_once_with_its_variable() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environ({"PASSERELLE_PORT": "none", "DATABASE_URL": "mysql://x", "SECRET_KEY": "short"})

    told = str(caught.value)
    assert [name for name in ("PASSERELLE_PORT", "DATABASE_URL", "SECRET_KEY") if name in told] == [
        "PASSERELLE_PORT",
        "DATABASE_URL",
        "SECRET_KEY",
    ]


def test_a_fault_never_repeats_a_password() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environ({"DATABASE_URL": "mysql://someone:hunter2-secret@host/db"})

    assert "hunter2" not in str(caught.value)


def test_the_shown_settings_hold_no_password() -> None:
    settings = Settings.from_environ({"DATABASE_URL": "postgresql://u:hunter2-secret@h/d", "SECRET_KEY": "k" * 32})

    assert "hunter2" not in repr(settings)
    assert "k" * 32 not in repr(settings)


def test_every_setting_is_documented() -> None:
    documented = set(
        re.findall(r"^\| `[A-Z_]+` \| `(\w+)` \|", DOCUMENTATION.read_text(encoding="utf-8"), re.MULTILINE)
    )

    assert documented == {field.name for field in dataclasses.fields(Settings)}
