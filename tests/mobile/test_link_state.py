"""What the picker is told about the phone's own memory."""

from __future__ import annotations

import asyncio
from pathlib import Path

from mobile.state.app_state import AppState
from mobile.state.screens import Screen
from tests.mobile.builders import edges, gtin, pick, pick_list
from tests.mobile.fake_backend import FakeBackend
from tests.mobile.test_backend_link import VirtualTime, first_update, sign_in


def started(folder: Path) -> AppState:
    backend = FakeBackend(VirtualTime().clock)
    backend.is_reachable = False
    return AppState(edges(folder, backend.connect))


class TestDamage:
    async def pick_and_damage(self, folder: Path) -> None:
        """A pick waits on the phone, and the file is written over."""
        await sign_in(folder)
        app = started(folder)
        await app._outbox.store_updates([first_update(pick_list([pick(0)]))])
        app.work.refresh()
        app.work.choose("pkl_1")
        assert await app.work.start()
        assert (await app.pick.scan(gtin(0))).is_good
        app.close()
        (folder / "outbox.sqlite3").write_bytes(b"not a database at all" * 400)

    def test_a_sound_phone_has_nothing_to_say(self, tmp_path: Path) -> None:
        asyncio.run(sign_in(tmp_path))
        assert not started(tmp_path).link.was_damaged

    def test_is_said_where_the_next_walk_begins_with_every_pick_still_there(self, tmp_path: Path) -> None:
        asyncio.run(self.pick_and_damage(tmp_path))
        app = started(tmp_path)
        assert app.link.was_damaged
        assert app.screen is Screen.WORK
        assert (app.link.waiting_picks, app.link.waiting_commands) == (1, 2)

    def test_is_said_until_it_is_read_and_not_again_after_the_next_start(self, tmp_path: Path) -> None:
        asyncio.run(self.pick_and_damage(tmp_path))
        app = started(tmp_path)
        told: list[str] = []

        def hear(sender: object, field: str | None) -> None:  # held by name: an observable forgets what nobody holds
            told.append(str(field))

        app.link.subscribe(hear)
        app.link.put_damage_away()
        assert not app.link.was_damaged
        assert told == ["was_damaged"], "the screen is drawn again"
        app.close()
        assert not started(tmp_path).link.was_damaged
