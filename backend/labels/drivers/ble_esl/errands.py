"""One thing a label shall hear, and what became of it. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from backend.labels.drivers.ble_esl.led import OFF, light_for
from backend.labels.drivers.ble_esl.protocol import Command, EslAddress, LedControl, PlainCommand
from backend.labels.drivers.ble_esl.responses import BasicState, LedState, Refusal, Response
from shared.labels import Flash

TRIES_BEFORE_OTHERS = 2


class Outcome(Enum):
    DELIVERED = "delivered"
    REFUSED = "refused"
    DROPPED = "dropped"
    STATE = "state"
    """A ping was answered: how the label is."""


@dataclass(eq=False, slots=True)
class Errand:
    """Something one label shall hear: a flash, to go dark (no flash), or a ping of our own (no token)."""

    label: str
    address: EslAddress
    token: str | None = None
    flash: Flash | None = None
    led: int = 0
    brightness: int = 0
    gives_up_s: float = math.inf
    first_sent_s: float | None = None
    tries: int = 0
    number: int = 0

    def command(self, now_s: float) -> Command:
        """What to send now."""
        if self.token is None:
            return PlainCommand(self.address.number)
        if self.flash is None:
            return LedControl(self.address.number, self.led, OFF)
        gone_s = 0 if self.first_sent_s is None else math.ceil(now_s - self.first_sent_s)
        duration_s = max(1, self.flash.duration_s - gone_s)
        return LedControl(self.address.number, self.led, light_for(self.flash, self.brightness, duration_s))

    @property
    def ends_s(self) -> float:
        """When it need not be tried any more: too old, or less than a second of the flash would be left."""
        if self.flash is None or self.first_sent_s is None:
            return self.gives_up_s
        return min(self.gives_up_s, self.first_sent_s + self.flash.duration_s - 1)

    @property
    def rank(self) -> int:
        """Which line it waits in: 0 before 1 before 2."""
        if self.token is None:
            return 2
        return 0 if self.tries < TRIES_BEFORE_OTHERS else 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an errand."""

    errand: Errand
    outcome: Outcome
    reason: str = ""
    state: BasicState | None = None


def fits(errand: Errand, response: Response) -> bool:
    """Whether this can be a label's answer to that errand."""
    match response:
        case Refusal():
            return True
        case BasicState():
            return errand.token is None
        case LedState(led=led):
            return errand.token is not None and led == errand.led
        case _:
            return False
