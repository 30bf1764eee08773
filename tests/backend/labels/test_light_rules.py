"""A supervisor changes quiet hours and the light budget; both hold at once, and after a start again."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest

from backend.labels.light_rules import OwnRules
from backend.labels.lights import LIT_MAX_S_PER_DAY
from tests.backend.labels.shop import HOME, OTHER, Shop, Stop, call

NONE_SAID = {"quiet_hours": None, "lit_max_s_per_day": None}


def put(shop: Shop, **rules: Any) -> int:
    return call(shop, "PUT", f"{HOME}/light-rules", json=rules).status_code


@pytest.fixture
def lit(shop: Shop) -> Shop:
    """A walk whose next label blinks, and somebody who minds the quiet hours."""
    shop.run(shop.furnish())
    shop.walks.open["pkl"] = [Stop("pck_1", "loc_1", 1)]
    shop.run(shop.publish(shop.started()))
    assert shop.lit()
    return shop


async def mind(shop: Shop, change: OwnRules) -> None:
    """The rules change while somebody minds them; threads that read get the time they need."""
    keeping = asyncio.ensure_future(shop.labels.lighting.keep_quiet(shop.time.sleep))
    await shop.time.advance(1)
    await shop.labels.rules.change(HOME, change)
    for _ in range(40):
        await shop.time.advance(0.5)
        await asyncio.sleep(0.005)
    keeping.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await keeping


def hours_around(shop: Shop) -> str:
    now = shop.time.clock.now()
    return f"{(now.hour - 1) % 24:02}:00-{(now.hour + 2) % 24:02}:00"


def test_what_holds_until_somebody_says_otherwise(shop: Shop) -> None:
    assert call(shop, "GET", f"{HOME}/light-rules").json() == {
        **NONE_SAID,
        "usual_quiet_hours": "",
        "usual_lit_max_s_per_day": LIT_MAX_S_PER_DAY,
        "is_quiet_now": False,
    }


def test_quiet_hours_darken_at_once_and_end_at_once(lit: Shop) -> None:
    lit.run(mind(lit, OwnRules(quiet_hours=hours_around(lit))))
    assert call(lit, "GET", f"{HOME}/light-rules").json()["is_quiet_now"] is True
    assert not lit.lit()
    lit.run(mind(lit, OwnRules(quiet_hours="")))
    assert lit.lit()


def test_the_budget_holds_for_labels_that_run_already(lit: Shop) -> None:
    assert put(lit, lit_max_s_per_day=60) == 200
    lit.run(lit.time.advance(400))
    assert not lit.lit()
    assert put(lit, lit_max_s_per_day=None) == 200
    lit.run(lit.time.advance(10))
    assert lit.lit()


def test_they_hold_after_a_start_again(shop: Shop) -> None:
    shop.run(shop.furnish())
    put(shop, quiet_hours="22:00-06:30", lit_max_s_per_day=900)
    shop.run(shop.stop())
    shop.begin()
    shop.run(shop.start())
    said = call(shop, "GET", f"{HOME}/light-rules").json()
    assert (said["quiet_hours"], said["lit_max_s_per_day"]) == ("22:00-06:30", 900)
    assert shop.labels.rules.of(OTHER) == shop.labels.rules.usual


@pytest.mark.parametrize(
    "wrong",
    [{"quiet_hours": "late"}, {"quiet_hours": "22:00-22:00"}, {"lit_max_s_per_day": 5}, {"lit_max_s_per_day": 90_000}],
)
def test_what_cannot_be_is_refused_and_changes_nothing(shop: Shop, wrong: dict[str, Any]) -> None:
    assert put(shop, **wrong) == 422
    said = call(shop, "GET", f"{HOME}/light-rules").json()
    assert {name: said[name] for name in NONE_SAID} == NONE_SAID
    assert call(shop, "PUT", f"{OTHER}/light-rules", json={}).status_code == 404
