"""What the phone makes of a walk that changes under way: nothing jumps, what is new is said, what is blocked waits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from mobile.services.signals import Signal, SilentSignals
from mobile.state.app_state import AppState
from mobile.state.screens import Screen
from shared.clock import ManualClock
from shared.errors import Problem
from shared.picking import HEAD_SETTLES_S, Pick, PickList, PickListStatus, PickStatus
from shared.sync.envelope import Result, Update
from tests.mobile.builders import PICKER_ID, START, VirtualTime, gtin, pick, pick_list
from tests.mobile.test_pick_state import walking

Story = Callable[["Walk"], Awaitable[None]]


class Walk:
    """A phone whose picker walks past four stops, the first three for tote A, the last for tote B."""

    def __init__(self, app: AppState, clock: ManualClock) -> None:
        self.app = app
        self.clock = clock
        self._revision = 1

    async def hears(self, *picks: Pick, **parts: Any) -> None:
        """The backend tells the walk with these picks in this order; those left out are as they were."""
        self._revision += 1
        placed = [one.model_copy(update={"position": position}) for position, one in enumerate(picks)]
        told = pick_list(
            placed, revision=self._revision, status=PickListStatus.PICKING, picker_id=PICKER_ID
        ).model_copy(update=parts)
        update = Update(sequence=self._revision, name="pick_list", at=START, body=told.model_dump(mode="json"))
        await self.app._outbox.store_updates([update])
        self.app.documents_changed()
        await VirtualTime().settle()

    async def scans(self, *codes: str) -> None:
        for code in codes:
            await self.app.take_scan(code)

    @property
    def stops(self) -> list[str]:
        return [one.id for one in self.app.pick.open_picks]

    @property
    def said(self) -> list[tuple[str, dict[str, Any]]]:
        """Since the walk began."""
        return [(command.name, command.body) for command in self.app._outbox.waiting()[1:]]

    @property
    def signals(self) -> list[Signal]:
        given = self.app._edges.signals
        assert isinstance(given, SilentSignals)
        return given.given


PICKS = [pick(0), pick(1), pick(2), pick(3, tote="B")]


def tell(folder: Path, story: Story, picks: list[Pick] = PICKS) -> None:
    async def scenario() -> None:
        app = await walking(folder, picks)
        assert isinstance(app._edges.clock, ManualClock)
        await story(Walk(app, app._edges.clock))

    asyncio.run(scenario())


class TestReplanned:
    def test_the_stop_one_walks_to_does_not_jump_and_the_backend_hears_it(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            walk.clock.advance(HEAD_SETTLES_S)
            await walk.hears(PICKS[2], PICKS[1], PICKS[0], PICKS[3])
            assert walk.stops == ["pck_0", "pck_2", "pck_1", "pck_3"]
            assert walk.said == [("pick.choose", {"pick_list_id": "pkl_1", "pick_id": "pck_0", "left_pick_id": None})]

        tell(tmp_path, story)

    def test_right_after_a_pick_the_new_order_is_taken(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            await walk.app.pick.scan(gtin(0))
            await walk.hears(PICKS[0], PICKS[3], PICKS[2], PICKS[1])
            assert walk.stops == ["pck_3", "pck_2", "pck_1"]
            assert [name for name, _ in walk.said] == ["pick.confirm"]

        tell(tmp_path, story)

    def test_who_has_begun_to_count_goes_on_counting(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            await walk.app.pick.scan(gtin(0))
            await walk.hears(several[1], several[0])
            assert (walk.stops[0], walk.app.pick.counted) == ("pck_0", 1)

        several = [pick(0, quantity=3), pick(1)]
        tell(tmp_path, story, several)

    def test_a_stop_that_is_cut_off_is_left(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            walk.clock.advance(60)
            cut_off = PICKS[0].model_copy(update={"is_cut_off": True})
            await walk.hears(PICKS[1], PICKS[2], PICKS[3], cut_off)
            assert walk.stops == ["pck_1", "pck_2", "pck_3", "pck_0"]
            assert walk.said == []

        tell(tmp_path, story)

    def test_a_cancelled_stop_makes_way_for_the_next(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            walk.clock.advance(60)
            await walk.hears(PICKS[0].model_copy(update={"status": PickStatus.CANCELLED}), PICKS[2], PICKS[1], PICKS[3])
            assert walk.stops == ["pck_2", "pck_1", "pck_3"]

        tell(tmp_path, story)


class TestChoose:
    def test_the_backend_hears_which_stop_was_left_for_which(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            await walk.app.pick.scan(gtin(2))  # comes later, says the phone
            walk.app.pick.take_offered()
            await VirtualTime().settle()
            assert walk.stops[0] == "pck_2"
            body = {"pick_list_id": "pkl_1", "pick_id": "pck_2", "left_pick_id": "pck_0"}
            assert walk.said == [("pick.choose", body)]

        tell(tmp_path, story)

    def test_scanned_twice_the_pick_itself_says_it(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            await walk.app.pick.scan(gtin(2))
            await walk.app.pick.scan(gtin(2))
            await VirtualTime().settle()
            assert [name for name, _ in walk.said] == ["pick.confirm"]

        tell(tmp_path, story)

    @pytest.mark.parametrize("chosen", ["pck_0", "pck_none"])
    def test_the_current_one_or_none_is_nothing_to_tell(self, tmp_path: Path, chosen: str) -> None:
        async def story(walk: Walk) -> None:
            walk.app.pick.choose(chosen)
            await VirtualTime().settle()
            assert walk.said == []

        tell(tmp_path, story)


class TestOrderAdded:
    def added(self) -> tuple[list[Pick], PickList]:
        picks = [PICKS[0], pick(9, tote="C"), *PICKS[1:]]
        return picks, pick_list(picks)

    def test_the_picker_hears_it_and_sees_which_tote(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            picks, _ = self.added()
            walk.clock.advance(60)
            await walk.hears(*picks)
            assert walk.app.pick.added_letters == ("C",)
            assert walk.signals[-1] is Signal.ATTENTION
            assert walk.app.screen is Screen.STOP
            walk.app.pick.put_added_away()
            assert walk.app.pick.added_letters == ()

        tell(tmp_path, story)

    def test_once(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            picks, _ = self.added()
            await walk.hears(*picks)
            await walk.hears(*picks)
            assert walk.app.pick.added_letters == ("C",)
            assert walk.signals.count(Signal.ATTENTION) == 1

        tell(tmp_path, story)

    def test_who_had_handed_over_without_network_is_sent_back_for_it(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            picks, _ = self.added()
            for number in range(4):
                await walk.app.pick.scan(gtin(number))
            assert await walk.app.work.finish()
            await walk.hears(*picks)
            finish = walk.app._outbox.waiting()[-1]
            problem = Problem(code="picks_still_open", detail="1 picks are still open")
            result = Result(command_id=finish.id, is_applied=False, problem=problem)
            walk.app._outbox.hear([], [result])
            walk.app.documents_changed()
            assert walk.stops == ["pck_9"]
            assert walk.app.pick.added_letters == ("C",)

        tell(tmp_path, story)

    def test_another_walk_has_no_news(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            picks, _ = self.added()
            await walk.hears(*picks)
            for number in (0, 9, 1, 2, 3):
                await walk.app.pick.scan(gtin(number))
            assert await walk.app.work.finish()
            next_one = pick_list([pick(5)], number=2, status=PickListStatus.PICKING, picker_id=PICKER_ID)
            update = Update(sequence=9, name="pick_list", at=START, body=next_one.model_dump(mode="json"))
            await walk.app._outbox.store_updates([update])
            walk.app.documents_changed()
            assert walk.stops == ["pck_5"]
            assert walk.app.pick.added_letters == ()

        tell(tmp_path, story)


class TestBlockedAisle:
    def test_its_stops_come_last_with_or_without_network(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            walk.app.open(Screen.SHORT)
            assert await walk.app.pick.report_blocked_aisle()
            walk.app.back()
            assert walk.stops == ["pck_1", "pck_2", "pck_3", "pck_0"]
            assert walk.said == [("aisle.report_blocked", {"pick_list_id": "pkl_1", "aisle": "A1"})]
            assert walk.signals[-1] is Signal.OK
            assert walk.app.screen is Screen.STOP

        tell(tmp_path, story)

    def test_a_stop_one_had_chosen_too(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            walk.app.pick.choose("pck_2")
            await VirtualTime().settle()
            assert await walk.app.pick.report_blocked_aisle()
            assert walk.stops == ["pck_0", "pck_1", "pck_3", "pck_2"]

        tell(tmp_path, story)

    def test_the_backend_knows_better_what_one_still_reaches(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            assert await walk.app.pick.report_blocked_aisle()
            (command, *_) = [one for one in walk.app._outbox.waiting() if one.name == "aisle.report_blocked"]
            walk.app._outbox.hear([], [Result(command_id=command.id, is_applied=True)])
            await walk.hears(*PICKS)
            assert walk.stops[0] in ("pck_0", "pck_1")
            assert not any(one.is_cut_off for one in walk.app.pick.open_picks)

        tell(tmp_path, story)

    def test_without_a_stop_there_is_nothing_to_report(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            for number in range(4):
                await walk.app.pick.scan(gtin(number))
            assert not await walk.app.pick.report_blocked_aisle()

        tell(tmp_path, story)
