"""Counts how often a function is asked, and lets it answer."""

from __future__ import annotations

from typing import Any

import pytest


def counted(patch: pytest.MonkeyPatch, module: Any, name: str) -> list[tuple[Any, ...]]:
    """What `module.name` is asked with, call by call; the list grows."""
    calls: list[tuple[Any, ...]] = []
    ask = getattr(module, name)

    def counting(*given: Any, **named: Any) -> Any:
        calls.append(given)
        return ask(*given, **named)

    patch.setattr(module, name, counting)
    return calls
