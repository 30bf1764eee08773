"""The pages tell the truth: each word of the project has its meaning, each path and each command they name exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, committed_files

# The words that bind code, screens and pages alike.
WORDS = [
    "order",
    "order line",
    "channel",
    "wave",
    "trolley",
    "tote",
    "pick list",
    "pick",
    "short pick",
    "substitution",
    "store",
    "aisle",
    "bay",
    "shelf",
    "location",
    "label",
    "gateway",
    "flash",
    "shift",
    "due_at",
    "caption",
    "driver",
    "adapter",
    "room",
    "command",
    "event",
    "journal",
    "outbox",
    "walk",
    "desk",
    "scan",
]

PAGES = [path for path in committed_files() if path.suffix == ".md"]
_IN_BACKTICKS = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)#\s]+)\)")
_PATH = re.compile(r"^[\w.\-]+(/[\w.\-]+)+/?$")
_MAKE = re.compile(r"\bmake ([a-z][a-z-]*)\b")
_ROOTS = ("backend", "client", "mobile", "shared", "tests", "docs", "assets", "tools", "build", "var")
_MADE_LATER = ("build", "var")


def named_paths(page: Path) -> list[str]:
    """What a page names in backticks or links and that looks like a path of this project."""
    content = (ROOT / page).read_text(encoding="utf-8")
    in_backticks = [text.split(":")[0] for text in _IN_BACKTICKS.findall(content)]
    inside = [text for text in in_backticks if _PATH.match(text) and text.split("/")[0] in _ROOTS]
    links = [link for link in _LINK.findall(content) if "://" not in link and not link.startswith("mailto:")]
    return inside + links


def exists(page: Path, name: str) -> bool:
    """Relative to the root, or to the page that names it."""
    is_made_later = name.split("/")[0] in _MADE_LATER
    return is_made_later or (ROOT / name).exists() or (ROOT / page).parent.joinpath(name).exists()


def glossary() -> dict[str, str]:
    """Word -> meaning, from the table rows of docs/glossary.md."""
    page = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| \*\*(.+?)\*\* \| (.+?) \|", page, re.MULTILINE))


class TestGlossary:
    @pytest.mark.parametrize("word", WORDS)
    def test_gives_every_word_a_meaning(self, word: str) -> None:
        assert len(glossary()[word].split()) >= 4

    def test_gives_one_meaning_to_a_word(self) -> None:
        page = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
        words = re.findall(r"^\| \*\*(.+?)\*\* \|", page, re.MULTILINE)
        assert sorted(words) == sorted(set(words))


class TestPages:
    def test_there_are_pages(self) -> None:
        assert {Path("README.md"), Path("docs/glossary.md"), Path("docs/flow.md")} <= set(PAGES)

    @pytest.mark.parametrize("page", PAGES, ids=str)
    def test_name_only_paths_that_exist(self, page: Path) -> None:
        assert [name for name in named_paths(page) if not exists(page, name)] == []

    @pytest.mark.parametrize("page", PAGES, ids=str)
    def test_name_only_make_targets_that_exist(self, page: Path) -> None:
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
        content = (ROOT / page).read_text(encoding="utf-8")
        said = {target for text in _IN_BACKTICKS.findall(content) for target in _MAKE.findall(text)}
        said |= set(re.findall(r"^\s*(?:\$ )?make ([a-z][a-z-]*)", content, re.MULTILINE))
        assert said - targets == set()


class TestRoomReadmes:
    def test_every_room_with_tables_has_one_of_about_ten_lines(self) -> None:
        rooms = [path.parent for path in (ROOT / "backend").glob("*/models.py")]
        assert len(rooms) >= 5
        assert [room.name for room in rooms if not (room / "README.md").exists()] == []
        lengths = {room.name: len((room / "README.md").read_text(encoding="utf-8").splitlines()) for room in rooms}
        assert {name: lines for name, lines in lengths.items() if lines > 15} == {}
