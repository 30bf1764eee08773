"""The board says what is so: orders by promise, pickers by pace, problems by time; and nothing of other stores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from backend.channels.models import IntakeExceptionRow
from backend.core.database import Database
from backend.core.outbox_rows import DEAD, OutboxRow
from backend.insight.service import PROBLEMS_SHOWN, READY_SHOWN
from backend.picking.commands import HandOverTrolley
from shared.commands import StartPickList
from shared.events import CommandRefused, LabelSilent
from shared.picking import ShortReason
from tests.backend.databases import both_databases
from tests.backend.insight.conftest import TARGET_S_PER_LINE, Day, make_channel_row, make_store_row
from tests.factories import CHANNEL_ID, OPENING, STORE_ID, make_asker, make_line, make_order


@contextmanager
def counted_queries(database: Database) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    sa.event.listen(database.read_engine, "before_cursor_execute", note)
    yield statements
    sa.event.remove(database.read_engine, "before_cursor_execute", note)


@both_databases
class TestOrders:
    def test_an_empty_store_has_an_empty_board(self, day: Day) -> None:
        board = day.board()
        assert (board.orders, board.pickers, board.exceptions, board.problems) == ([], [], [], [])
        assert (board.today.lines_per_hour, board.today.on_time_share) == (None, None)
        assert (board.today.walked_m, board.today.metres_per_line, board.today.saved_m) == (0, None, None)
        assert board.server_at == day.clock.now()

    def test_most_pressing_first_with_names_people_know(self, day: Day) -> None:
        day.rooms.accept("later", "A-1-1", due_at=OPENING + timedelta(hours=3))
        day.rooms.accept("sooner", "A-1-1", "B-1-1", due_at=OPENING + timedelta(hours=1))
        sooner, later = day.board().orders
        assert (sooner.display_code, sooner.channel_name, sooner.status) == ("SOONER", "Own Shop", "accepted")
        assert (sooner.lines_total, sooner.lines_done, sooner.lines_short) == (2, 0, 0)
        assert (sooner.picker_name, sooner.started_at, sooner.elapsed_s, sooner.target_s) == (None,) * 4
        assert later.due_at == OPENING + timedelta(hours=3)

    def test_progress_elapsed_and_target_of_the_walk(self, day: Day) -> None:
        pick_list = day.rooms.walking(make_asker("Ada"), o1=["A-1-1", "B-1-1"], o2=["C-1-1"])
        started_at = day.clock.now()
        day.clock.advance(40)
        first, second, _ = day.rooms.picks(pick_list.id)
        day.pick(first)
        day.short(second)
        board = {order.display_code: order for order in day.board().orders}
        assert sum(order.lines_done for order in board.values()) == 2
        assert sum(order.lines_short for order in board.values()) == 1
        for order in board.values():
            assert (order.picker_name, order.started_at, order.elapsed_s) == ("Ada", started_at, 40)
            assert order.target_s == 3 * TARGET_S_PER_LINE
            assert order.status == "picking"

    def test_late_is_after_the_promise_whatever_became_of_it(self, day: Day) -> None:
        pick_list = day.rooms.walking(o1=["A-1-1"])
        day.clock.advance(2 * 3600)
        assert [order.is_late for order in day.board().orders] == [False]
        day.clock.advance(1)
        assert [order.is_late for order in day.board().orders] == [True]
        day.pick(day.rooms.picks(pick_list.id)[0])
        day.finish(pick_list.id)
        day.clock.advance(60)
        [order] = day.board().orders
        assert (order.status, order.is_late) == ("ready", True)
        assert order.elapsed_s == 2 * 3600 + 1, "a finished walk takes no more time"

    def test_ready_ones_leave_the_board_after_a_while(self, day: Day) -> None:
        pick_list = day.rooms.walking(o1=["A-1-1"])
        day.pick(day.rooms.picks(pick_list.id)[0])
        day.finish(pick_list.id)
        day.clock.advance(READY_SHOWN.total_seconds())
        assert len(day.board().orders) == 1
        day.clock.advance(1)
        assert day.board().orders == []

    def test_the_number_of_queries_does_not_grow_with_the_orders(self, day: Day) -> None:
        def count() -> int:
            with counted_queries(day.rooms.database) as statements:
                day.board()
            return len([statement for statement in statements if statement.startswith("SELECT")])

        day.rooms.planned(o1=["A-1-1"])
        day.hire("Ada")
        few = count()
        for number in range(10):
            day.rooms.planned(**{f"more{number}": ["A-1-1", "B-2-1"]})
        for name in ("Bea", "Cyd"):
            day.hire(name)
        assert count() == few < 20
        assert len(day.board().orders) == 11


@both_databases
class TestPickers:
    def test_everybody_on_shift_with_light_walk_and_pace(self, day: Day) -> None:
        for name in ("Bea", "Ada"):
            day.hire(name)
        pick_list = day.rooms.walking(make_asker("Ada"), o1=["A-1-1", "BANANA"])
        picks = day.rooms.picks(pick_list.id)
        day.clock.advance(360)
        for pick in picks:
            day.pick(pick)
        ada, bea = day.board().pickers
        assert (ada.name, ada.colour, ada.pattern, ada.pick_list_id) == ("Ada", "blue", "slow", pick_list.id)
        assert ada.units_per_hour == 30, "two pieces and one weighed article in six minutes"
        assert (bea.name, bea.pick_list_id, bea.units_per_hour) == ("Bea", None, None)


@both_databases
class TestExceptionsAndProblems:
    def test_open_exceptions_with_the_channels_name(self, day: Day) -> None:
        values: dict[str, Any] = {"store_id": STORE_ID, "channel_id": CHANNEL_ID, "created_at": OPENING}
        day.keep(
            IntakeExceptionRow(id="exc_1", external_id="X1", reason="product unknown", **values),
            IntakeExceptionRow(id="exc_2", external_id="X2", reason="closed", status="dismissed", **values),
        )
        [exception] = day.board().exceptions
        assert (exception.id, exception.channel_name, exception.external_id) == ("exc_1", "Own Shop", "X1")

    def test_refused_commands_silent_labels_and_dead_letters_newest_first(self, day: Day) -> None:
        now = day.clock.now
        day.rooms.tell(LabelSilent(store_id=STORE_ID, at=now(), label_id="lbl_1", reason="no answer"))
        day.clock.advance(1)
        day.rooms.tell(
            CommandRefused(
                store_id=STORE_ID,
                at=now(),
                command_id="cmd_1",
                command_name="pick.confirm",
                picker_id="per_Ada",
                problem_code="pick_already_done",
                detail="this pick is short already",
            )
        )
        day.clock.advance(1)
        day.keep(*(dead_letter(number, body, now()) for number, body in enumerate(DEAD_BODIES)))
        assert [(problem.what, problem.detail) for problem in day.board().problems] == [
            ("delivery.dead", "channels.deliver: gone"),
            ("delivery.dead", "channels.deliver: gone"),
            ("command.refused", "pick.confirm: this pick is short already"),
            ("label.silent", "lbl_1: no answer"),
        ]
        refused, silent = day.board().problems[2:]
        assert silent.facts == {"label": "lbl_1", "evidence": "no answer"}
        assert refused.facts == {
            "command": "pick.confirm",
            "code": "pick_already_done",
            "evidence": "this pick is short already",
        }
        assert day.board("sto_other").problems[0].what == "delivery.dead"
        day.clock.advance(PROBLEMS_SHOWN.total_seconds() + 1)
        assert day.board().problems == []

    def test_a_left_trolley_stays_until_somebody_takes_it(self, day: Day) -> None:
        pick_list = day.rooms.walking(make_asker("Ada"), o1=["A-1-1"])
        day.rooms.do(HandOverTrolley(STORE_ID, pick_list.id, "per_Rosa"))

        (left,) = day.board().problems
        assert (left.what, left.at) == ("trolley.left", day.clock.now())
        assert (left.detail, left.facts) == (f"Ada walks with it no more: {pick_list.id}", {"picker": "Ada"})
        day.clock.advance(PROBLEMS_SHOWN.total_seconds() + 1)
        assert len(day.board().problems) == 1
        day.rooms.ask(make_asker("Ben"), StartPickList(pick_list_id=pick_list.id))
        assert day.board().problems == []

    def test_an_order_nobody_can_walk_for_comes_first_and_stays_until_it_is_mended(self, day: Day) -> None:
        stocked = day.rooms.products.stocked.pop("prd_A-1-1")
        day.rooms.do(make_order("o1", [make_line(stocked)]))
        day.rooms.release()
        day.clock.advance(PROBLEMS_SHOWN.total_seconds() + 1)
        day.rooms.tell(LabelSilent(store_id=STORE_ID, at=day.clock.now(), label_id="lbl_1", reason="no answer"))
        stuck, silent = day.board().problems
        assert (stuck.what, stuck.detail) == ("order.stuck", "O1: prd_A-1-1 is no longer in the catalogue")
        assert stuck.facts == {"order": "O1", "obstacle": "product_gone", "sku": "", "address": ""}
        assert (stuck.at, silent.what) == (OPENING, "label.silent")
        assert [problem.what for problem in day.board("sto_other").problems] == []
        day.rooms.products.stocked["prd_A-1-1"] = stocked
        day.rooms.release()
        assert [problem.what for problem in day.board().problems] == ["label.silent"]


DEAD_BODIES = ('{"store_id":"sto_test"}', '{"channel_id":"chn_test"}', '{"store_id":"sto_other"}', "{}")


def dead_letter(number: int, body: str, at: Any) -> OutboxRow:
    return OutboxRow(
        id=f"job_{number}",
        topic="channels.deliver",
        partition=str(number),
        body=body,
        state=DEAD,
        created_at=at,
        next_at=at,
        dead_at=at,
        last_error="gone",
    )


@both_databases
class TestKeyFigures:
    def test_lines_per_hour_shorts_and_punctuality(self, day: Day) -> None:
        first = day.rooms.walking(o1=["A-1-1", "A-2-1", "B-1-1", "C-1-1"])
        day.clock.advance(600)
        picks = day.rooms.picks(first.id)
        for pick in picks[:3]:
            day.pick(pick)
        day.short(picks[3])
        day.finish(first.id)
        day.rooms.accept("overdue", "A-1-1", due_at=OPENING + timedelta(minutes=5))
        today = day.board().today
        assert (today.lines_done, today.lines_per_hour) == (4, 24)
        assert (today.short_share, today.short_share_by_reason) == (0.25, {ShortReason.NOT_ON_SHELF: 0.25})
        assert (today.orders_ready, today.on_time_share) == (1, 0.5)

    def test_metres_of_walks_brought_back_and_what_sharing_saved(self, day: Day) -> None:
        """To A-1-1 and on to the desk are 20 m, whoever shares the walk; D-1-1 lies on the way."""
        shared = day.rooms.walking(make_asker("Ada"), o1=["A-1-1", "A-1-2"], o2=["A-1-1"])
        day.rooms.walking(make_asker("Bea"), o3=["D-1-1"])
        assert (day.board().today.walked_m, day.board().today.saved_m) == (0, None)
        day.clock.advance(60)
        for pick in day.rooms.picks(shared.id):
            day.pick(pick)
        day.finish(shared.id)
        today = day.board().today
        assert shared.walk_m == 20
        assert (today.walked_m, today.metres_per_line, today.saved_m) == (20, 6.7, 20)

    def test_yesterday_is_not_today_by_the_stores_own_clock(self, day: Day) -> None:
        pick_list = day.rooms.walking(o1=["A-1-1"])
        day.clock.advance(60)
        day.pick(day.rooms.picks(pick_list.id)[0])
        day.finish(pick_list.id)
        day.clock.advance(15.9 * 3600)  # 23:54 in Lisbon
        assert day.board().today.lines_done == 1
        day.clock.advance(0.2 * 3600)
        assert day.board().today.lines_done == 0

    @pytest.mark.parametrize("zone", ["Nowhere/Land", "../../etc/passwd"])
    def test_a_time_zone_nobody_knows_counts_as_utc(self, day: Day, zone: str) -> None:
        day.keep(make_store_row(id="sto_lost", time_zone=zone))
        assert day.board("sto_lost").today.lines_done == 0


@both_databases
class TestIsolation:
    def test_another_store_sees_nothing_of_this_one(self, day: Day) -> None:
        day.keep(make_store_row(id="sto_other"), make_channel_row(id="chn_other", store_id="sto_other"))
        pick_list = day.rooms.walking(o1=["A-1-1"])
        day.hire("Ada")
        day.pick(day.rooms.picks(pick_list.id)[0])
        board = day.board("sto_other")
        assert (board.orders, board.pickers, board.exceptions, board.problems) == ([], [], [], [])
        assert (board.today.lines_done, board.today.walked_m) == (0, 0)
        with day.rooms.database.reading() as session:
            order_id = day.rooms.order("o1").id
            assert day.insight.journal_of_order(session, STORE_ID, order_id)
            assert not day.insight.journal_of_order(session, "sto_other", order_id)
