"""One clock for a fake access point and the driver before it: hours of radio time pass in an instant, in order."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from backend.labels.drivers.ble_esl.driver import BleEslDriver
from backend.labels.drivers.ble_esl.fake_access_point import FakeAccessPoint
from shared.clock import ManualClock

QUIET_ROUNDS = 25
ROUNDS_MAX = 5_000


@dataclass(eq=False)
class AirTime:
    """`clock` and `sleep` are the driver's; the access point is moved along with them.

    Between two instants it waits until each end of the line has read what the other wrote: the socket is a real one.
    """

    access_point: FakeAccessPoint
    driver: BleEslDriver | None = None
    clock: ManualClock = field(default_factory=ManualClock)
    _alarms: dict[asyncio.Future[None], float] = field(default_factory=dict)

    async def sleep(self, seconds: float) -> None:
        """The driver's `sleep`: over when `advance` has moved the clock that far."""
        alarm: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._alarms[alarm] = self.clock.monotonic_s() + seconds
        try:
            await alarm
        finally:
            self._alarms.pop(alarm, None)

    async def advance(self, seconds: float) -> None:
        """Let time pass; whatever falls due on the way happens at its own instant."""
        end_s = self.clock.monotonic_s() + seconds
        await self.settle()
        while (due_s := min([*self._alarms.values(), self.access_point.state.next_instant_s()])) <= end_s:
            self._move_to(due_s)
            await self.settle()
        self._move_to(end_s)
        await self.settle()

    def _move_to(self, to_s: float) -> None:
        self.clock.advance(max(0.0, to_s - self.clock.monotonic_s()))
        self.access_point.advance_to(self.clock.monotonic_s())
        for alarm in [alarm for alarm, at_s in self._alarms.items() if at_s <= to_s and not alarm.done()]:
            alarm.set_result(None)

    async def settle(self) -> None:
        """Let every task that can run, run, and everything said be heard."""
        quiet_rounds = 0
        for _ in range(ROUNDS_MAX):
            if quiet_rounds >= QUIET_ROUNDS:
                return
            await asyncio.sleep(0)
            quiet_rounds = quiet_rounds + 1 if self._is_everything_heard() else 0

    def _is_everything_heard(self) -> bool:
        line = self.driver.line if self.driver is not None else None
        if line is None or line.lost.is_set():
            return True
        if not self.access_point.is_connected:
            return False  # the driver is about to hear of it
        here = self.access_point
        return (here.bytes_read, here.bytes_written) == (line.bytes_written, line.bytes_read)
