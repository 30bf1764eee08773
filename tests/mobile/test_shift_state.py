"""Who holds the phone: the next picker starts with their own work, and a full phone is not stuck."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx

from mobile.services.outbox import DEVICE_TOKEN, LANGUAGE, SESSION_TOKEN, Outbox
from mobile.services.synced import Picker
from mobile.state.app_state import AppState
from mobile.state.screens import Screen
from tests.mobile.builders import edges, gtin, no_flush, pick_list
from tests.mobile.fake_backend import TOKEN, FakeBackend
from tests.mobile.test_backend_link import Phone, VirtualTime, phone, sign_in

SIGN_IN = ("POST", "/api/v1/people/sign-in")
SIGN_OUT = ("POST", "/api/v1/people/sign-out")


async def walk_and_lose_the_network(one: Phone) -> None:
    """Ana starts a walk; her first pick is confirmed where nobody hears it."""
    one.backend.put(pick_list())
    await one.time.settle()
    one.app.work.choose("pkl_1")
    assert await one.app.work.start()
    await one.time.settle()
    one.backend.is_reachable = False
    one.backend.cut()
    await one.time.settle()
    assert (await one.app.pick.scan(gtin(0))).is_good


async def hand_over(one: Phone, person_id: str) -> None:
    """She signs out, and somebody signs in with the network back."""
    await one.app.sign_out()
    assert one.app.screen is Screen.SIGN_IN
    one.backend.is_reachable = True
    one.backend.valid_tokens = {f"tok_{person_id}"}
    answer = {"session_token": f"tok_{person_id}", "person_id": person_id, "name": "Bea", "role": "picker"}
    answer |= {"store_id": "sto_1", "store_name": "Shop"}
    one.backend.http_answers[SIGN_IN] = httpx.Response(200, json=answer)
    one.app.shift.show_badge("4712")
    assert await one.app.shift.sign_in("1234")


class TestAnotherPicker:
    def test_sees_nothing_of_the_first_ones_lists_and_asks_for_everything(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            async with phone(tmp_path) as one:
                await walk_and_lose_the_network(one)
                await hand_over(one, "per_2")
                assert (one.app.work.pick_lists, one.app._outbox.last_sequence) == ((), 0)
                await one.time.settle()
                assert [hello.last_sequence for hello in one.backend.greeted] == [0, 0]
                assert [held.id for held in one.app.work.pick_lists] == ["pkl_1"]
                assert (one.app.work.active, one.app.screen) == (None, Screen.WORK)

        asyncio.run(scenario())

    def test_sends_what_the_first_one_could_not(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            async with phone(tmp_path) as one:
                await walk_and_lose_the_network(one)
                (waiting,) = one.app._outbox.waiting()
                await hand_over(one, "per_2")
                assert one.app._outbox.waiting() == [waiting]
                await one.time.settle()
                assert [command.name for command in one.backend.applied] == ["pick_list.start", "pick.confirm"]
                assert one.backend.applied[-1] == waiting
                assert one.app.link.waiting_commands == 0

        asyncio.run(scenario())

    def test_is_still_the_one_after_the_phone_dies(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            async with phone(tmp_path) as one:
                await walk_and_lose_the_network(one)
                (waiting,) = one.app._outbox.waiting()
                await hand_over(one, "per_2")
                again = Outbox(tmp_path / "outbox.sqlite3", no_flush)
                assert (again.picker().person_id, again.pick_lists(), again.last_sequence) == ("per_2", {}, 0)
                assert again.waiting() == [waiting]
                again.close()

        asyncio.run(scenario())


def test_the_same_picker_goes_on_where_they_were(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with phone(tmp_path) as one:
            await walk_and_lose_the_network(one)
            held, sequence = one.app.work.pick_lists, one.app._outbox.last_sequence
            await hand_over(one, "per_1")
            assert (one.app.work.pick_lists, one.app.screen) == (held, Screen.STOP)
            await one.time.settle()
            assert one.backend.greeted[-1].last_sequence == sequence > 0

    asyncio.run(scenario())


class Room:
    """The phone's storage, which may be full."""

    def __init__(self) -> None:
        self.is_full = False

    async def flush(self) -> None:
        if self.is_full:
            raise OSError("quota exceeded")


async def full_phone(folder: Path) -> tuple[AppState, FakeBackend, Room]:
    await sign_in(folder)
    backend, room = FakeBackend(VirtualTime().clock), Room()
    app = AppState(edges(folder, backend.connect, http=backend.http, flush=room.flush))
    room.is_full = True
    return app, backend, room


class TestAFullPhone:
    def test_that_cannot_forget_its_session_stays_signed_in_and_says_why(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            app, backend, room = await full_phone(tmp_path)
            app.open(Screen.SETTINGS)
            await app.sign_out()
            assert (app.shift.problem, app.shift.is_busy) == ("problem.not_stored", False)
            assert (app.screen, app.shift.session_token) == (Screen.SETTINGS, TOKEN)
            assert backend.asked == []
            room.is_full = False
            await app.sign_out()
            assert (app.shift.problem, app.screen) == ("", Screen.SIGN_IN)
            assert [asked[:2] for asked in backend.asked] == [SIGN_OUT]
            assert backend.asked[0][3]["authorization"] == f"Bearer {TOKEN}"

        asyncio.run(scenario())

    def test_that_is_not_enrolled_any_more_can_still_be_enrolled(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            app, backend, room = await full_phone(tmp_path)
            room.is_full = False
            await app.sign_out()
            room.is_full = True
            backend.http_answers[SIGN_IN] = httpx.Response(401, json={"code": "device_not_enrolled"})
            app.shift.show_badge("4711")
            assert not await app.shift.sign_in("1234")
            assert (app.shift.problem, app.shift.is_busy, app.screen) == ("problem.device", False, Screen.ENROL)

        asyncio.run(scenario())

    def test_speaks_the_chosen_language_all_the_same(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            app, _, _ = await full_phone(tmp_path)
            await app.preferences.change(language="pt")
            assert (app.language, app._outbox.recall(LANGUAGE)) == ("pt", None)

        asyncio.run(scenario())

    def test_lets_nobody_in_whom_it_cannot_remember(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            app, backend, room = await full_phone(tmp_path)
            room.is_full = False
            await app.sign_out()
            room.is_full = True
            answer = {"session_token": "tok_2", "person_id": "per_2", "name": "Bea", "role": "picker"}
            answer |= {"store_id": "sto_1", "store_name": "Shop"}
            backend.http_answers[SIGN_IN] = httpx.Response(200, json=answer)
            app.shift.show_badge("4712")
            assert not await app.shift.sign_in("1234")
            assert (app.shift.problem, app.screen) == ("problem.not_stored", Screen.SIGN_IN)
            assert app._outbox.recall(SESSION_TOKEN) is None
            assert app._outbox.recall(DEVICE_TOKEN) == "dev_secret"

        asyncio.run(scenario())


def test_a_problem_of_one_screen_is_not_said_on_the_next(tmp_path: Path) -> None:
    async def scenario() -> None:
        app, _, _ = await full_phone(tmp_path)
        await app.sign_out()
        app.open(Screen.SETTINGS)
        assert app.shift.problem == ""

    asyncio.run(scenario())


def test_the_first_picker_of_a_phone_is_kept(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox.sqlite3", no_flush)
    asyncio.run(outbox.remember_picker(Picker(person_id="per_1", name="Ana")))
    outbox.close()
    assert Outbox(tmp_path / "outbox.sqlite3", no_flush).picker().name == "Ana"
