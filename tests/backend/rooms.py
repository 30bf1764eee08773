"""The orders and picking rooms, wired to each other as flow.py wires them, on a real database and a small store."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel, col, select

from backend.core.database import Database
from backend.core.journal import read_after
from backend.core.outbox import Outbox
from backend.core.writer import Transaction, Writer
from backend.orders.commands import AcceptOrder, AmendOrder, CancelOrder
from backend.orders.models import OrderLineRow, OrderRow
from backend.orders.service import AcceptedOrder, OrdersService
from backend.orders.substituted import SubstitutedLines
from backend.people.models import PersonRow, SessionRow, ShiftRow
from backend.picking import offers
from backend.picking.candidates import Candidates
from backend.picking.commands import (
    Asked,
    Asker,
    DecideProposal,
    HandOverTrolley,
    InsertOrder,
    KeepTrolleys,
    ReleaseWave,
    ReplanPickList,
    TakeOverTrolley,
)
from backend.picking.deciding import Deciding
from backend.picking.models import PickListRow, PickRow, SubstitutionRow, ToteRow, WaveRow
from backend.picking.offering import Offerer
from backend.picking.planning import Pace
from backend.picking.releasing import Releaser
from backend.picking.replanner import Replanner
from backend.picking.repository import Found
from backend.picking.service import PickingService
from backend.picking.slack import ReleaseRules
from backend.picking.substituting import DECIDE_TOPIC, Substituting, SubstitutionRules
from backend.picking.views import PickingViews
from backend.picking.walk_changes import REPLAN_TOPIC, WalkChanges
from backend.stores.blocking import REOPEN_TOPIC, BlockedAisles
from backend.stores.commands import BlockAisle, ReopenAisle
from shared.clock import ManualClock
from shared.commands import (
    BindTote,
    ChoosePick,
    ConfirmPick,
    FinishPickList,
    PackOrder,
    PickerCommand,
    PutSubstituteBack,
    RecordWrongScan,
    ReportBlockedAisle,
    ReportShelfEmpty,
    ReportShort,
    SeekSubstitute,
    StartPickList,
    Substitute,
    UndoPick,
)
from shared.events import (
    AisleBlocked,
    AisleReopened,
    Event,
    OrderAmended,
    OrderCancelled,
    OrderPacked,
    PickCancelled,
    PickChosen,
    PickConfirmed,
    PickListExtended,
    PickListFinished,
    PickListReady,
    PickListStarted,
    PickReopened,
    PickShort,
    PickSubstituted,
    ShiftEnded,
    ShiftStarted,
    SubstitutionApproved,
    SubstitutionProposed,
    SubstitutionRefused,
)
from shared.ids import IdSource
from shared.picking import PriceBasis
from tests.factories import STORE_ID, make_asker, make_catalogue, make_line, make_locations, make_order, make_store
from tests.fakes import FakePlaces, FakeProducts, InlineBus

T = TypeVar("T", bound=SQLModel)

LEASE = timedelta(seconds=120)  # how long a silent picker keeps a trolley
RULES = ReleaseRules(
    totes_max=3,
    wait_for_company_s=60,
    slack_margin_s=600,
    pace=Pace(walking_m_per_s=1, handling_s=10, begin_and_end_s=60),
    route_seconds=0.05,
)
IDLE_LOCK_S = 900.0


class Rooms:
    """What a test does to the two rooms, and what it may look at afterwards."""

    def __init__(self, database: Database, clock: ManualClock, ids: IdSource) -> None:
        self.database = database
        self.clock = clock
        self.channel_names: dict[str, str] = {}
        self.price_bases: dict[str, PriceBasis] = {}
        self.places = FakePlaces(make_store(), make_locations())
        self.products = FakeProducts(make_catalogue())
        self.orders = OrdersService()
        self.substituted_lines = SubstitutedLines(self.products.find)
        self.label_places: dict[str, str] = {}
        self.picking = PickingService(
            self.places,
            self.products.find_scanned,
            self.products.find,
            lambda _connection, _store_id, label_id: self.label_places.get(label_id),
            LEASE,
        )
        self.substituting = Substituting(self.places, self.products.find_substitutes, SubstitutionRules())
        self.deciding = Deciding(self._handle)
        self.blocked_aisles = BlockedAisles(database, self._handle)
        self.walks = WalkChanges(self.blocked_aisles)
        self.replanner = Replanner(database, self._handle, clock, self.places, self.products, route_seconds=0.05)
        candidates = Candidates(self.products.find, self.products.find_substitutes, clock)
        self.views = PickingViews(
            self.places,
            self.products,
            candidates,
            clock,
            lambda _session, _store_id: self.channel_names,
            lambda _session, _store_id, channel_id: self.price_bases.get(channel_id),
        )
        self.writer = Writer(database, clock, ids)
        self.writer.listeners = {
            PickListReady: (self.orders.mark_planned,),
            PickListStarted: (self.orders.mark_picking_started,),
            PickConfirmed: (self.orders.mark_line_picked,),
            PickShort: (self.orders.mark_line_short,),
            OrderPacked: (self.orders.mark_packed,),
            PickReopened: (self.orders.mark_line_reopened,),
            PickSubstituted: (self.substituted_lines.mark_substituted,),
            SubstitutionProposed: (self.substituted_lines.mark_proposed,),
            SubstitutionApproved: (self.substituted_lines.mark_substituted,),
            SubstitutionRefused: (self.substituted_lines.mark_refused,),
            PickListFinished: (self.orders.mark_ready,),
            OrderAmended: (self.picking.dropping.drop_amended_order,),
            OrderCancelled: (self.picking.dropping.drop_cancelled_order,),
            ShiftStarted: (self.picking.resume,),
            ShiftEnded: (self.picking.left.leave,),
            PickListExtended: (self.orders.mark_planned, self.orders.mark_picking_started),
            PickCancelled: (self.walks.replan_walk,),
            PickChosen: (self.walks.replan_walk,),
            AisleBlocked: (self.walks.replan_store,),
            AisleReopened: (self.walks.replan_store,),
        }
        self.handlers = {
            AcceptOrder: self.orders.accept,
            AmendOrder: self.orders.amend,
            CancelOrder: self.orders.cancel,
            ReleaseWave: self.picking.release_wave,
            KeepTrolleys: self.picking.offers.keep,
            HandOverTrolley: self.picking.left.hand_over,
            TakeOverTrolley: self.picking.taking_over.take_over,
            StartPickList: self.picking.start,
            ConfirmPick: self.picking.confirm,
            ReportShort: self.picking.report_short,
            Substitute: self.substituting.substitute,
            SeekSubstitute: self.substituting.seek,
            PutSubstituteBack: self.substituting.put_back,
            DecideProposal: self.deciding.decide,
            BindTote: self.picking.totes.bind,
            PackOrder: self.picking.packing.pack,
            UndoPick: self.picking.undoing.undo,
            ReportShelfEmpty: self.picking.undoing.report_shelf_empty,
            RecordWrongScan: self.picking.record_wrong_scan,
            FinishPickList: self.picking.finish,
            ReplanPickList: self.walks.replan,
            InsertOrder: self.walks.insert_order,
            ChoosePick: self.walks.choose,
            ReportBlockedAisle: self.walks.report_blocked_aisle,
            BlockAisle: self.blocked_aisles.block,
            ReopenAisle: self.blocked_aisles.reopen,
        }
        self.rules(RULES)

    def rules(self, rules: ReleaseRules) -> None:
        """Release by these from now on."""
        bus = InlineBus(self.writer, self.handlers)
        self.releaser = Releaser(self.database, bus, self.clock, self.places, self.products, rules)
        self.offers_said: list[dict[str, Any]] = []
        self.offerer = Offerer(
            self.database,
            bus,
            self.clock,
            self.places,
            rules.pace,
            idle_lock_s=IDLE_LOCK_S,
            publish=lambda _store_id, _topic, body: self.offers_said.append(body),
        )

    # What happens

    def do(self, command: Any) -> Any:
        """One command of the house, in a transaction of its own."""
        return self.writer.run_once(lambda tx: self.handlers[type(command)](command, tx))

    def ask(self, asker: Asker, command: PickerCommand, *, made_at: datetime | None = None) -> None:
        """One command of a picker, made now unless the phone says otherwise."""
        asked = Asked(command, asker, made_at or self.clock.now())
        self.writer.run_once(lambda tx: self.handlers[type(command)](asked, tx))

    def tell(self, event: Event) -> None:
        """Something another room publishes."""
        self.writer.run_once(lambda tx: tx.publish(event))

    def offer(self, store_id: str = STORE_ID) -> dict[str, str]:
        """Look for whom trolleys are to be kept; pick list -> picker, as the phones were told last."""
        asyncio.run(self.offerer.look(store_id))
        said = self.offers_said[-1]["offers"] if self.offers_said else []
        return {each["pick_list_id"]: each["picker_id"] for each in said}

    async def _handle(self, command: Any) -> Any:
        return self.do(command)

    def deliver(self) -> int:
        """Everything of these rooms that waits in the outbox and is due; returns how much that was."""
        outbox = Outbox(
            self.database,
            _InlineWriter(self.writer),  # type: ignore[arg-type]
            self.clock,
            owner="test",
            handlers={
                REPLAN_TOPIC: self.replanner.replan,
                REOPEN_TOPIC: self.blocked_aisles.reopen_due,
                DECIDE_TOPIC: self.deciding.decide_due,
            },
        )

        async def all_due() -> int:
            delivered = 0
            while due := await outbox.deliver_due():
                delivered += due
            return delivered

        return asyncio.run(all_due())

    def release(self, *, is_forced: bool = False, store_id: str = STORE_ID) -> int:
        return asyncio.run(self.releaser.release(store_id, is_forced=is_forced))

    # Shortcuts to a state a test begins with

    def hire(self, name: str, *, store_id: str = STORE_ID, may_not_pick: Sequence[str] = ()) -> None:
        """A picker on shift, the same person as `make_asker(name)`."""
        now = self.clock.now()
        person = PersonRow(
            id=f"per_{name}",
            store_id=store_id,
            name=name,
            role="picker",
            badge=name,
            pin_hash="",
            language="en",
            may_not_pick=list(may_not_pick),
        )
        shift = ShiftRow(
            id=f"shf_{name}",
            store_id=store_id,
            person_id=person.id,
            device_id=f"dev_{name}",
            colour="blue",
            pattern="slow",
            started_at=now,
        )
        session = SessionRow(
            id=f"ses_{name}",
            store_id=store_id,
            token_hash=name,
            person_id=person.id,
            device_id=f"dev_{name}",
            shift_id=shift.id,
            created_at=now,
            last_seen_at=now,
        )
        self.writer.run_once(lambda tx: tx.session.add_all([person, shift, session]))

    def touch(self, name: str) -> None:
        """They touch their phone."""

        def note(tx: Transaction) -> None:
            session = tx.session.get(SessionRow, f"ses_{name}")
            assert session is not None
            session.last_seen_at = tx.now()

        self.writer.run_once(note)

    def send_home(self, name: str) -> None:
        """Their shift ends."""

        def end(tx: Transaction) -> None:
            shift = tx.session.get(ShiftRow, f"shf_{name}")
            assert shift is not None
            shift.ended_at = tx.now()
            tx.publish(ShiftEnded(store_id=shift.store_id, at=tx.now(), shift_id=shift.id, picker_id=shift.person_id))

        self.writer.run_once(end)

    def accept(self, external_id: str, *skus: str, **parts: Any) -> AcceptedOrder:
        """Accept an order of one line for each SKU."""
        lines = [make_line(self.products.stocked[f"prd_{sku}"]) for sku in skus]
        accepted: AcceptedOrder = self.do(make_order(external_id, lines, **parts))
        return accepted

    def planned(self, **skus_by_order: Sequence[str]) -> PickListRow:
        """Accept these orders and release them; they share one trolley."""
        for external_id, skus in skus_by_order.items():
            self.accept(external_id, *skus)
        assert self.release(is_forced=True) == 1
        return self.rows(PickListRow)[-1]

    def walking(self, asker: Asker | None = None, **skus_by_order: Sequence[str]) -> PickListRow:
        """The same, and a picker has taken the trolley."""
        pick_list = self.planned(**skus_by_order)
        self.ask(asker or make_asker(), StartPickList(pick_list_id=pick_list.id))
        return self.pick_list(pick_list.id)

    # What is there

    def rows(self, table: type[T]) -> list[T]:
        """All rows of a table, oldest first."""
        with self.database.reading() as session:
            return _all(session, table)

    def rows_of_offers(self) -> list[Found]:
        """Every offer, the lapsed ones too."""
        with self.database.reading() as session:
            return list(offers.find_all(session.connection(), STORE_ID))

    def order(self, external_id: str) -> OrderRow:
        return next(row for row in self.rows(OrderRow) if row.external_id == external_id)

    def lines(self, external_id: str) -> list[OrderLineRow]:
        order = self.order(external_id)
        return sorted(
            (row for row in self.rows(OrderLineRow) if row.order_id == order.id), key=lambda row: row.position
        )

    def pick_list(self, pick_list_id: str) -> PickListRow:
        return next(row for row in self.rows(PickListRow) if row.id == pick_list_id)

    def picks(self, pick_list_id: str) -> list[PickRow]:
        picks = [row for row in self.rows(PickRow) if row.pick_list_id == pick_list_id]
        return sorted(picks, key=lambda pick: pick.position)

    def pick_of(self, sku: str) -> PickRow:
        """The newest pick of a product."""
        return [row for row in self.rows(PickRow) if row.product_id == f"prd_{sku}"][-1]

    def pick_of_order(self, order_id: str) -> PickRow:
        """Any pick of an order."""
        return next(row for row in self.rows(PickRow) if row.order_id == order_id)

    def events(self, store_id: str = STORE_ID) -> list[Event]:
        """Everything published, oldest first."""
        with self.database.reading() as session:
            return [row.event() for row in read_after(session, store_id, 0, 10_000)]

    def event_names(self) -> list[str]:
        return [event.name for event in self.events()]

    def look(self) -> Look:
        """Every row of both rooms and the journal, in one consistent state."""
        with self.database.reading() as session:
            return Look(
                orders=_all(session, OrderRow),
                lines=_all(session, OrderLineRow),
                waves=_all(session, WaveRow),
                pick_lists=_all(session, PickListRow),
                totes=_all(session, ToteRow),
                picks=_all(session, PickRow),
                substitutions=_all(session, SubstitutionRow),
                events=[row.event() for row in read_after(session, STORE_ID, 0, 10_000)],
            )


class _InlineWriter:
    """The writer without its thread, as the outbox asks it."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.on_jobs: list[Any] = []

    async def submit(self, run: Any, *, may_wait: bool = False) -> Any:
        return self._writer.run_once(run)


@dataclass(frozen=True)
class Look:
    """What both rooms and the journal hold; two looks are equal where not one value differs."""

    orders: list[OrderRow]
    lines: list[OrderLineRow]
    waves: list[WaveRow]
    pick_lists: list[PickListRow]
    totes: list[ToteRow]
    picks: list[PickRow]
    substitutions: list[SubstitutionRow]
    events: list[Event]


def _all(session: Session, table: type[T]) -> list[T]:
    return list(session.exec(select(table).order_by(col(table.id))).all())  # type: ignore[attr-defined]
