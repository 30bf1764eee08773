"""A scan outlives the app: told again after a restart it counts once, on the walk it was made on, and nowhere else."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from mobile.services.outbox import COUNTING, Outbox
from mobile.services.scanner import ScanLine, TypedScans, scan_under_way
from mobile.services.synced import Picker
from mobile.state.app_state import AppState
from shared.commands import ConfirmPick
from shared.picking import PickListStatus
from tests.mobile.builders import PICKER_ID, VirtualTime, edges, gtin, no_flush, pick, pick_list
from tests.mobile.fake_backend import FakeBackend
from tests.mobile.test_backend_link import first_update, sign_in


class NumberedScans(TypedScans):
    """As the page does it: each scan has a number, and is forgotten when it has been dealt with."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[int, str] = {}

    def read(self, number: int, raw: str, *, is_kept: bool = False) -> None:
        self.kept[number] = raw
        for listener in self._listeners:
            listener(raw, number, is_kept)

    def done(self, number: int) -> None:
        self.kept = {each: raw for each, raw in self.kept.items() if each > number}


async def with_a_walk(folder: Path, quantity: int = 1) -> None:
    await sign_in(folder)
    outbox = Outbox(folder / "outbox.sqlite3", no_flush)
    await outbox.remember_picker(Picker(person_id=PICKER_ID, name="Ana"))
    walk = pick_list([pick(0, quantity=quantity), pick(1)], status=PickListStatus.PICKING, picker_id=PICKER_ID)
    await outbox.store_updates([first_update(walk)])
    outbox.close()


async def with_app(folder: Path, use: Callable[[AppState, NumberedScans], Awaitable[None]]) -> None:
    """One life of the app, without network; it ends as a killed tab does."""
    time = VirtualTime()
    scans = NumberedScans()
    app = AppState(replace(edges(folder, FakeBackend(time.clock).connect, time=time), scans=scans))
    scans.listen(app.scan_line.put)
    line = asyncio.get_running_loop().create_task(app.scan_line.run())
    await use(app, scans)
    await app.scan_line.drained()
    line.cancel()
    app.close()


def confirmed(folder: Path) -> list[str]:
    outbox = Outbox(folder / "outbox.sqlite3", no_flush)
    commands = [command.body["pick_id"] for command in outbox.waiting() if command.name == ConfirmPick.name]
    outbox.close()
    return commands


def test_a_scan_that_was_not_dealt_with_counts_after_the_restart(run: Callable) -> None:
    async def scenario(folder: Path) -> None:
        await with_a_walk(folder)

        async def second_life(app: AppState, scans: NumberedScans) -> None:
            scans.read(7, gtin(0), is_kept=True)
            await app.scan_line.drained()
            assert scans.kept == {}

        await with_app(folder, second_life)
        assert confirmed(folder) == [pick(0).id]

    in_folder(run, scenario)


def test_a_scan_that_had_its_effect_does_nothing_more(run: Callable) -> None:
    """The tab died between the effect and the word that it was done: the count must not go up twice."""

    async def scenario(folder: Path) -> None:
        await with_a_walk(folder, quantity=3)

        async def first_life(app: AppState, scans: NumberedScans) -> None:
            scans.read(7, gtin(0))
            scans.read(8, gtin(0))

        async def second_life(app: AppState, scans: NumberedScans) -> None:
            for number in (7, 8):
                scans.read(number, gtin(0), is_kept=True)
            await app.scan_line.drained()
            assert app.pick.counted == 2
            scans.read(9, gtin(0), is_kept=True)  # this one had not been dealt with
            await app.scan_line.drained()

        await with_app(folder, first_life)
        await with_app(folder, second_life)
        assert confirmed(folder) == [pick(0).id]

    in_folder(run, scenario)


def test_elsewhere_than_on_a_walk_its_moment_has_passed(run: Callable) -> None:
    async def scenario(folder: Path) -> None:
        async def life(app: AppState, scans: NumberedScans) -> None:
            scans.read(7, "BP-P-203", is_kept=True)
            await app.scan_line.drained()
            assert app.shift.badge == ""
            assert scans.kept == {}

        await with_app(folder, life)

    in_folder(run, scenario)


def test_a_fresh_scan_counts_whatever_its_number(run: Callable) -> None:
    """A phone whose clock was put back numbers from below: only what is told again is held against the numbers."""

    async def scenario(folder: Path) -> None:
        await with_a_walk(folder, quantity=2)

        async def life(app: AppState, scans: NumberedScans) -> None:
            scans.read(1_000, gtin(0))
            scans.read(3, gtin(0))

        await with_app(folder, life)
        assert confirmed(folder) == [pick(0).id]

    in_folder(run, scenario)


def test_the_effect_and_the_number_are_written_together(run: Callable) -> None:
    async def scenario(folder: Path) -> None:
        outbox = Outbox(folder / "outbox.sqlite3", no_flush)
        token = scan_under_way.set(12)
        await outbox.remember(COUNTING, "[]")
        scan_under_way.reset(token)
        await outbox.remember("language", "en")
        outbox.close()
        again = Outbox(folder / "outbox.sqlite3", no_flush)
        assert again.last_scan == 12
        again.close()

    in_folder(run, scenario)


def test_a_scan_that_breaks_its_taker_is_done_all_the_same(run: Callable) -> None:
    async def scenario() -> None:
        done: list[int] = []

        async def take(raw: str) -> None:
            raise RuntimeError(raw)

        line = ScanLine(take, on_done=done.append)
        task = asyncio.get_running_loop().create_task(line.run())
        line.put("4000000000001", 5)
        await line.drained()
        task.cancel()
        assert done == [5]

    run(scenario())


def in_folder(run: Callable, scenario: Callable[[Path], Awaitable[None]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        run(scenario(Path(folder)))
