"""One word, one meaning: banned words appear in no name, tables end in Row, and nothing is loaded from elsewhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, committed_files, parsed, source_files

BANNED_WORDS = {"data", "info", "manager", "util", "utils", "helper", "helpers"}
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")

# Where a package or a library would be fetched from. The app brings everything with it, and so does a clone.
ELSEWHERE = [
    "pypi.org",
    "pythonhosted.org",
    "npmjs.org",
    "npmjs.com",
    "jsdelivr.net",
    "unpkg.com",
    "cdnjs.cloudflare.com",
    "esm.sh",
    "skypack.dev",
    "fonts.googleapis.com",
    "fonts.gstatic.com",
    "gstatic.com/flutter",
]

# Addresses that stand in a file and are never called.
NEVER_CALLED = {
    "mobile/web/bundle/zxing.py: jsdelivr.net": "what the camera's reader would ask for: the bundle takes it out",
    "mobile/web/bundle/client.py: jsdelivr.net": "what Flet's client asks for: the bundle puts a stub in its place",
}


def words(name: str) -> set[str]:
    """The words of a name in any spelling: `PickListRow` and `pick_list_row` are pick, list and row."""
    return {word.lower() for word in _WORD.findall(name)}


def definitions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.lineno


def table_classes(path: Path) -> Iterator[str]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ClassDef):
            for keyword in node.keywords:
                if keyword.arg == "table" and isinstance(keyword.value, ast.Constant) and keyword.value.value is True:
                    yield node.name


class TestWords:
    @pytest.mark.parametrize("name", ["load_data", "DataManager", "utils", "HTTPHelper", "order_info", "util"])
    def test_the_rule_sees_every_spelling(self, name: str) -> None:
        assert words(name) & BANNED_WORDS

    @pytest.mark.parametrize("name", ["Database", "update", "candidate", "information_at", "helpful", "utility"])
    def test_the_rule_leaves_other_words_alone(self, name: str) -> None:
        assert not words(name) & BANNED_WORDS

    def test_no_module_or_folder(self) -> None:
        wrong = [
            str(path)
            for path in source_files()
            if any(words(part) & BANNED_WORDS for part in path.with_suffix("").parts)
        ]
        assert wrong == []

    def test_no_class_or_function(self) -> None:
        wrong = [
            f"{path}:{line} {name}"
            for path in source_files()
            for name, line in definitions(path)
            if words(name) & BANNED_WORDS
        ]
        assert wrong == []


class TestTables:
    def test_end_in_row_and_live_where_tables_live(self) -> None:
        tables = {name: path for path in source_files() for name in table_classes(path)}
        assert len(tables) > 10
        assert [name for name in tables if not name.endswith("Row")] == []
        astray = {
            str(path) for path in tables.values() if path.name != "models.py" and path.parts[:2] != ("backend", "core")
        }
        assert astray == set()


class TestNothingFromElsewhere:
    def test_no_address_of_a_registry_or_cdn(self) -> None:
        own = Path(__file__).relative_to(ROOT)
        found = []
        for path in committed_files():
            content = (ROOT / path).read_bytes()
            if path != own and b"\0" not in content[:4096]:
                found += [f"{path}: {host}" for host in ELSEWHERE if host.encode() in content]
        assert sorted(found) == sorted(NEVER_CALLED)
