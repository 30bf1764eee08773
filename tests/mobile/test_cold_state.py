"""The cold clock on the phone: begun with the pick, without network, kept over a restart, heard when it presses."""

from __future__ import annotations

import asyncio
from pathlib import Path

from mobile.services.outbox import Outbox
from mobile.services.signals import Signal
from mobile.state.app_state import AppState
from mobile.state.cold_state import A_MOMENT_S, LOOKS_EVERY_S
from mobile.state.scan_state import UNDO_SCAN
from shared.cold import ColdClock, ColdLevel
from shared.picking import Pick
from shared.products import TemperatureClass
from shared.sync.envelope import Result
from tests.mobile.builders import gtin, no_flush, pick
from tests.mobile.test_pick_state import signals, walking


def cold(number: int, temperature: TemperatureClass = TemperatureClass.FROZEN, tote: str = "A") -> Pick:
    one = pick(number, tote=tote)
    return one.model_copy(update={"product": one.product.model_copy(update={"temperature": temperature})})


PICKS = [pick(0), cold(1), cold(2), pick(3)]


async def after(folder: Path, *numbers: int) -> AppState:
    app = await walking(folder, PICKS)
    for number in numbers:
        await app.take_scan(gtin(number))
    return app


def test_it_begins_with_the_first_cold_one(tmp_path: Path) -> None:
    async def scenario() -> AppState:
        app = await after(tmp_path, 0)
        assert app.cold.clock is None
        await app.take_scan(gtin(1))
        app._edges.clock.advance(60)  # type: ignore[attr-defined]
        await app.take_scan(gtin(2))
        return app

    app = asyncio.run(scenario())
    clock = app.cold.clock
    assert clock is not None
    assert (clock.letter, clock.temperature, clock.left_s(app.now)) == ("A", TemperatureClass.FROZEN, 24 * 60)


def test_it_sounds_once_before_and_once_at_the_end(tmp_path: Path) -> None:
    app = asyncio.run(after(tmp_path, 0, 1))
    heard = len(signals(app))
    levels = []
    for _ in range(60):
        app._edges.clock.advance(30)  # type: ignore[attr-defined]
        app.cold.look()
        levels.append(app.cold.level)
    assert signals(app)[heard:] == [Signal.ATTENTION, Signal.ATTENTION]
    assert (levels[0], levels[-1]) == (ColdLevel.RUNNING, ColdLevel.OVER)


def test_it_is_looked_at_when_a_tote_changes_and_no_later_than_it_presses(tmp_path: Path) -> None:
    async def scenario() -> None:
        app = await walking(tmp_path, PICKS)
        looks: list[float | None] = []
        look = app.cold.look

        def counted() -> ColdClock | None:
            clock = look()
            looks.append(app.cold._rest_s(clock))
            return clock

        app.cold.look = counted  # type: ignore[method-assign]
        watch = asyncio.create_task(app.cold.watch())
        await asyncio.sleep(0)
        await app.take_scan(gtin(0))
        await asyncio.sleep(0)
        assert looks == [LOOKS_EVERY_S]
        await app.take_scan(gtin(1))
        await asyncio.sleep(0.01)
        assert looks == [LOOKS_EVERY_S, LOOKS_EVERY_S]
        app._edges.clock.advance(20 * 60 - 7)  # type: ignore[attr-defined]
        await app.take_scan(gtin(2))
        await asyncio.sleep(0.01)
        assert looks[-1] == LOOKS_EVERY_S
        assert app.cold._rest_s(app.cold.clock) == 7 + A_MOMENT_S
        watch.cancel()

    asyncio.run(scenario())


def test_taken_back_it_stops(tmp_path: Path) -> None:
    async def scenario() -> AppState:
        app = await after(tmp_path, 0, 1)
        await app.take_scan(UNDO_SCAN)
        return app

    assert asyncio.run(scenario()).cold.clock is None


def test_it_is_kept_with_the_pick_the_backend_has_taken(tmp_path: Path) -> None:
    async def scenario() -> AppState:
        app = await after(tmp_path, 0, 1)
        outbox = app._outbox
        results = [Result(command_id=command.id, is_applied=True) for command in outbox.waiting()]
        outbox.hear([], results)
        await outbox.keep()
        return app

    app = asyncio.run(scenario())
    since = app.work.active.totes[0].frozen_since if app.work.active else None
    app.close()
    again = Outbox(tmp_path / "outbox.sqlite3", no_flush)
    assert again.waiting() == []
    (kept,) = again.shown_lists().values()
    assert since is not None
    assert kept.totes[0].frozen_since == since
