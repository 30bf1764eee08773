"""What adapters of pushing platforms share: which events are calls, what counts as missing, what a refusal may mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from backend.channels.port.errors import ChannelRefused, ChannelUnavailable
from backend.channels.port.push_only import (
    PushOnly,
    Reports,
    if_answered,
    kept_quantity,
    missing_count,
    substituted_count,
)
from backend.channels.port.reports import (
    CANCELLED_BY_CHANNEL,
    DISMISSED_BY_CHANNEL,
    Call,
    ReportedLine,
    ReportedOrder,
)
from shared.events import (
    Event,
    OrderAccepted,
    OrderCancelled,
    OrderDismissed,
    OrderHandedOver,
    OrderPickingStarted,
    OrderReady,
)
from shared.handover import HandOverProof

FACTS: dict[str, Any] = {
    "store_id": "sto_1",
    "order_id": "ord_1",
    "channel_id": "cha_1",
    "at": datetime(2026, 7, 1, tzinfo=UTC),
}
ORDER = ReportedOrder("77")
REPORTS = Reports(
    accepted=lambda order: Call("accept", order.external_id),
    ready=lambda order: [Call("less", order.external_id), Call("picked", order.external_id)],
    cancelled=lambda order, reason: Call("cancel", order.external_id, {"reason": reason}),
)


def operations(event: Event) -> list[str]:
    return [call.operation for call in REPORTS.of(event, ORDER)]


class TestReports:
    def test_each_end_of_an_order_has_its_calls(self) -> None:
        assert operations(OrderAccepted(**FACTS)) == ["accept"]
        assert operations(OrderReady(**FACTS, is_complete=True)) == ["less", "picked"]

    def test_the_platform_hears_why(self) -> None:
        [call] = REPORTS.of(OrderCancelled(**FACTS, reason="too much to do", cancelled_by="per_1"), ORDER)
        assert call.body == {"reason": "too much to do"}

    def test_what_the_platform_wanted_itself_it_is_not_told(self) -> None:
        assert operations(OrderCancelled(**FACTS, reason="x", cancelled_by=CANCELLED_BY_CHANNEL)) == []

    def test_the_first_step_and_the_last_are_calls_where_the_platform_wants_them(self) -> None:
        left = OrderHandedOver(**FACTS, bags=1, proof=HandOverProof.PIN, is_age_checked=False, handed_over_by="per_1")
        assert operations(OrderPickingStarted(**FACTS)) == operations(left) == []
        curious = replace(
            REPORTS,
            started=lambda order: Call("start", order.external_id),
            handed_over=lambda order: Call("left", order.external_id),
        )
        assert curious.of(OrderPickingStarted(**FACTS), ORDER) == [Call("start", "77")]
        assert curious.of(left, ORDER) == [Call("left", "77")]

    @pytest.mark.parametrize(("reason", "calls"), [("we do not sell this", ["cancel"]), (DISMISSED_BY_CHANNEL, [])])
    def test_an_order_that_was_never_accepted(self, reason: str, calls: list[str]) -> None:
        facts = {name: value for name, value in FACTS.items() if name != "order_id"}
        dismissed = OrderDismissed(**facts, intake_exception_id="hel_1", external_id="77", reason=reason)
        assert operations(dismissed) == calls


@pytest.mark.parametrize(
    ("ordered", "picked", "count", "missing"),
    [
        (3, 3, 3, 0),
        (3, 0, 3, 3),
        (2, 0, 2, 2),
        (900, 899, 5, 0),
        (900, 720, 5, 1),
        (900, 721, 5, 0),
        (900, 530, 5, 2),
        (900, 950, 5, 0),
        (0, 0, 1, 0),
    ],
)
def test_less_than_a_pack_missing_is_none(ordered: int, picked: int, count: int, missing: int) -> None:
    line = ReportedLine("1", "X", ordered, picked)
    assert missing_count(line, count) == missing_count(line, Decimal(count)) == missing


@pytest.mark.parametrize(
    ("ordered", "substituted", "count", "given"),
    [(3, 0, 3, 0), (3, 2, 3, 2), (900, 900, 5, 5), (900, 200, 5, 1), (0, 1, 5, 0)],
)
def test_substitutes_are_counted_in_whole_packs(ordered: int, substituted: int, count: int, given: int) -> None:
    line = ReportedLine("1", "X", ordered, 0, quantity_substituted=substituted, substitute_sku="Y")
    assert substituted_count(line, count) == given


@pytest.mark.parametrize(
    ("ordered", "picked", "count", "is_weighed", "kept"),
    [
        (3, 1, "3", False, "1"),
        (900, 530, "5", False, "3"),
        (900, 950, "5", False, "5"),
        (1500, 1500, "1.5", False, "1.5"),
        (1500, 500, "1.5", False, "0.5"),
        (1500, 1510, "1.5", False, "1.5"),
        (2000, 2100, "2", True, "2.1"),
        (2000, 1999, "2", True, "1.999"),
        (500, 490, "0.5", True, "0.49"),
        (3, 0, "3", True, "0"),
        (0, 0, "1", False, "0"),
    ],
)
def test_packs_are_kept_whole_and_weights_exactly(
    ordered: int, picked: int, count: str, is_weighed: bool, kept: str
) -> None:
    line = ReportedLine("1", "X", ordered, picked)
    assert kept_quantity(line, Decimal(count), is_weighed=is_weighed) == Decimal(kept)


class TestIfAnswered:
    def test_an_answer_is_given_on(self, run: Any) -> None:
        async def status() -> str:
            return "9"

        assert run(if_answered(status())) == "9"

    def test_a_platform_that_will_not_say_says_none(self, run: Any) -> None:
        async def status() -> str:
            raise ChannelRefused("no such order")

        assert run(if_answered(status())) is None

    def test_what_passes_is_tried_again(self, run: Any) -> None:
        async def status() -> str:
            raise ChannelUnavailable("busy")

        with pytest.raises(ChannelUnavailable):
            run(if_answered(status()))


def test_there_is_nothing_to_poll_and_nothing_to_acknowledge(run: Any) -> None:
    adapter = PushOnly()
    assert run(adapter.poll()) == []
    assert run(adapter.acknowledge([])) is None
