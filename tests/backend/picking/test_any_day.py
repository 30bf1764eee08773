"""Any sequence of commands, sensible or not: nothing is lost, nothing moves backwards, a refusal changes nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from backend.core.database import Database
from backend.orders.models import OrderLineStatus, OrderStatus
from backend.picking.models import PickListRow
from shared.clock import ManualClock
from shared.commands import ConfirmPick, FinishPickList, PutSubstituteBack, RecordWrongScan, StartPickList
from shared.errors import BlinkpickError
from shared.ids import SeededIdSource
from shared.picking import PickListStatus, PickStatus, ShortReason, is_quantity_right
from shared.products import UnitOfMeasure
from shared.substitution import ShopperAnswer, SubstitutionWish
from tests.backend.databases import create_tables, sqlite_database
from tests.backend.picking.steps import confirmation, finish_all, shortage, substitution
from tests.backend.rooms import Rooms
from tests.factories import WEIGHED_SKU, make_asker, make_cancellation, make_line, make_order, make_shift_started

PICKERS = [make_asker("Ada"), make_asker("Ben"), make_asker("Cleo", store_id="sto_other")]
SKUS = ["A-1-1", "A-3-2", "C-2-1", WEIGHED_SKU]
SUBSTITUTE = "B-2-2"
ORDERS_MAX = 6

ORDER_RANK = [OrderStatus.ACCEPTED, OrderStatus.PLANNED, OrderStatus.PICKING, OrderStatus.READY, OrderStatus.CANCELLED]
PICK_LIST_RANK = {
    PickListStatus.READY: 0,
    PickListStatus.PICKING: 1,
    PickListStatus.FINISHED: 2,
    PickListStatus.CANCELLED: 2,
}

a_picker = st.sampled_from(PICKERS)
any_index = st.integers(min_value=0, max_value=20)


class AnyDay(RuleBasedStateMachine):
    """The rules choose among what there is; whether a command makes sense is not their business."""

    @initialize()
    def open_the_store(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.database = sqlite_database(_template(), Path(self.folder.name))
        self.clock = ManualClock()
        self.rooms = Rooms(self.database, self.clock, SeededIdSource(self.clock, seed=1))
        self.rooms.products.substitutes = {sku: [SUBSTITUTE] for sku in SKUS if sku != WEIGHED_SKU}
        self.day = self.rooms.look()
        self.seen: dict[str, tuple[int, Any]] = {}

    def attempt(self, command: Callable[[], Any]) -> None:
        """Carry out one command; if it is refused, every row must be as before."""
        before = self.day
        try:
            command()
        except BlinkpickError:
            assert self.rooms.look() == before
            return
        self.day = self.rooms.look()

    def some(self, rows: list[Any], index: int) -> Any:
        return rows[index % len(rows)]

    # What can happen

    @rule(
        number=st.integers(0, ORDERS_MAX - 1),
        skus=st.lists(st.sampled_from(SKUS), min_size=1, max_size=3),
        wish=st.sampled_from(SubstitutionWish),
    )
    def accept(self, number: int, skus: list[str], wish: SubstitutionWish) -> None:
        lines = [make_line(self.rooms.products.stocked[f"prd_{sku}"], wish=wish) for sku in skus]
        self.attempt(lambda: self.rooms.do(make_order(f"o{number}", lines)))

    @rule(number=st.integers(0, ORDERS_MAX - 1), is_fact=st.booleans())
    def cancel(self, number: int, is_fact: bool) -> None:
        cancellation = make_cancellation(make_order(f"o{number}", []), is_fact=is_fact)
        self.attempt(lambda: self.rooms.do(cancellation))

    @rule(is_forced=st.booleans(), seconds=st.integers(0, 50))
    def time_passes_and_a_wave_is_released(self, is_forced: bool, seconds: int) -> None:
        self.clock.advance(seconds)
        self.attempt(lambda: self.rooms.release(is_forced=is_forced))

    @precondition(lambda self: self.day.pick_lists)
    @rule(picker=a_picker, index=any_index)
    def start(self, picker: Any, index: int) -> None:
        pick_list = self.some(self.day.pick_lists, index)
        self.attempt(lambda: self.rooms.ask(picker, StartPickList(pick_list_id=pick_list.id)))

    @precondition(lambda self: self.day.picks)
    @rule(picker=a_picker, index=any_index, extra=st.sampled_from([0, 0, 0, 1]), sku=st.sampled_from(["", "A-1-1"]))
    def confirm(self, picker: Any, index: int, extra: int, sku: str) -> None:
        pick = self.some(self.day.picks, index)
        command = ConfirmPick(
            pick_list_id=pick.pick_list_id,
            pick_id=pick.id,
            quantity=pick.quantity_ordered + extra,
            scan=sku or pick.product_id.removeprefix("prd_"),
        )
        self.attempt(lambda: self.rooms.ask(picker, command))

    @precondition(lambda self: self.day.picks)
    @rule(picker=a_picker, index=any_index, found=st.integers(0, 2), reason=st.sampled_from(ShortReason))
    def report_short(self, picker: Any, index: int, found: int, reason: ShortReason) -> None:
        pick = self.some(self.day.picks, index)
        self.attempt(lambda: self.rooms.ask(picker, shortage(pick, found=found, reason=reason)))

    @precondition(lambda self: self.day.picks)
    @rule(picker=a_picker, index=any_index, found=st.integers(0, 1), quantity=st.integers(1, 2))
    def give_another(self, picker: Any, index: int, found: int, quantity: int) -> None:
        command = substitution(self.some(self.day.picks, index), SUBSTITUTE, found=found, quantity=quantity)
        self.attempt(lambda: self.rooms.ask(picker, command))

    @precondition(lambda self: self.day.substitutions)
    @rule(index=any_index, answer=st.sampled_from(ShopperAnswer))
    def a_shopper_answers(self, index: int, answer: ShopperAnswer) -> None:
        row = self.some(self.day.substitutions, index)
        names = (row.store_id, row.order_line_id, row.id)
        self.attempt(lambda: self.rooms.writer.run_once(lambda tx: self.rooms.deciding.answer(*names, answer, tx)))

    @precondition(lambda self: self.day.substitutions)
    @rule(picker=a_picker, index=any_index)
    def put_back(self, picker: Any, index: int) -> None:
        row = self.some(self.day.substitutions, index)
        command = PutSubstituteBack(pick_list_id=row.pick_list_id, pick_id=row.pick_id)
        self.attempt(lambda: self.rooms.ask(picker, command))

    @rule(seconds=st.sampled_from([20, 301]))
    def shoppers_stay_silent(self, seconds: int) -> None:
        self.clock.advance(seconds)
        self.rooms.deliver()
        self.day = self.rooms.look()

    @precondition(lambda self: self.day.picks)
    @rule(picker=a_picker, index=any_index)
    def record_wrong_scan(self, picker: Any, index: int) -> None:
        pick = self.some(self.day.picks, index)
        command = RecordWrongScan(
            pick_list_id=pick.pick_list_id, pick_id=pick.id, scan="4006381333931", problem_code="wrong_product"
        )
        self.attempt(lambda: self.rooms.ask(picker, command))

    @precondition(lambda self: self.day.pick_lists)
    @rule(picker=a_picker, index=any_index)
    def finish(self, picker: Any, index: int) -> None:
        pick_list = self.some(self.day.pick_lists, index)
        self.attempt(lambda: self.rooms.ask(picker, FinishPickList(pick_list_id=pick_list.id)))

    @precondition(lambda self: self.day.pick_lists)
    @rule(index=any_index, is_found=st.booleans(), steps=st.integers(1, 3))
    def a_picker_goes_on(self, index: int, is_found: bool, steps: int) -> None:
        """What a sensible picker does next, so that days get somewhere."""
        pick_list = self.some(self.day.pick_lists, index)
        walker = next((each for each in PICKERS if each.person_id == pick_list.picker_id), PICKERS[0])
        self.attempt(lambda: self.rooms.ask(walker, StartPickList(pick_list_id=pick_list.id)))
        for pick in [pick for pick in self.day.picks if pick.pick_list_id == pick_list.id][:steps]:
            command = confirmation(pick) if is_found else shortage(pick)
            self.attempt(lambda asked=command: self.rooms.ask(walker, asked))

    @rule(picker=a_picker)
    def sign_in_again(self, picker: Any) -> None:
        self.attempt(lambda: self.rooms.tell(make_shift_started(picker, self.clock.now())))

    # What holds after each step

    @invariant()
    def every_line_is_accounted_for(self) -> None:
        status_of = {order.id: order.status for order in self.day.orders}
        for line in self.day.lines:
            missing = line.quantity_ordered - line.quantity_picked
            if line.status == OrderLineStatus.PICKED:
                assert is_quantity_right(UnitOfMeasure(line.unit), line.quantity_ordered, line.quantity_picked)
            elif line.status == OrderLineStatus.SHORT:
                assert missing > 0
                assert line.short_reason
            elif line.status == OrderLineStatus.SUBSTITUTED:
                assert 0 < line.quantity_substituted <= missing
            else:
                assert line.quantity_picked == 0 or line.proposal_id
            assert (line.quantity_substituted > 0) == (line.status == OrderLineStatus.SUBSTITUTED)
            is_closed = status_of[line.order_id] in (OrderStatus.READY, OrderStatus.CANCELLED)
            assert is_closed <= (line.status not in (OrderLineStatus.OPEN, OrderLineStatus.PROPOSED))

    @invariant()
    def a_pick_says_what_its_line_says(self) -> None:
        lines = {line.id: line for line in self.day.lines}
        for pick in self.day.picks:
            line = lines[pick.order_line_id]
            assert (pick.status, pick.quantity_picked, pick.quantity_ordered, pick.short_reason) == (
                line.status,
                line.quantity_picked,
                line.quantity_ordered,
                line.short_reason,
            )

    @invariant()
    def statuses_only_move_forward(self) -> None:
        now: dict[str, tuple[int, Any]] = {}
        for order in self.day.orders:
            now[order.id] = (ORDER_RANK.index(OrderStatus(order.status)), None)
        for pick_list in self.day.pick_lists:
            now[pick_list.id] = (PICK_LIST_RANK[PickListStatus(pick_list.status)], pick_list.revision)
        for pick in self.day.picks:
            is_settled = pick.status not in (PickStatus.OPEN, PickStatus.PROPOSED)
            rank = 2 * is_settled + (pick.status == PickStatus.PROPOSED)
            now[pick.id] = (rank, (pick.status, pick.quantity_picked) if is_settled else None)
        for key, (rank, kept) in self.seen.items():
            assert now[key][0] >= rank, f"{key} went back"
            if key.startswith("pkl"):
                assert now[key][1] >= kept
            elif kept is not None:
                assert now[key][1] == kept, f"{key} was done and changed"
        self.seen = now

    @invariant()
    def trolleys_are_used_as_agreed(self) -> None:
        totes = [tote.order_id for tote in self.day.totes]
        assert len(totes) == len(set(totes)), "an order stands on two trolleys"
        walkers = [row.picker_id for row in self.day.pick_lists if row.status == PickListStatus.PICKING]
        assert len(walkers) == len(set(walkers)), "a picker walks with two trolleys"
        closed = {
            row.id for row in self.day.pick_lists if row.status in (PickListStatus.FINISHED, PickListStatus.CANCELLED)
        }
        undone = (PickStatus.OPEN, PickStatus.PROPOSED)
        assert not [p for p in self.day.picks if p.status in undone and p.pick_list_id in closed]

    @invariant()
    def a_pick_is_done_by_whoever_walks(self) -> None:
        lists = {row.id: row for row in self.day.pick_lists}
        for pick in self.day.picks:
            if pick.status in (PickStatus.PICKED, PickStatus.SHORT):
                pick_list = lists[pick.pick_list_id]
                assert pick.picker_id == pick_list.picker_id
                assert pick_list.started_at <= pick.done_at <= pick.recorded_at <= self.clock.now()

    @invariant()
    def the_journal_tells_the_same_story(self) -> None:
        last = {
            event.order_id: event.name.removeprefix("order.")
            for event in self.day.events
            if event.name
            in ("order.accepted", "order.planned", "order.picking_started", "order.ready", "order.cancelled")
        }
        told = {order.id: order.status.replace("picking", "picking_started") for order in self.day.orders}
        assert last == told

    def teardown(self) -> None:
        """However the day went, it can be brought to an end: nothing waits for ever."""
        if not hasattr(self, "rooms"):
            return
        try:
            self.rooms.release(is_forced=True)
            self.shoppers_stay_silent(301)
            ada = PICKERS[0]
            for pick_list in sorted(self.rooms.rows(PickListRow), key=lambda row: row.status != PickListStatus.PICKING):
                if pick_list.status == PickListStatus.READY:
                    self.rooms.ask(ada, StartPickList(pick_list_id=pick_list.id))
                if pick_list.status in (PickListStatus.READY, PickListStatus.PICKING):
                    walker = next((each for each in PICKERS if each.person_id == pick_list.picker_id), ada)
                    finish_all(self.rooms, walker, pick_list)
            self.day = self.rooms.look()
            self.statuses_only_move_forward()
            self.every_line_is_accounted_for()
            ends = {order.status for order in self.day.orders}
            assert ends <= {OrderStatus.READY, OrderStatus.CANCELLED}
        finally:
            self.database.close()
            self.folder.cleanup()


_templates: list[Path] = []


def _template() -> Path:
    """A database file with all tables, made once: pytest's fixtures do not reach into a state machine."""
    if not _templates:
        path = Path(tempfile.mkdtemp(prefix="blinkpick-template-")) / "template.db"
        database = Database(f"sqlite:///{path}")
        create_tables(database)
        database.close()
        _templates.append(path)
    return _templates[0]


TestAnyDay = AnyDay.TestCase
TestAnyDay.settings = settings(max_examples=12, stateful_step_count=30, deadline=None)
