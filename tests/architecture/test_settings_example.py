""".env.example names every setting with its default, so that a copy of it changes nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from backend.settings import Settings
from tests.architecture.tree import ROOT

EXAMPLE = ROOT / ".env.example"
_LINE = re.compile(r"^(?:# )?([A-Z][A-Z0-9_]*)=", re.MULTILINE)  # with a sign in front: no default, empty would not do


def setting_names(model: type[BaseModel] = Settings, prefix: str = "BLINKPICK_") -> list[str]:
    """The environment variable of every setting, sections joined by two underscores."""
    names = []
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            names += setting_names(field.annotation, f"{prefix}{name.upper()}__")
        else:
            names.append(f"{prefix}{name.upper()}")
    return names


def test_names_every_setting_and_no_other() -> None:
    assert sorted(_LINE.findall(EXAMPLE.read_text(encoding="utf-8"))) == sorted(setting_names())


def test_says_what_each_one_means() -> None:
    """A sentence stands above each setting, or above the group it belongs to."""
    groups = EXAMPLE.read_text(encoding="utf-8").strip().split("\n\n")
    assert [group for group in groups if not group.startswith("# ")] == []


def test_a_copy_of_it_changes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [*setting_names(), "HOST", "PORT", "DATABASE_URL"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)  # away from the developer's own .env

    assert Settings(_env_file=EXAMPLE) == Settings(_env_file=None)  # type: ignore[call-arg]


def test_a_changed_line_of_it_changes_a_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [*setting_names(), "HOST", "PORT", "DATABASE_URL"]:
        monkeypatch.delenv(name, raising=False)
    changed = (
        EXAMPLE.read_text(encoding="utf-8").replace("TOTES_MAX=6", "TOTES_MAX=4").replace("_PORT=8000", "_PORT=9000")
    )
    copy = tmp_path / ".env"
    copy.write_text(changed, encoding="utf-8")

    settings = Settings(_env_file=copy)  # type: ignore[call-arg]
    assert (settings.picking.totes_max, settings.port) == (4, 9000)
