"""A command takes effect once, or is refused, kept and shown; it is never dropped and never blocks what follows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from backend.core.errors import Conflict, EdgeError, Overloaded
from backend.people.models import Role
from backend.sync.models import AppliedCommandRow
from backend.sync.service import MADE_AT_AGE_MAX, clamp_made_at
from shared.commands import ConfirmPick, FinishPickList, PickerCommand, StartPickList
from shared.events import CommandRefused
from shared.picking import PickListStatus
from shared.refusals import PICKS_STILL_OPEN
from shared.sync.envelope import Command, Result
from tests.backend.databases import both_databases
from tests.backend.sync.conftest import Shop, make_principal
from tests.factories import STORE_ID

Run = Callable[..., Any]


def command(body: PickerCommand | dict[str, Any], shop: Shop, **parts: Any) -> Command:
    values: dict[str, Any] = {
        "id": "cmd_1",
        "name": getattr(body, "name", ""),
        "made_at": shop.clock.now(),
        "body": body if isinstance(body, dict) else body.model_dump(mode="json"),
        **parts,
    }
    return Command(**values)


def apply(shop: Shop, run: Run, *commands: Command, principal: Any = None) -> list[Result]:
    async def scenario() -> list[Result]:
        async with shop.open():
            return [await shop.sync.apply(principal or make_principal(), each) for each in commands]

    results: list[Result] = run(scenario())
    return results


def kept(shop: Shop) -> list[AppliedCommandRow]:
    with shop.rooms.database.reading() as session:
        return list(session.exec(select(AppliedCommandRow).order_by("command_id")).all())


def refusals(shop: Shop) -> list[CommandRefused]:
    return [event for event in shop.rooms.events() if isinstance(event, CommandRefused)]


@both_databases
class TestApply:
    def test_the_command_is_carried_out_and_kept(self, shop: Shop, run: Run) -> None:
        pick_list = shop.rooms.planned(o1=["A-1-1"])
        [result] = apply(shop, run, command(StartPickList(pick_list_id=pick_list.id), shop))
        assert result == Result(command_id="cmd_1", is_applied=True)
        assert shop.rooms.pick_list(pick_list.id).status == PickListStatus.PICKING
        [row] = kept(shop)
        assert (row.store_id, row.device_id, row.person_id) == (STORE_ID, "dev_Ada", "per_Ada")
        assert (row.name, row.is_applied, row.problem, row.applied_at) == (
            "pick_list.start",
            True,
            None,
            shop.clock.now(),
        )

    def test_sent_twenty_times_it_takes_effect_once(self, shop: Shop, run: Run) -> None:
        pick_list = shop.rooms.planned(o1=["A-1-1"])
        again = command(StartPickList(pick_list_id=pick_list.id), shop)

        async def scenario() -> list[Result]:
            async with shop.open():
                return await asyncio.gather(*(shop.sync.apply(make_principal(), again) for _ in range(20)))

        results = run(scenario())
        assert {result.model_dump_json() for result in results} == {results[0].model_dump_json()}
        assert len(shop.carried_out) == 1
        assert shop.rooms.event_names().count("pick_list.started") == 1

    def test_a_refused_command_sent_again_gets_the_same_answer(self, shop: Shop, run: Run) -> None:
        again = command(StartPickList(pick_list_id="pkl_unknown"), shop)
        results = apply(shop, run, *[again] * 20)
        assert {result.model_dump_json() for result in results} == {results[0].model_dump_json()}
        assert not results[0].is_applied
        assert len(refusals(shop)) == 1

    def test_one_stores_ids_mean_nothing_in_another(self, shop: Shop, run: Run) -> None:
        pick_list = shop.rooms.planned(o1=["A-1-1"])
        start = command(StartPickList(pick_list_id=pick_list.id), shop)
        apply(shop, run, start)
        stranger = make_principal("Eve", store_id="sto_other")
        [result] = apply(shop, run, start, principal=stranger)
        assert not result.is_applied
        assert result.problem is not None
        assert result.problem.code == "pick_list_not_found"
        assert len(kept(shop)) == 2


class TestRefuse:
    def test_a_refusal_is_kept_and_shown_and_undoes_everything(self, shop: Shop, run: Run) -> None:
        pick_list = shop.rooms.walking(o1=["A-1-1"])
        [pick] = shop.rooms.picks(pick_list.id)
        wrong = ConfirmPick(pick_list_id=pick_list.id, pick_id=pick.id, quantity=1, scan="A-1-1")
        [result] = apply(shop, run, command(wrong, shop))
        assert not result.is_applied
        assert result.problem is not None
        assert result.problem.code == "quantity_wrong"
        [event] = refusals(shop)
        assert (event.command_id, event.command_name, event.picker_id, event.problem_code) == (
            "cmd_1",
            "pick.confirm",
            "per_Ada",
            "quantity_wrong",
        )
        assert shop.rooms.picks(pick_list.id) == [pick]
        assert shop.rooms.pick_list(pick_list.id) == pick_list

    def test_what_was_done_before_the_refusal_is_undone(self, shop: Shop, run: Run) -> None:
        pick_list = shop.rooms.planned(o1=["A-1-1"])
        before = shop.rooms.event_names()
        shop.refuse_after = Conflict("too late")
        [result] = apply(shop, run, command(StartPickList(pick_list_id=pick_list.id), shop))
        assert not result.is_applied
        assert shop.rooms.pick_list(pick_list.id) == pick_list
        assert shop.rooms.event_names() == [*before, "command.refused"]

    @pytest.mark.parametrize(
        ("name", "body", "code"),
        [
            ("pick.teleport", {}, "command_unknown"),
            ("pick_list.start", {}, "command_malformed"),
            ("pick_list.start", {"pick_list_id": "pkl_1", "is_admin": True}, "command_malformed"),
            ("pick_list.start", {"pick_list_id": 5}, "command_malformed"),
            (
                "pick.confirm",
                {"pick_list_id": "pkl_1", "pick_id": "pck_1", "quantity": "2", "scan": "x"},
                "command_malformed",
            ),
        ],
    )
    def test_what_cannot_be_understood_is_refused_and_kept(
        self, shop: Shop, run: Run, name: str, body: dict[str, Any], code: str
    ) -> None:
        [result] = apply(shop, run, command(body, shop, name=name))
        assert result.problem is not None
        assert result.problem.code == code
        assert [row.problem and row.problem["code"] for row in kept(shop)] == [code]
        assert len(refusals(shop)) == 1

    def test_a_supervisor_does_not_pick(self, shop: Shop, run: Run) -> None:
        supervisor = make_principal("Sue", role=Role.SUPERVISOR, shift_id=None, colour=None, pattern=None)
        [result] = apply(shop, run, command(StartPickList(pick_list_id="pkl_1"), shop), principal=supervisor)
        assert result.problem is not None
        assert result.problem.code == "not_a_picker"
        assert shop.carried_out == []

    def test_a_walk_that_has_more_to_do_is_nobodys_problem(self, shop: Shop, run: Run) -> None:
        """An order joined it as its picker came to the desk: they are told that there is more, and go on."""
        pick_list = shop.rooms.walking(o1=["A-1-1"])
        finish = command(FinishPickList(pick_list_id=pick_list.id), shop)
        results = apply(shop, run, finish, finish)
        assert [result.problem and result.problem.code for result in results] == [PICKS_STILL_OPEN] * 2
        assert [row.problem and row.problem["code"] for row in kept(shop)] == [PICKS_STILL_OPEN]
        assert refusals(shop) == []

    def test_a_pick_refused_before_the_finish_is_shown_as_it_was(self, shop: Shop, run: Run) -> None:
        pick_list = shop.rooms.walking(o1=["A-1-1"])
        [pick] = shop.rooms.picks(pick_list.id)
        wrong = ConfirmPick(pick_list_id=pick_list.id, pick_id=pick.id, quantity=7, scan="A-1-1")
        done = [command(wrong, shop), command(FinishPickList(pick_list_id=pick_list.id), shop, id="cmd_2")]
        assert not any(result.is_applied for result in apply(shop, run, *done))
        [event] = refusals(shop)
        assert (event.command_id, event.evidence) == ("cmd_1", done[0].body)

    def test_any_other_refused_finish_is_shown(self, shop: Shop, run: Run) -> None:
        apply(shop, run, command(FinishPickList(pick_list_id="pkl_unknown"), shop))
        assert [event.problem_code for event in refusals(shop)] == ["pick_list_not_found"]

    def test_our_own_mistake_harms_one_command_and_blocks_nothing(self, shop: Shop, run: Run) -> None:
        shop.refuse_with = KeyError("insides")
        [result] = apply(shop, run, command(StartPickList(pick_list_id="pkl_1"), shop))
        assert result.problem is not None
        assert result.problem.code == "internal"
        assert "insides" not in result.model_dump_json()
        assert len(refusals(shop)) == 1


class TestTryAgain:
    @pytest.mark.parametrize(
        "error",
        [
            Overloaded("too much"),
            EdgeError("the gateway is silent"),
            sa.exc.OperationalError("SELECT 1", None, Exception("disk I/O error")),
        ],
    )
    def test_a_passing_error_is_no_answer(self, shop: Shop, run: Run, error: Exception) -> None:
        shop.refuse_with = error
        start = command(StartPickList(pick_list_id=shop.rooms.planned(o1=["A-1-1"]).id), shop)
        with pytest.raises((Overloaded, EdgeError)) as raised:
            apply(shop, run, start)
        assert raised.value.is_retryable
        assert kept(shop) == []
        shop.refuse_with = None
        assert apply(shop, run, start)[0].is_applied


class TestMadeAt:
    NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)

    def test_an_honest_clock_is_believed(self) -> None:
        made_at = self.NOW - timedelta(hours=8)
        assert clamp_made_at(made_at, self.NOW) == made_at

    def test_the_future_is_now(self) -> None:
        assert clamp_made_at(self.NOW + timedelta(days=400), self.NOW) == self.NOW

    def test_long_ago_is_the_oldest_we_believe(self) -> None:
        assert clamp_made_at(datetime(1970, 1, 1, tzinfo=UTC), self.NOW) == self.NOW - MADE_AT_AGE_MAX

    @given(st.datetimes(), st.none() | st.integers(-1439, 1439))
    def test_any_instant_at_all_becomes_a_possible_one(self, instant: datetime, offset_minutes: int | None) -> None:
        zone = None if offset_minutes is None else timezone(timedelta(minutes=offset_minutes))
        clamped = clamp_made_at(instant.replace(tzinfo=zone), self.NOW)
        assert self.NOW - MADE_AT_AGE_MAX <= clamped <= self.NOW
