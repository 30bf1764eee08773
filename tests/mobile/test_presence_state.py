"""A touch puts the idle lock off; being connected does not, and the picker is warned in good time."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx

from mobile.services.outbox import PROFILE, Outbox
from mobile.services.signals import Signal
from mobile.state.presence_state import TELL_EVERY_S, WARN_BEFORE_S
from mobile.state.screens import Screen
from tests.mobile.builders import no_flush, pick_list
from tests.mobile.test_backend_link import Phone, phone
from tests.mobile.test_pick_state import signals

STILL_HERE = ("POST", "/api/v1/people/still-here")
IDLE_S = 900.0
PROFILE_JSON = (
    '{"person_id": "per_1", "name": "Ana", "role": "picker", "store_id": "sto_1", "store_name": "Shop",'
    f' "idle_lock_s": {IDLE_S}}}'
)


def told(one: Phone) -> int:
    return sum((method, path) == STILL_HERE for method, path, _, _ in one.backend.asked)


async def settled(one: Phone) -> None:
    """Online, and the backend knows that somebody has just opened the app."""
    one.backend.http_answers[STILL_HERE] = httpx.Response(204)
    await one.time.settle()
    one.app.presence.touched()
    await one.time.settle()
    one.backend.asked.clear()


async def keep_profile(folder: Path) -> None:
    outbox = Outbox(folder / "outbox.sqlite3", no_flush)
    await outbox.remember(PROFILE, PROFILE_JSON)
    outbox.close()


class TestTouches:
    def test_on_the_work_screen_count_and_are_told_at_most_twice_a_minute(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            await keep_profile(tmp_path)
            async with phone(tmp_path) as one:
                await settled(one)
                await one.time.advance(TELL_EVERY_S)
                for _ in range(3):
                    one.app.presence.touched()
                    await one.time.settle()
                assert told(one) == 1
                await one.time.advance(TELL_EVERY_S)
                one.app.open(Screen.SETTINGS)
                await one.time.settle()
                assert told(one) == 2

        asyncio.run(scenario())

    def test_that_a_phone_is_connected_is_no_touch(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            await keep_profile(tmp_path)
            async with phone(tmp_path) as one:
                await settled(one)
                await one.time.advance(IDLE_S / 2)
                one.backend.cut()
                await one.time.advance(IDLE_S / 2 - WARN_BEFORE_S - 60)
                assert told(one) == 0

        asyncio.run(scenario())

    def test_a_command_that_goes_out_needs_no_telling(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            await keep_profile(tmp_path)
            async with phone(tmp_path) as one:
                await settled(one)
                one.backend.put(pick_list())
                await one.time.advance(TELL_EVERY_S)
                one.app.work.chosen_id = "pkl_1"
                await one.app.work.start()
                await one.app.take_scan("nothing of this walk")
                await one.time.settle()
                assert told(one) == 0

        asyncio.run(scenario())

    def test_one_that_could_not_be_told_is_tried_again(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            await keep_profile(tmp_path)
            async with phone(tmp_path) as one:
                await settled(one)
                await one.time.advance(TELL_EVERY_S)
                one.backend.http_answers[STILL_HERE] = httpx.Response(503)
                one.app.presence.touched()
                await one.time.settle()
                one.backend.http_answers[STILL_HERE] = httpx.Response(204)
                one.app.presence.touched()
                await one.time.settle()
                assert told(one) == 2

        asyncio.run(scenario())


class TestWarning:
    def test_it_comes_once_in_good_time_with_a_sound_and_a_touch_ends_it(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            await keep_profile(tmp_path)
            async with phone(tmp_path) as one:
                await settled(one)
                await one.time.advance(IDLE_S - WARN_BEFORE_S - 5)
                assert not one.app.presence.is_warning
                await one.time.advance(40)
                assert one.app.presence.is_warning
                await one.time.advance(30)
                assert signals(one.app) == [Signal.DECIDE]
                one.app.presence.touched()
                await one.time.settle()
                assert (one.app.presence.is_warning, told(one)) == (False, 1)

        asyncio.run(scenario())

    def test_a_phone_without_network_cannot_put_it_off_and_does_not_warn(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            await keep_profile(tmp_path)
            async with phone(tmp_path) as one:
                await settled(one)
                one.backend.is_reachable = False
                one.backend.cut()
                await one.time.advance(IDLE_S)
                assert not one.app.presence.is_warning

        asyncio.run(scenario())

    def test_nobody_signed_in_is_warned_of_nothing(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            await keep_profile(tmp_path)
            async with phone(tmp_path) as one:
                await settled(one)
                one.backend.http_answers[("POST", "/api/v1/people/sign-out")] = httpx.Response(204)
                await one.app.sign_out()
                await one.time.advance(IDLE_S)
                assert not one.app.presence.is_warning

        asyncio.run(scenario())
