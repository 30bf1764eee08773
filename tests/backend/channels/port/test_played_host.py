"""What simulators of platforms share: chance that is seeded, a platform that is down, what a suite asks of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from backend.channels.port import Edge
from backend.channels.port.played_host import PlayedHost, PlayedSettings
from backend.channels.port.playing import PlayedState, SoldProduct
from shared.clock import ManualClock


@dataclass
class Order:
    state: PlayedState = PlayedState.NEW
    heard: list[str] = field(default_factory=list)


class Platform:
    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.asked: list[str] = []

    def place(self, lines: Sequence[tuple[SoldProduct, int]], minutes: int) -> str:
        self.orders[f"order-{minutes}"] = Order()
        return f"order-{minutes}"

    def cancel(self, order_id: str) -> None:
        self.orders[order_id].state = PlayedState.CANCELLED

    def ask_to_cancel(self, order_id: str) -> None:
        self.asked.append(order_id)

    def pass_time(self) -> None:
        for order in self.orders.values():
            order.state = PlayedState.CANCELLED

    def state(self, order_id: str) -> PlayedState:
        return self.orders[order_id].state

    def quantities(self, order_id: str) -> dict[str, int]:
        return {"MILK": 2}


class Host(PlayedHost[Platform]):
    def __init__(self, settings: PlayedSettings) -> None:
        super().__init__(settings, Edge(ManualClock(datetime(2026, 1, 5, 8, tzinfo=UTC))), attempts_max=3)
        self.platform = Platform()

    def answers(self, calls: int) -> list[tuple[bool, bool]]:
        return [(self._does_not_answer(), self._loses_the_answer()) for _ in range(calls)]


class TestUnkindness:
    def test_a_kind_platform_answers_everything(self) -> None:
        assert set(Host(PlayedSettings()).answers(50)) == {(False, False)}

    def test_one_that_is_down_answers_nothing(self) -> None:
        host = Host(PlayedSettings())
        host.is_down = True
        assert {is_silent for is_silent, _ in host.answers(50)} == {True}

    def test_the_same_seed_is_unkind_to_the_same_calls(self) -> None:
        unkind = PlayedSettings(seed=7, busy=0.3, answer_lost=0.3)
        assert Host(unkind).answers(100) == Host(unkind).answers(100)
        assert set(Host(unkind).answers(100)) == {(False, False), (False, True), (True, False), (True, True)}

    @pytest.mark.parametrize("wrong", [{"busy": 1.0}, {"repeat": -0.1}, {"delay_max_s": 61}, {"unknown": 1}])
    def test_settings_beyond_their_bounds_are_refused(self, wrong: dict[str, float]) -> None:
        with pytest.raises(ValidationError):
            PlayedSettings.model_validate(wrong)


def test_a_suite_asks_the_platform_through_its_host() -> None:
    host = Host(PlayedSettings())
    order_id = host.place([], minutes=30)
    assert (order_id, host.state(order_id), host.quantities(order_id)) == ("order-30", PlayedState.NEW, {"MILK": 2})
    assert host.ask_to_cancel(order_id)
    assert host.platform.asked == [order_id]
    host.platform.orders[order_id].heard += ["confirm", "confirm", "picked"]
    assert host.heard(order_id) == {"confirm": 2, "picked": 1}
    host.pass_time()
    assert host.state(order_id) is PlayedState.CANCELLED


def test_a_cancelled_order_is_cancelled() -> None:
    host = Host(PlayedSettings())
    order_id = host.place([])
    host.cancel(order_id)
    assert host.state(order_id) is PlayedState.CANCELLED
