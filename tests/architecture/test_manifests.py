"""Every driver and adapter folder says what it is, answers the whole checklist, and keeps its protocol pure."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.test_mirror import imported_modules
from tests.architecture.tree import ROOT

DRIVERS = ROOT / "backend/labels/drivers"
ADAPTERS = ROOT / "backend/channels/adapters"
STATES = {"done", "todo", "exempt"}
NOT_PURE = {
    "asyncio",
    "httpx",
    "os",
    "pathlib",
    "socket",
    "sqlalchemy",
    "sqlmodel",
    "threading",
    "time",
    "websockets",
}


def folders(parent: Path) -> list[Path]:
    """Every folder that holds code; whether it has a manifest is what is tested."""
    return sorted(path for path in parent.iterdir() if path.is_dir() and (path / "__init__.py").exists())


def driver_rules() -> set[str]:
    """The ids in the checklist of docs/adding-a-driver.md."""
    page = (ROOT / "docs/adding-a-driver.md").read_text(encoding="utf-8")
    section = page.split("## The checklist")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE))


def adapter_rules() -> set[str]:
    return set(tomllib.loads((ADAPTERS / "checklist.toml").read_text(encoding="utf-8"))["rules"])


def answers(folder: Path) -> dict[str, tuple[str, str]]:
    """Rule -> (state, reason); `"done"` alone is the short form."""
    quality: dict[str, Any] = tomllib.loads((folder / "quality.toml").read_text(encoding="utf-8"))["rules"]
    return {
        rule: (answer, "") if isinstance(answer, str) else (answer["status"], answer.get("reason", ""))
        for rule, answer in quality.items()
    }


FOLDERS = [(folder, driver_rules(), "protocol.py") for folder in folders(DRIVERS)]
FOLDERS += [(folder, adapter_rules(), "payload.py") for folder in folders(ADAPTERS)]
IDS = [folder.name for folder, _, _ in FOLDERS]

every_folder = pytest.mark.parametrize(("folder", "rules", "pure_file"), FOLDERS, ids=IDS)


def test_there_are_several_and_the_checklists_are_found() -> None:
    assert len(folders(DRIVERS)) >= 2
    assert len(folders(ADAPTERS)) >= 2
    assert len(driver_rules()) >= 10
    assert len(adapter_rules()) >= 10


@every_folder
def test_says_what_it_is(folder: Path, rules: set[str], pure_file: str) -> None:
    manifest = tomllib.loads((folder / "manifest.toml").read_text(encoding="utf-8"))
    assert folder.name in (manifest.get("domain"), manifest.get("name"))


@every_folder
def test_answers_every_rule(folder: Path, rules: set[str], pure_file: str) -> None:
    given = answers(folder)
    assert set(given) == rules
    assert {state for state, _ in given.values()} <= STATES
    assert [rule for rule, (state, reason) in given.items() if state != "done" and len(reason) < 10] == []


@every_folder
def test_keeps_its_protocol_pure(folder: Path, rules: set[str], pure_file: str) -> None:
    """Bytes or values in, values out: nothing that waits, reads a clock or opens a socket."""
    path = folder / pure_file
    if not path.exists() and "simul" in (folder / "manifest.toml").read_text(encoding="utf-8"):
        pytest.skip("plays against an adapter and speaks that one's protocol")
    modules = {module.split(".")[0] for module in imported_modules(path.relative_to(ROOT))}
    assert modules & NOT_PURE == set()
    assert not re.search(r"\basync def\b|\bawait\b", path.read_text(encoding="utf-8"))
