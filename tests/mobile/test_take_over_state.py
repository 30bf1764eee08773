"""Somebody else's trolley is scanned: whose it is, the wait until its lease is over, and the second scan."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from mobile.services.outbox import DEVICE_TOKEN, PROFILE, SESSION_TOKEN, Outbox
from mobile.services.signals import Signal, SilentSignals
from mobile.state.app_state import AppState
from mobile.state.scan_state import PRIMARY_ACTION_SCAN
from mobile.state.screens import Screen
from tests.mobile.builders import VirtualTime, edges, no_flush
from tests.mobile.fake_backend import TOKEN, FakeBackend
from tests.mobile.test_backend_link import PROFILE_JSON

FIND, TAKE = "/api/v1/picking/trolleys/find", "/api/v1/picking/trolleys/take-over"
FOUND = {"pick_list_id": "pkl_7", "picker_name": "Ana", "is_own": False, "free_in_s": 30, "picks_done": 4}


class PickersPhone:
    """Signed in and without a walk; `given` are the signals so far, `asked` the paths."""

    def __init__(self, folder: Path) -> None:
        self.time = VirtualTime()
        self.backend = FakeBackend(self.time.clock)
        world = edges(folder, self.backend.connect, time=self.time, http=self.backend.http)
        assert isinstance(world.signals, SilentSignals)
        self.signals = world.signals
        self.app = AppState(world)

    def answer(self, path: str, body: Any, status: int = 200) -> None:
        self.backend.http_answers[("POST", path)] = httpx.Response(status, json=body)

    @property
    def asked(self) -> list[str]:
        return [path for _, path, _, _ in self.backend.asked]


async def pickers_phone(folder: Path) -> PickersPhone:
    outbox = Outbox(folder / "outbox.sqlite3", no_flush)
    await outbox.remember(DEVICE_TOKEN, "dev_1")
    await outbox.remember(PROFILE, json.dumps(json.loads(PROFILE_JSON)))
    await outbox.remember(SESSION_TOKEN, TOKEN)
    outbox.close()
    return PickersPhone(folder)


def test_the_second_scan_takes_it_once_its_phone_has_been_silent(run: Callable, tmp_path: Path) -> None:
    async def scenario() -> None:
        phone = await pickers_phone(tmp_path)
        phone.answer(FIND, FOUND)
        phone.answer(TAKE, {"pick_list_id": "pkl_7"})
        assert phone.app.screen is Screen.WORK
        await phone.app.take_scan("tote-7")
        state = phone.app.take_over
        assert (phone.app.screen, state.code) == (Screen.TAKE_OVER, "TOTE-7")
        assert state.found is not None
        assert not state.may_take
        await phone.app.take_scan("TOTE-7")
        assert phone.asked == [FIND], "its picker still holds it"
        phone.time.clock.advance(31)
        assert (state.wait_s, state.may_take) == (0, True)
        await phone.app.take_scan("TOTE-7")
        assert phone.asked == [FIND, TAKE]
        assert phone.app.screen is Screen.WORK
        assert phone.signals.given == [Signal.DECIDE, Signal.WRONG, Signal.OK]

    run(scenario())


def test_the_printed_code_of_the_big_button_takes_it_too(run: Callable, tmp_path: Path) -> None:
    async def scenario() -> None:
        phone = await pickers_phone(tmp_path)
        phone.answer(FIND, {**FOUND, "free_in_s": 0})
        phone.answer(TAKE, {"pick_list_id": "pkl_7"})
        await phone.app.take_scan("TOTE-7")
        await phone.app.take_scan(PRIMARY_ACTION_SCAN)
        assert phone.asked == [FIND, TAKE]

    run(scenario())


@pytest.mark.parametrize(
    ("code", "caption"),
    [
        ("trolley_not_found", "take_over.unknown"),
        ("pick_list_taken", "take_over.heard"),
        ("another_pick_list_open", "take_over.another"),
        ("new_rule", "problem.refused"),
    ],
)
def test_a_refusal_is_said_in_words_and_nothing_is_taken(
    run: Callable, tmp_path: Path, code: str, caption: str
) -> None:
    async def scenario() -> None:
        phone = await pickers_phone(tmp_path)
        phone.answer(FIND, {**FOUND, "free_in_s": 0})
        phone.answer(TAKE, {"title": "no", "detail": "no", "code": code, "status": 409}, 409)
        await phone.app.take_scan("TOTE-7")
        await phone.app.take_scan("TOTE-7")
        assert (phone.app.screen, phone.app.take_over.problem) == (Screen.TAKE_OVER, caption)

    run(scenario())


def test_without_network_it_says_so(run: Callable, tmp_path: Path) -> None:
    async def scenario() -> None:
        phone = await pickers_phone(tmp_path)
        phone.backend.is_reachable = False
        await phone.app.take_scan("TOTE-7")
        assert phone.app.take_over.problem == "problem.unreachable"
        assert not phone.app.take_over.may_take

    run(scenario())


def test_ones_own_is_not_taken_from_oneself(run: Callable, tmp_path: Path) -> None:
    async def scenario() -> None:
        phone = await pickers_phone(tmp_path)
        phone.answer(FIND, {**FOUND, "is_own": True, "free_in_s": 0})
        await phone.app.take_scan("TOTE-7")
        await phone.app.take_scan("TOTE-7")
        assert phone.asked == [FIND]

    run(scenario())


def test_a_product_means_nothing_there(run: Callable, tmp_path: Path) -> None:
    async def scenario() -> None:
        phone = await pickers_phone(tmp_path)
        await phone.app.take_scan("7610000000011")
        assert (phone.app.screen, phone.asked) == (Screen.WORK, [])

    run(scenario())
