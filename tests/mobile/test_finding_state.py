"""Whatever is scanned on the screen that finds: an address and a blinking label, or why there is none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mobile.services.signals import Signal
from mobile.state.screens import Screen
from tests.mobile.supervising import supervisors_phone

FIND = "labels/find"
FOUND = {"location": "A1-1-1", "label_ids": ["lbl_1", "lbl_2"]}


def test_a_scan_reaches_it_and_says_where(run: Callable, tmp_path: Path) -> None:
    async def scenario() -> None:
        phone = await supervisors_phone(tmp_path)
        phone.answer("POST", FIND, FOUND, 202)
        await phone.app.take_scan("L1")
        assert phone.asked == [], "on the board a scan means nothing"
        phone.app.open(Screen.FIND_LABEL)
        await phone.app.take_scan("7610000000011 ")
        state = phone.app.finding
        assert phone.asked == [("POST", FIND, {"scan": "7610000000011"})]
        assert state.found is not None
        assert (state.found.location, len(state.found.label_ids), state.problem) == ("A1-1-1", 2, "")
        assert (phone.given, state.is_busy) == ([Signal.OK], False)
        phone.app.back()
        phone.app.open(Screen.FIND_LABEL)
        assert (state.found, state.scanned) == (None, "")

    run(scenario())


@pytest.mark.parametrize(
    ("code", "caption"),
    [("place_not_found", "find.unknown"), ("label_not_found", "find.no_label"), ("new_rule", "problem.refused")],
)
def test_what_cannot_be_found_is_said_in_words(run: Callable, tmp_path: Path, code: str, caption: str) -> None:
    async def scenario() -> None:
        phone = await supervisors_phone(tmp_path)
        phone.refuse("POST", FIND, code, 404)
        phone.app.open(Screen.FIND_LABEL)
        await phone.app.take_scan("L9")
        assert (phone.app.finding.problem, phone.app.finding.scanned) == (caption, "L9")
        assert phone.given == [Signal.WRONG]
        phone.answer("POST", FIND, FOUND, 202)
        await phone.app.take_scan("L1")
        assert (phone.app.finding.problem, phone.app.finding.found is not None) == ("", True)

    run(scenario())


def test_without_network_it_says_so_and_forgets_what_was_found_before(run: Callable, tmp_path: Path) -> None:
    async def scenario() -> None:
        phone = await supervisors_phone(tmp_path)
        phone.answer("POST", FIND, FOUND, 202)
        await phone.app.finding.find("L1")
        phone.backend.is_reachable = False
        await phone.app.finding.find("L2")
        await phone.app.finding.find(" ")
        assert (phone.app.finding.found, phone.app.finding.problem) == (None, "problem.unreachable")
        assert phone.app.finding.scanned == "L2"

    run(scenario())
