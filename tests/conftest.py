"""What every test may ask for: a clock that moves when told, ids from a seed, and a way to run async code."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from shared.clock import ManualClock
from shared.ids import SeededIdSource

RUN_MAX_S = 120.0
BROWSER_TESTS = Path(__file__).parent / "e2e"  # where they are looked for when they run alone

# As a shop's server has it (backend/main/serving.py): ten thousand tests and all they import stay until the end, and to
# look them through for circles again and again took a fifth of the time it takes to collect them.
gc.set_threshold(10_000, 20, 20)

# Shared machines are slow now and then: a property is true or false, never late.
settings.register_profile("blinkpick", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("blinkpick")


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with a browser come last: Playwright's event loop stays in the main thread, and no other runs beside it.

    They have their mark from here, for whoever runs them alone: some type as fast as a scanner does, and processes that
    share the machine with a browser make it too slow for that.
    """
    items.sort(key=_drives_a_browser)
    for item in filter(_drives_a_browser, items):
        assert item.path.is_relative_to(BROWSER_TESTS), f"{item.nodeid} drives a browser: it belongs into tests/e2e"
        item.add_marker(pytest.mark.browser)


def pytest_collection_finish() -> None:
    gc.freeze()


def _drives_a_browser(item: pytest.Item) -> bool:
    return "chromium" in getattr(item, "fixturenames", ())


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def ids(clock: ManualClock) -> SeededIdSource:
    return SeededIdSource(clock, seed=1)


@pytest.fixture
def run() -> Iterator[Callable[[Coroutine[Any, Any, Any]], Any]]:
    """`run(coroutine)` gives its result. All calls of one test share an event loop: objects may live across them."""

    async def bounded(coroutine: Coroutine[Any, Any, Any]) -> Any:
        async with asyncio.timeout(RUN_MAX_S):
            return await coroutine

    with asyncio.Runner() as runner:
        yield lambda coroutine: runner.run(bounded(coroutine))
