"""Every source file has its test: one of its name in the mirrored folder, or one there that imports it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from tests.architecture.tree import ROOT, parsed, source_files

# Files of these names only declare; what they declare is tried by the tests of the room that uses it.
DECLARATIONS = {
    "__init__.py": "packages are empty but for their sentence",
    "__main__.py": "hands over to a function that has its test",
    "models.py": "tables: every room test writes and reads them",
    "commands.py": "shapes of commands: every room test sends them",
    "errors.py": "sentences: test_error_trees.py looks at all of them",
    "port.py": "promises: the contract tests hold every driver and adapter to them",
    "ports.py": "promises: the room's fakes and its neighbours keep them",
    "rig.py": "a driver's test bed: the contract tests run on each",
    "repository.py": "queries: the service's tests run each of them on a real database",
}

# Tested, but not in the mirrored folder: a file or a folder, and where.
ELSEWHERE = {
    "shared/events.py": "tests/backend/test_flow.py",
    "backend/migrations": "tests/architecture/test_migrations.py",
    "backend/core/migrating.py": "tests/architecture/test_migrations.py",
    "mobile/captions/english": "tests/mobile/test_captions.py",
    "mobile/screens": "tests/e2e",
    "mobile/components": "tests/e2e",
}


def is_tested_elsewhere(path: Path) -> bool:
    return any(str(each) in ELSEWHERE for each in (path, *path.parents))


@cache
def imported_modules(path: Path) -> set[str]:
    """Dotted names of all modules a file imports, in both spellings."""
    modules: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return modules


def files_testing(path: Path) -> list[Path]:
    """The test files of one source file, in the mirrored folder or above: of its name, or importing it.

    A file that only its own folder uses counts as tested by the tests of the neighbour that imports it.
    """
    candidates = mirrored_files(path.parent)
    by_name = [test for test in candidates if test.stem == f"test_{path.stem}"]
    if by_name:
        return by_name
    module = module_of(path)
    neighbours = [each for each in source_files_in(path.parent) if imports_one(each, {module})]
    wanted = {module} | {module_of(each) for each in neighbours}
    return [test for test in candidates if imports_one(test, wanted)]


def imports_one(path: Path, modules: set[str]) -> bool:
    """Whether a file imports one of these. Few files spell any of them out, and only those are read as Python."""
    text = text_of(path)
    spelled = (module in text or f"from {module.rpartition('.')[0]} import" in text for module in modules)
    return any(spelled) and not modules.isdisjoint(imported_modules(path))


@cache
def text_of(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def source_files_in(folder: Path) -> list[Path]:
    return [path for path in source_files() if path.parent == folder]


@cache
def mirrored_files(folder: Path) -> list[Path]:
    """Every Python file of the mirrored folder and of those above it."""
    mirrored = [ROOT / "tests" / each for each in (folder, *folder.parents) if each != Path()]
    return [test.relative_to(ROOT) for each in mirrored for test in sorted(each.glob("*.py"))]


def module_of(path: Path) -> str:
    return ".".join(path.with_suffix("").parts)


def test_every_source_file_has_a_test() -> None:
    missing = [
        str(path)
        for path in source_files()
        if path.name not in DECLARATIONS and not is_tested_elsewhere(path) and not files_testing(path)
    ]
    assert missing == []


def test_the_lists_of_exceptions_are_needed() -> None:
    """An exception whose file is gone, or has a test now, is taken off the list."""
    assert [path for path in ELSEWHERE if not (ROOT / path).exists()] == []
    assert [path for path, test in ELSEWHERE.items() if not (ROOT / test).exists()] == []
    assert [path for path in ELSEWHERE if (ROOT / path).is_file() and files_testing(Path(path))] == []
    names = {path.name for path in source_files()}
    assert [name for name in DECLARATIONS if name not in names] == []


def test_every_test_mirrors_something() -> None:
    """A test folder below tests/backend, tests/mobile and tests/shared is called as the source folder it tests."""
    mirrored = [ROOT / "tests" / name for name in ("backend", "mobile", "shared")]
    folders = {test.parent.relative_to(ROOT / "tests") for folder in mirrored for test in folder.rglob("test_*.py")}
    assert [str(folder) for folder in sorted(folders) if not (ROOT / folder).is_dir()] == []
