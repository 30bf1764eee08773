"""What is imported ahead: everything of ours that can be, and Flet's controls that ours name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mobile.web.imports import import_below

ROOT = Path(__file__).parents[3]
TELL_IMPORTED = """
import sys
import flet as ft
from mobile.web.imports import import_all
before = set(sys.modules)
import_all(())
print("\\n".join(sorted(set(sys.modules) - before)))
"""


@pytest.fixture
def ahead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package `ahead` that may be imported."""
    package = tmp_path / "ahead"
    for name, text in {
        "__init__.py": "",
        "__main__.py": "raise SystemExit",
        "first.py": "",
        "elsewhere.py": "import a_package_that_only_a_device_has",
        "below/__init__.py": "",
        "below/second.py": "",
    }.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.split(".")[0] == "ahead"]:
        monkeypatch.delitem(sys.modules, name)
    return package


def test_what_cannot_be_imported_here_is_passed_over(ahead: Path) -> None:
    import_below(ahead, "ahead.")
    imported = {name for name in sys.modules if name.startswith("ahead.")}
    assert imported == {"ahead.first", "ahead.below", "ahead.below.second"}


def test_what_fails_otherwise_is_told(ahead: Path) -> None:
    (ahead / "first.py").write_text("1 / 0")
    with pytest.raises(ZeroDivisionError):
        import_below(ahead, "ahead.")


def test_the_whole_app_and_the_controls_it_names() -> None:
    told = subprocess.run([sys.executable, "-c", TELL_IMPORTED], cwd=ROOT, capture_output=True, text=True, check=True)
    imported = set(told.stdout.split())
    assert {"mobile.app", "mobile.screens.stop", "mobile.services.outbox", "shared.barcode"} <= imported
    assert {"flet.controls.core.semantics", "flet.controls.material.textfield"} <= imported
    assert "flet.controls.material.datatable" not in imported
