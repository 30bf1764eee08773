"""Part 7: what a phone fetches once and keeps: the app's bundle, by what it is made of."""

from __future__ import annotations

from pathlib import Path

from mobile.web.bundle.page import ON_DEMAND
from mobile.web.bundle.steps import files_below
from tests.benchmarks.figures import Figure
from tests.e2e.conftest import build_bundle
from tests.e2e.server import ROOT

MEGABYTE = 1e6
PARTS = {
    "Python and its packages": ("pyodide/", "packages.tar"),
    "Flutter's engine and client": ("canvaskit/", "main.dart.", "flutter"),
    "fonts": ("assets/fonts/", "fonts/"),
    "the app itself": ("app.tar",),
}


def bundle() -> list[Figure]:
    """Megabytes as they are sent: compressed where that was done ahead."""
    folder = build_bundle("app", ROOT / "main.py")
    files = [file for file in files_below(folder) if file.suffix != ".gz"]
    sent = {file.relative_to(folder).as_posix(): _sent_bytes(file) for file in files}
    always = sum(size for name, size in sent.items() if not name.startswith(ON_DEMAND))
    figures = [
        Figure("bundle", "all of it, compressed", sum(sent.values()) / MEGABYTE, "MB"),
        Figure("bundle", "what every phone keeps, besides its drawing engine", always / MEGABYTE, "MB"),
    ]
    for what, starts in PARTS.items():
        size = sum(size for name, size in sent.items() if name.startswith(starts))
        figures.append(Figure("bundle", what, size / MEGABYTE, "MB"))
    return figures


def _sent_bytes(file: Path) -> int:
    compressed = Path(f"{file}.gz")
    return compressed.stat().st_size if compressed.exists() else file.stat().st_size
