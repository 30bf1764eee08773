"""What the simulators of platforms that push share: their settings, their unkindness, and what a suite asks of them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Generic, Protocol, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, Field

from backend.channels.port.contract import Edge
from backend.channels.port.playing import PlayedState, Pushes, SoldProduct, Unkindness


class PlayedSettings(BaseModel):
    """How unkind a platform is, and how long it waits for an acceptance. Nothing here guards anything."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    seed: int = 1
    accept_within_s: int = 300
    repeat: float = Field(default=0.0, ge=0, le=1)
    delay_max_s: float = Field(default=0.0, ge=0, le=60)
    busy: float = Field(default=0.0, ge=0, lt=1)
    answer_lost: float = Field(default=0.0, ge=0, lt=1)


class _Heard(Protocol):
    heard: list[str]


class PlayedOrders(Protocol):
    """A platform's side of its orders: what shoppers and time do, and what is so."""

    @property
    def orders(self) -> Mapping[str, _Heard]: ...

    def place(self, lines: Sequence[tuple[SoldProduct, int]], minutes: int) -> str: ...

    def cancel(self, order_id: str) -> None: ...

    def ask_to_cancel(self, order_id: str) -> None: ...

    def pass_time(self) -> None: ...

    def state(self, order_id: str) -> PlayedState: ...

    def quantities(self, order_id: str) -> dict[str, int]: ...


P = TypeVar("P", bound=PlayedOrders)


class PlayedHost(Generic[P]):
    """A platform put together, but for its `platform`, its `application` and its own way to sign."""

    platform: P

    def __init__(
        self,
        settings: PlayedSettings,
        edge: Edge,
        *,
        attempts_max: int,
        push_transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.is_down = False
        self._clock = edge.clock
        self._chance = random.Random(settings.seed)
        self._unkindness = Unkindness(settings.repeat, settings.delay_max_s, settings.busy, settings.answer_lost)
        self.pushes = Pushes(
            clock=edge.clock,
            chance=self._chance,
            unkindness=self._unkindness,
            attempts_max=attempts_max,
            transport=push_transport,
        )

    def place(self, lines: Sequence[tuple[SoldProduct, int]], *, minutes: int = 60) -> str:
        return self.platform.place(lines, minutes)

    def cancel(self, order_id: str) -> None:
        self.platform.cancel(order_id)

    def ask_to_cancel(self, order_id: str) -> bool:
        self.platform.ask_to_cancel(order_id)
        return True

    def pass_time(self) -> None:
        self.platform.pass_time()

    def state(self, order_id: str) -> PlayedState:
        return self.platform.state(order_id)

    def quantities(self, order_id: str) -> dict[str, int]:
        return self.platform.quantities(order_id)

    def heard(self, order_id: str) -> Counter[str]:
        return Counter(self.platform.orders[order_id].heard)

    def _does_not_answer(self) -> bool:
        return self.is_down or self._chance.random() < self._unkindness.busy

    def _loses_the_answer(self) -> bool:
        return self._chance.random() < self._unkindness.answer_lost
