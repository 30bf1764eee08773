"""A new version of the app: told at once, taken when nobody is in the middle of anything, and never on a walk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from mobile.services.backend_link import LinkStatus
from mobile.services.outbox import Outbox
from mobile.services.synced import Picker
from mobile.state.app_state import UPDATE_EVERY_S, AppState
from shared.picking import PickListStatus
from tests.mobile.builders import PICKER_ID, VirtualTime, edges, gtin, no_flush, pick_list
from tests.mobile.fake_backend import FakeBackend
from tests.mobile.test_backend_link import first_update, sign_in


class Releases:
    """`come` when a new version has arrived; counts how often it was looked for and applied."""

    def __init__(self) -> None:
        self.looked = self.applied = 0
        self._on_ready: Callable[[], None] = lambda: None

    def listen(self, on_ready: Callable[[], None]) -> None:
        self._on_ready = on_ready

    def look(self) -> None:
        self.looked += 1

    def apply(self) -> None:
        self.applied += 1

    def come(self, app: AppState) -> None:
        self.listen(app._update_is_ready)
        self._on_ready()


def started(folder: Path, releases: Releases) -> tuple[AppState, VirtualTime]:
    time = VirtualTime()
    world = edges(folder, FakeBackend(time.clock).connect, time=time)
    return AppState(replace(world, updates=releases)), time


async def with_a_walk(folder: Path) -> None:
    await sign_in(folder)
    outbox = Outbox(folder / "outbox.sqlite3", no_flush)
    await outbox.remember_picker(Picker(person_id=PICKER_ID, name="Ana"))
    await outbox.store_updates([first_update(pick_list(status=PickListStatus.PICKING, picker_id=PICKER_ID))])
    outbox.close()


def test_on_a_walk_it_waits_and_the_picks_that_wait_stay(run: Callable, tmp_path: Path) -> None:
    async def scenario() -> None:
        await with_a_walk(tmp_path)
        releases = Releases()
        app, _ = started(tmp_path, releases)
        await app.pick.scan(gtin(0))
        releases.come(app)
        assert (app.link.has_update, app.may_update) == (True, False)
        app.take_update()
        assert releases.applied == 0
        for number in (1, 2):
            await app.pick.scan(gtin(number))
        assert await app.work.finish()
        app.take_update()
        assert (releases.applied, app.link.waiting_picks) == (1, 3)
        app.close()

    run(scenario())


def test_an_app_that_is_too_old_need_not_wait(run: Callable, tmp_path: Path) -> None:
    async def scenario() -> None:
        await with_a_walk(tmp_path)
        releases = Releases()
        app, _ = started(tmp_path, releases)
        releases.come(app)
        app.link_changed(LinkStatus.OUTDATED)
        assert app.may_update
        app.close()

    run(scenario())


def test_where_nobody_is_signed_in_it_is_taken_at_once_but_not_under_a_pin(run: Callable, tmp_path: Path) -> None:
    async def scenario() -> None:
        releases = Releases()
        app, _ = started(tmp_path, releases)
        app.shift.show_badge("BP-P-203")
        releases.come(app)
        assert releases.applied == 0
        app.shift.show_badge("")
        releases.come(app)
        assert releases.applied == 1
        app.close()

    run(scenario())


def test_it_is_looked_for_now_and_then_not_with_every_connection(run: Callable, tmp_path: Path) -> None:
    async def scenario() -> None:
        await sign_in(tmp_path)
        releases = Releases()
        app, time = started(tmp_path, releases)
        for _ in range(5):
            app.link_changed(LinkStatus.OFFLINE)
            app.link_changed(LinkStatus.ONLINE)
        assert releases.looked == 1
        time.clock.advance(UPDATE_EVERY_S)
        app.link_changed(LinkStatus.ONLINE)
        assert releases.looked == 2
        app.close()

    run(scenario())
