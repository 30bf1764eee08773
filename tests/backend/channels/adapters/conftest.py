"""What the played platforms of several adapters are tried with."""

from __future__ import annotations

import pytest

from backend.channels.port.played_shelf import PlayedShelf


@pytest.fixture
def shelf() -> PlayedShelf:
    """Milk at 12.90, and nothing else."""
    shelf = PlayedShelf()
    shelf.put("MILK-1L", "12.90")
    return shelf
