"""What goes onto the phone: `flet build` packages the root, so each thing there is wanted or excluded by name."""

from __future__ import annotations

import tomllib

from tests.architecture.tree import ROOT, committed_files

# What the app needs in its package; everything else must be excluded by name.
PACKAGED = {"main.py", "pyproject.toml", "assets", "mobile", "shared"}


def excluded() -> set[str]:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return set(pyproject["tool"]["flet"]["app"]["exclude"])


def test_every_top_folder_and_file_is_packaged_or_excluded() -> None:
    """Hidden ones are left out by the build itself."""
    top = {path.parts[0] for path in committed_files() if not path.parts[0].startswith(".")}
    assert top - PACKAGED - excluded() == set()


def test_what_is_built_here_is_excluded_too() -> None:
    made = {line.rstrip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()}
    assert {"build", "var"} <= made & excluded()


def test_nothing_is_both() -> None:
    assert PACKAGED & excluded() == set()


def test_the_app_is_complete() -> None:
    assert [name for name in sorted(PACKAGED) if not (ROOT / name).exists()] == []


def test_the_phone_asks_for_nothing_that_only_the_backend_needs() -> None:
    """`[project].dependencies` are what `flet build` installs on the phone."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {dependency.split("==")[0] for dependency in project["dependencies"]}
    assert names == {"flet", "httpx", "pydantic", "websockets"}
