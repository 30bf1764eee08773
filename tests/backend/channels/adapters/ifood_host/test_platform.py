"""The played iFood: nothing out of its order, edits that count once separation ends, and repeats refused."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

import pytest

from backend.channels.adapters.ifood_host.platform import IfoodPlatform, Refused
from backend.channels.port.playing import PlayedState, SoldProduct
from shared.clock import ManualClock

MILK = SoldProduct("MILK-1L", "Leite", Decimal("12.90"), "4006381333931")
EGGS = SoldProduct("EGGS-10", "Ovos", Decimal("31.90"), "4056489123450")


@pytest.fixture
def platform(clock: ManualClock) -> IfoodPlatform:
    return IfoodPlatform(
        clock=clock,
        chance=Random(1),
        tell=lambda event: None,
        merchant_id="m-1",
        accept_within_s=480,
        catalogue={EGGS.gtin: EGGS.sku},
    )


def items(platform: IfoodPlatform, order_id: str) -> list[str]:
    return [item["uniqueId"] for item in platform.read(order_id)["items"]]


@pytest.mark.parametrize(
    "steps",
    [
        ["startSeparation"],
        ["endSeparation"],
        ["confirm", "confirm"],
        ["confirm", "endSeparation"],
        ["confirm", "startSeparation", "readyToPickup"],
        ["confirm", "startSeparation", "endSeparation", "endSeparation"],
    ],
)
def test_steps_out_of_order_and_repeats_are_refused(platform: IfoodPlatform, steps: list[str]) -> None:
    order_id = platform.place([(MILK, 1)], 60)
    for step in steps[:-1]:
        platform.step(order_id, step)
    with pytest.raises(Refused) as refused:
        platform.step(order_id, steps[-1])
    assert refused.value.status == 422


def test_edits_count_once_separation_has_ended(platform: IfoodPlatform) -> None:
    order_id = platform.place([(MILK, 3), (MILK, 2), (EGGS, 1)], 60)
    first, second, third = items(platform, order_id)
    platform.step(order_id, "confirm")
    with pytest.raises(Refused):
        platform.edit(order_id, first, "change", {"quantity": 1})
    platform.step(order_id, "startSeparation")
    platform.edit(order_id, first, "change", {"quantity": 1})
    platform.edit(order_id, second, "replace", {"quantity": 2, "ean": EGGS.gtin})
    platform.edit(order_id, third, "remove", {})
    assert platform.quantities(order_id) == {"MILK-1L": 5, "EGGS-10": 1}
    platform.step(order_id, "endSeparation")
    assert platform.quantities(order_id) == {"MILK-1L": 1, "EGGS-10": 2}
    assert second not in items(platform, order_id), "what was replaced has another number"


@pytest.mark.parametrize(
    ("kind", "wanted", "status"),
    [
        ("replace", {"quantity": 1, "ean": "nobody"}, 404),
        ("replace", {"quantity": 0, "ean": EGGS.gtin}, 400),
        ("change", {"quantity": -1}, 400),
    ],
)
def test_edits_that_cannot_be(platform: IfoodPlatform, kind: str, wanted: dict[str, Any], status: int) -> None:
    order_id = platform.place([(MILK, 3)], 60)
    platform.step(order_id, "confirm")
    platform.step(order_id, "startSeparation")
    with pytest.raises(Refused) as refused:
        platform.edit(order_id, items(platform, order_id)[0], kind, wanted)
    assert refused.value.status == status


def test_a_cancellation_wants_a_code_of_the_list(platform: IfoodPlatform) -> None:
    order_id = platform.place([(MILK, 1)], 60)
    with pytest.raises(Refused):
        platform.request_cancellation(order_id, {"reason": "sold out", "cancellationCode": "1"})
    code = platform.reasons(order_id)[0]["cancelCodeId"]
    platform.request_cancellation(order_id, {"reason": "sold out", "cancellationCode": code})
    assert platform.state(order_id) is PlayedState.CANCELLED
    assert platform.reasons(order_id) == []


def test_what_nobody_confirms_is_cancelled(platform: IfoodPlatform, clock: ManualClock) -> None:
    order_id = platform.place([(MILK, 1)], 60)
    clock.advance(481)
    platform.pass_time()
    assert platform.state(order_id) is PlayedState.CANCELLED


def test_a_dispute_is_settled_once(platform: IfoodPlatform) -> None:
    order_id = platform.place([(MILK, 1)], 60)
    platform.ask_to_cancel(order_id)
    dispute_id = platform.orders[order_id].dispute_id
    platform.settle(dispute_id, "reject")
    with pytest.raises(Refused):
        platform.settle(dispute_id, "accept")
    assert platform.state(order_id) is PlayedState.NEW


def test_events_wait_until_they_are_acknowledged(platform: IfoodPlatform) -> None:
    platform.place([(MILK, 1)], 60)
    [event_id] = platform.events
    for wrong in ("x", [event_id], [{"id": "e"}] * 2_001):
        with pytest.raises(Refused):
            platform.acknowledge(wrong)
    platform.acknowledge([{"id": event_id}])
    assert platform.events == {}
