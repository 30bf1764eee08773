"""A picker's own pace: pauses do not count, each picker sees their own, and nothing of it leaves the phone."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from mobile.services.outbox import Outbox
from mobile.state.pace_state import DAYS_KEPT, PaceState
from shared.clock import ManualClock
from shared.commands import ConfirmPick, FinishPickList, StartPickList
from tests.mobile.builders import gtin, no_flush, pick
from tests.mobile.test_pick_state import walking

PICKED = ConfirmPick(pick_list_id="pkl_1", pick_id="pck_1", quantity=1, scan="7610000000000", entered_by="scanner")


class Phone:
    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock()
        self.outbox = Outbox(folder / "outbox.sqlite3", no_flush)
        self.pace = PaceState(self.outbox, self.clock)

    def pick(self, times: int, every_s: float) -> None:
        for _ in range(times):
            self.clock.advance(every_s)
            assert not self.pace.said(PICKED)

    def start(self) -> None:
        assert not self.pace.said(StartPickList(pick_list_id="pkl_1"))

    def finish(self) -> None:
        assert self.pace.said(FinishPickList(pick_list_id="pkl_1"))
        asyncio.run(self.pace.keep())


@pytest.fixture
def phone(tmp_path: Path) -> Phone:
    phone = Phone(tmp_path)
    phone.pace.follow("per_ana")
    phone.start()
    return phone


def test_a_few_picks_say_nothing(phone: Phone) -> None:
    phone.pick(9, 30)
    assert phone.pace.today_per_hour is None
    phone.pick(1, 30)
    assert (phone.pace.today_per_hour, phone.pace.before_per_hour) == (120, None)


def test_a_pause_is_no_picking(phone: Phone) -> None:
    phone.pick(10, 60)
    phone.pick(1, 1_800)
    phone.pick(10, 60)
    assert phone.pace.today_per_hour == 60


def test_days_before_are_compared_with_today(phone: Phone) -> None:
    phone.pick(20, 60)
    phone.clock.advance(timedelta(days=1).total_seconds())
    phone.start()
    phone.pick(10, 36)
    assert (phone.pace.today_per_hour, phone.pace.before_per_hour) == (100, 60)


def test_each_picker_has_their_own_and_finds_it_again(phone: Phone) -> None:
    phone.pick(10, 60)
    phone.finish()
    phone.pace.follow("per_mei")
    phone.pick(10, 60)
    assert phone.pace.today_per_hour is None  # the first of Mei's had no beginning, nine are too few
    phone.pace.follow("")
    phone.pace.follow("per_ana")
    assert phone.pace.today_per_hour == 60


def test_nothing_is_told_to_the_backend(phone: Phone) -> None:
    phone.pick(30, 60)
    phone.finish()
    assert phone.outbox.waiting() == []


def test_old_days_are_forgotten(phone: Phone) -> None:
    for _ in range(DAYS_KEPT + 3):
        phone.start()
        phone.pick(1, 60)
        phone.finish()
        phone.clock.advance(timedelta(days=1).total_seconds())
    assert phone.pace.before_per_hour == 60
    kept = phone.outbox.recall("pace.per_ana")
    assert kept is not None
    assert kept.count("[") == DAYS_KEPT


@pytest.mark.parametrize("kept", ["{", "[]", '{"2026-01-01": 3}', '{"2026-01-01": ["x", 1]}'])
def test_what_cannot_be_read_is_forgotten(phone: Phone, kept: str) -> None:
    asyncio.run(phone.outbox.remember("pace.per_mei", kept))
    phone.pace.follow("per_mei")
    assert phone.pace.before_per_hour is None


def test_a_walk_is_counted_as_it_is_walked(tmp_path: Path) -> None:
    async def scenario() -> None:
        app = await walking(tmp_path, [pick(number) for number in range(11)])
        clock = app._edges.clock
        assert isinstance(clock, ManualClock)
        for number in range(11):
            clock.advance(45)
            await app.pick.scan(gtin(number))
        assert app.pace.today_per_hour == 80
        assert not [command for command in app._outbox.waiting() if "pace" in command.name]

    asyncio.run(scenario())
