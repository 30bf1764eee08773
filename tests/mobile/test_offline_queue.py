"""Kill the phone, cut the network, damage nothing: every scan the picker saw accepted takes effect exactly once.

The phone's storage is a folder that exists only in memory until it is flushed, as in a browser; a kill throws away all
that was not flushed. Both ends run the real sync sessions.
"""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mobile.services.outbox import SESSION_TOKEN, Outbox
from mobile.state.app_state import AppState
from mobile.state.scan_outcome import OutcomeKind
from shared.picking import PickStatus, ShortReason
from shared.sync.envelope import Command
from tests.mobile.builders import VirtualTime, edges, gtin, no_flush, pick, pick_list
from tests.mobile.fake_backend import TOKEN, FakeBackend
from tests.mobile.test_backend_link import first_update, sign_in

PICKS = 12
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("scan"), st.integers(0, PICKS)),
        st.tuples(st.just("short"), st.integers(0, 0)),
        st.tuples(st.sampled_from(["cut", "restore", "deaf", "mute", "kill", "kill while writing"]), st.integers(0, 3)),
        st.tuples(st.just("wait"), st.integers(1, 40)),
        st.tuples(st.just("forget"), st.just(0)),
    ),
    min_size=5,
    max_size=40,
)


class PhoneDied(BaseException):
    """The operating system ended the app in the middle of a write."""


class MortalPhone:
    """A phone that can be killed at any moment; `accepted` is what the picker saw accepted."""

    def __init__(self, folder: Path) -> None:
        self.time = VirtualTime()
        self.backend = FakeBackend(self.time.clock)
        self.kept, self.memory = folder / "kept", folder / "memory"
        self.dies_before_flush: int | None = None
        self.accepted: list[Command] = []
        self.lives = 0
        self.kept.mkdir()

    async def flush(self) -> None:
        if self.dies_before_flush is not None:
            if self.dies_before_flush == 0:
                raise PhoneDied
            self.dies_before_flush -= 1
        await asyncio.sleep(0)
        shutil.rmtree(self.kept)
        shutil.copytree(self.memory, self.kept)

    async def born(self) -> None:
        shutil.rmtree(self.memory, ignore_errors=True)
        shutil.copytree(self.kept, self.memory)
        self.lives += 1
        self.dies_before_flush = None
        self.app = AppState(edges(self.memory, self.backend.connect, time=self.time, flush=self.flush, seed=self.lives))
        self.task = asyncio.get_running_loop().create_task(self.app.run())
        await self.time.settle()

    async def die(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        self.backend.cut()
        self.app.close()
        await self.time.settle()

    async def act(self, kind: str, number: int) -> None:
        if kind == "scan":
            await self._scan(number)
        elif kind == "short":
            await self._accept(self.app.pick.report_short(ShortReason.NOT_ON_SHELF, 0))
        elif kind == "cut":
            self.backend.is_reachable = False
            self.backend.cut()
        elif kind == "restore":
            self.backend.is_reachable = True
        elif kind in ("deaf", "mute"):
            for socket in self.backend.sockets:
                setattr(socket, f"is_{kind}", True)
        elif kind == "kill":
            await self.die()
            await self.born()
        elif kind == "kill while writing":
            self.dies_before_flush = number
        elif kind == "forget":
            self.backend.forgets_before = 10**6
            self.backend.cut()
        if kind == "wait":
            await self.time.advance(number)
        else:
            await self.time.settle()

    async def _scan(self, number: int) -> None:
        current = self.app.pick.current
        target = current.product.gtins[0] if current is not None and number < PICKS else gtin(number + 500)
        await self._accept(self.app.pick.scan(target))

    async def _accept(self, verb: object) -> None:
        before = {command.id for command in self.app._outbox.waiting()}
        try:
            outcome = await verb  # type: ignore[misc]
        except PhoneDied:
            await self.die()
            await self.born()
            return
        if outcome is not None and outcome.kind in (OutcomeKind.PICKED, OutcomeKind.SHORT):
            self.accepted += [
                command
                for command in self.app._outbox.waiting()
                if command.id not in before and command.name in ("pick.confirm", "pick.report_short")
            ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_what_was_accepted_takes_effect_once_and_in_order(steps: list[tuple[str, int]]) -> None:
    async def scenario(folder: Path) -> None:
        phone = MortalPhone(folder)
        await sign_in(phone.kept)
        outbox = Outbox(phone.kept / "outbox.sqlite3", no_flush)
        whole = pick_list([pick(number) for number in range(PICKS)])
        await outbox.store_updates([first_update(whole)])
        outbox.close()
        phone.backend.put(whole)
        await phone.born()
        phone.app.work.choose("pkl_1")
        assert await phone.app.work.start()
        for kind, number in steps:
            if phone.task.done():  # it died while the link was writing
                await phone.die()
                await phone.born()
            await phone.act(kind, number)
        phone.backend.is_reachable = True
        phone.dies_before_flush = None
        await phone.die()
        await phone.born()
        await phone.time.advance(120)
        check(phone)
        await phone.die()

    with TemporaryDirectory() as folder:
        asyncio.run(scenario(Path(folder)))


def check(phone: MortalPhone) -> None:
    """Nothing lost, nothing twice, nothing out of order, and both ends agree."""
    assert phone.app._outbox.recall(SESSION_TOKEN) == TOKEN
    assert phone.app.link.waiting_commands == 0
    applied = [command.id for command in phone.backend.applied]
    assert max(Counter(applied).values(), default=0) <= 1
    accepted = [command.id for command in phone.accepted]
    assert [one for one in applied if one in set(accepted)] == accepted
    touched = [c.body["pick_id"] for c in phone.backend.applied if c.name in ("pick.confirm", "pick.report_short")]
    assert max(Counter(touched).values(), default=0) <= 1
    held, truth = phone.app.work.pick_lists[0], phone.backend.pick_lists["pkl_1"]
    assert [(one.id, one.status) for one in held.picks] == [(one.id, one.status) for one in truth.picks]
    done = {one.id for one in truth.picks if one.status is not PickStatus.OPEN}
    assert done == set(touched)
