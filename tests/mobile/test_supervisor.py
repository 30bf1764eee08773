"""Enrolling, signing in, and what a supervisor decides, over HTTP as the backend speaks it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx

from mobile.state.app_state import AppState
from mobile.state.screens import Screen
from mobile.state.shift_state import code_in
from tests.mobile.builders import VirtualTime, edges
from tests.mobile.fake_backend import TOKEN, FakeBackend

PEOPLE = "/api/v1/people"
EXCEPTION = {"id": "exc_1", "channel_name": "Shop", "external_id": "4711", "reason": "no such product"}
SIGNED_IN = {
    "session_token": TOKEN,
    "person_id": "per_1",
    "name": "Ana",
    "role": "supervisor",
    "store_id": "sto_1",
    "store_name": "Corner",
    "languages": ["en", "zh"],
    "weighed_rules": [{"pattern": "21PPPPPWWWWWC"}],
    "shift": None,
}


def refused(status: int, code: str) -> httpx.Response:
    return httpx.Response(status, json={"title": "no", "detail": "no", "code": code, "status": status})


def new_phone(folder: Path, role: str = "supervisor") -> tuple[AppState, FakeBackend]:
    backend = FakeBackend(VirtualTime().clock)
    enrolled = {"device_token": "dev_1", "device_id": "dev_1", "store_id": "sto_1", "store_name": "Corner"}
    backend.http_answers[("POST", f"{PEOPLE}/enrol")] = httpx.Response(200, json=enrolled)
    backend.http_answers[("POST", f"{PEOPLE}/sign-in")] = httpx.Response(200, json={**SIGNED_IN, "role": role})
    return AppState(edges(folder, backend.connect, http=backend.http)), backend


def test_a_code_is_read_from_text_and_from_an_address() -> None:
    assert code_in(" k7-m4q9 ") == "K7-M4Q9"
    assert code_in("https://shop.example/#/enrol/K7M4Q9") == "K7M4Q9"


def test_enrol_and_sign_in_by_scanning(tmp_path: Path) -> None:
    async def scenario() -> None:
        app, backend = new_phone(tmp_path, "picker")
        assert app.screen is Screen.ENROL
        await app.take_scan("https://shop.example/#/enrol/K7M4Q9")
        assert app.screen is Screen.SIGN_IN
        await app.take_scan("4711")
        assert await app.shift.sign_in("1234")
        assert app.screen is Screen.WORK
        assert app.pick.rules[0].pattern == "21PPPPPWWWWWC"
        sign_in = next(asked for asked in backend.asked if asked[1].endswith("sign-in"))
        assert sign_in[2] == {"badge": "4711", "pin": "1234"}
        assert sign_in[3]["x-device-token"] == "dev_1"

    asyncio.run(scenario())
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b'"1234"' not in kept
    assert b'"pin"' not in kept


def test_what_is_wrong_is_said_in_the_pickers_words(tmp_path: Path) -> None:
    async def scenario() -> None:
        app, backend = new_phone(tmp_path)
        enrol, sign_in = ("POST", f"{PEOPLE}/enrol"), ("POST", f"{PEOPLE}/sign-in")
        good = backend.http_answers[enrol]
        backend.http_answers[enrol] = refused(404, "enrolment_code_invalid")
        assert not await app.shift.enrol("K7M4Q9")
        assert app.shift.problem == "problem.enrolment"
        backend.is_reachable = False
        assert not await app.shift.enrol("K7M4Q9")
        assert app.shift.problem == "problem.unreachable"
        backend.is_reachable, backend.http_answers[enrol] = True, good
        assert await app.shift.enrol("K7M4Q9")
        app.shift.show_badge("4711")
        for status, code, caption in (
            (401, "sign_in_refused", "problem.sign_in"),
            (429, "too_many_attempts", "problem.too_many"),
            (503, "overloaded", "problem.unreachable"),
            (401, "device_not_enrolled", "problem.device"),
        ):
            backend.http_answers[sign_in] = refused(status, code)
            assert not await app.shift.sign_in("1234")
            assert app.shift.problem == caption
        assert app.screen is Screen.ENROL

    asyncio.run(scenario())


def test_a_supervisor_starts_at_the_board_and_decides_there(tmp_path: Path) -> None:
    async def scenario() -> None:
        app, backend = new_phone(tmp_path)
        await app.shift.enrol("K7M4Q9")
        app.shift.show_badge("4711")
        await app.shift.sign_in("1234")
        assert app.screen is Screen.BOARD
        app.board.take({"exceptions": [EXCEPTION], "unknown": 1})
        retry = ("POST", "/api/v1/intake/exceptions/exc_1/retry")
        backend.http_answers[retry] = httpx.Response(200, json={"status": "held"})
        await app.board.retry("exc_1")
        assert app.board.notice == "board.still_held"
        backend.http_answers[("POST", "/api/v1/intake/exceptions/exc_1/dismiss")] = httpx.Response(204)
        await app.board.dismiss("exc_1")
        assert app.board.board is not None
        assert app.board.board.exceptions == []
        released = httpx.Response(200, json={"pick_lists": 3})
        backend.http_answers[("POST", "/api/v1/picking/waves/release")] = released
        await app.board.release()
        assert app.board.released == 3
        assert backend.asked[-1][3]["authorization"] == f"Bearer {TOKEN}"

    asyncio.run(scenario())


def test_a_picker_cannot_open_a_supervisors_screen(tmp_path: Path) -> None:
    async def scenario() -> None:
        app, _ = new_phone(tmp_path, "picker")
        await app.shift.enrol("K7M4Q9")
        app.shift.show_badge("4711")
        await app.shift.sign_in("1234")
        app.open(Screen.BOARD)
        assert app.screen is Screen.WORK

    asyncio.run(scenario())
