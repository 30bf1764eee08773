"""The demo in a house whose writer runs and whose files are few."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from backend.demo import loading
from backend.main.house import House
from shared.clock import ManualClock
from tests.backend.demo.houses import house_in, write_files


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the demo reads its files; a test may write others there."""
    folder = write_files(tmp_path / "files")
    monkeypatch.setattr(loading, "FILES", folder)
    return folder


@pytest.fixture
def house(
    tmp_path: Path, files: Path, sqlite_template: Path, clock: ManualClock, run: Callable[..., Any]
) -> Iterator[House]:
    """`run` is asked for first: its loop must outlive the writer that answers to it."""
    with house_in(tmp_path, sqlite_template, clock) as house:
        house.writer.start()
        yield house
