"""Puts the board together from what the rooms below keep. Reads only; decides what is late and what counts as today."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from backend.channels import repository as channels_repository
from backend.channels.models import ExceptionStatus
from backend.core import journal
from backend.core.journal import JournalRow
from backend.core.outbox_rows import OutboxRow
from backend.insight import repository
from backend.insight.board import Board, BoardException, BoardOrder, BoardPicker, BoardProblem, KeyFigures
from backend.insight.cold import cold_problems
from backend.insight.deadlines import deadline_problems
from backend.insight.repository import LineCounts, Walk
from backend.orders.models import OrderRow, OrderStatus
from backend.people import repository as people_repository
from backend.picking import repository as picking_repository
from backend.picking.models import PickListRow
from backend.picking.waiting import StuckOrder
from backend.stores import repository as stores_repository
from backend.stores.zones import zone_named
from shared.events import CommandRefused, LabelSilent
from shared.labels import BlinkPattern, LightColour
from shared.picking import ShortReason
from shared.store_rules import DEFAULT_RULES, StoreRules

READY_OR_GONE = (OrderStatus.READY, OrderStatus.HANDED_OVER)
READY_SHOWN = timedelta(minutes=30)
PROBLEMS_SHOWN = timedelta(hours=24)
PROBLEMS_MAX = 20
EXCEPTIONS_MAX = 100
DELIVERY_DEAD = "delivery.dead"
ORDER_STUCK = "order.stuck"
TROLLEY_LEFT = "trolley.left"

StuckOrders = Callable[[str], Sequence[StuckOrder]]


class InsightService:
    """`target_s_per_line` is the board's target for one line, walking included. `stuck_orders` are those of a store."""

    def __init__(self, *, target_s_per_line: float, stuck_orders: StuckOrders = lambda _store_id: ()) -> None:
        self._target_s_per_line = target_s_per_line
        self._stuck_orders = stuck_orders

    def board(self, session: Session, store_id: str, now: datetime) -> Board:
        """One store, as it is now."""
        channel_names = channels_repository.get_channel_names(session, store_id)
        since = _midnight(session, store_id, now)
        walks = repository.get_walks(session, store_id, since)
        return Board(
            orders=self._orders(session, store_id, channel_names, now),
            pickers=_pickers(session, store_id, walks),
            exceptions=_exceptions(session, store_id, channel_names),
            problems=self._problems(session, store_id, channel_names, now),
            today=_key_figures(session, store_id, walks, since, now),
            server_at=now,
        )

    def journal_of_order(self, session: Session, store_id: str, order_id: str) -> Sequence[JournalRow]:
        """Everything that happened to one order, oldest first; empty for another store's."""
        return journal.read_order(session, store_id, order_id)

    def _problems(
        self, session: Session, store_id: str, channel_names: Mapping[str, str], now: datetime
    ) -> list[BoardProblem]:
        """What is still so comes before what has happened."""
        facts = stores_repository.find_facts(session.connection(), store_id)
        rules = StoreRules.model_validate(facts.rules or {}) if facts else DEFAULT_RULES
        cold = cold_problems(session, store_id, rules, now)
        limits = deadline_problems(session, store_id, channel_names, now)
        stuck = [_stuck_problem(order) for order in self._stuck_orders(store_id)]
        left = [_left_problem(row) for row in picking_repository.get_left(session, store_id)]
        events = [_event_problem(row) for row in journal.read_problems(session, store_id, PROBLEMS_MAX)]
        dead = [_dead_problem(row) for row in repository.get_dead_letters(session, store_id, list(channel_names))]
        lately = [problem for problem in (*events, *dead) if problem.at >= now - PROBLEMS_SHOWN]
        return [*limits, *cold, *stuck, *left, *sorted(lately, key=lambda problem: problem.at, reverse=True)][
            :PROBLEMS_MAX
        ]

    def _orders(
        self, session: Session, store_id: str, channel_names: Mapping[str, str], now: datetime
    ) -> list[BoardOrder]:
        ready_since = now - READY_SHOWN
        orders = repository.get_orders(session, store_id, ready_since)
        lines = repository.count_lines(session, store_id, ready_since)
        pick_lists = repository.get_pick_lists(session, store_id, ready_since)
        walk_lines: dict[str, int] = {}
        for order_id, pick_list in pick_lists.items():
            walk_lines[pick_list.id] = walk_lines.get(pick_list.id, 0) + lines.get(order_id, LineCounts()).total
        return [
            self._order(
                order,
                lines.get(order.id, LineCounts()),
                pick_lists.get(order.id),
                walk_lines,
                channel_names.get(order.channel_id, order.channel_id),
                now,
            )
            for order in orders
        ]

    def _order(
        self,
        order: OrderRow,
        lines: LineCounts,
        pick_list: PickListRow | None,
        walk_lines: Mapping[str, int],
        channel_name: str,
        now: datetime,
    ) -> BoardOrder:
        started_at = pick_list.started_at if pick_list else None
        ended_at = (pick_list.finished_at if pick_list else None) or now
        ready_at = order.ready_at if order.status in READY_OR_GONE else None
        return BoardOrder(
            order_id=order.id,
            display_code=order.display_code,
            channel_name=channel_name,
            status=order.status,
            due_at=order.due_at,
            lines_total=lines.total,
            lines_done=lines.done,
            lines_short=lines.short,
            picker_name=(pick_list.picker_name or None) if pick_list else None,
            started_at=started_at,
            elapsed_s=max(0.0, (ended_at - started_at).total_seconds()) if started_at else None,
            target_s=walk_lines[pick_list.id] * self._target_s_per_line if pick_list else None,
            is_late=(ready_at or now) > order.due_at,
        )


def _pickers(session: Session, store_id: str, walks: Sequence[Walk]) -> list[BoardPicker]:
    names = {row.id: row.name for row in people_repository.list_people(session, store_id)}
    under_way = repository.get_pick_lists_under_way(session, store_id)
    pickers = [
        BoardPicker(
            person_id=shift.person_id,
            name=names.get(shift.person_id, shift.person_id),
            colour=LightColour(shift.colour),
            pattern=BlinkPattern(shift.pattern),
            pick_list_id=under_way.get(shift.person_id),
            units_per_hour=_per_hour([walk for walk in walks if walk.picker_id == shift.person_id], "units"),
        )
        for shift in people_repository.find_open_shifts(session, store_id)
    ]
    return sorted(pickers, key=lambda picker: (picker.name, picker.person_id))


def _exceptions(session: Session, store_id: str, channel_names: Mapping[str, str]) -> list[BoardException]:
    rows = channels_repository.get_exceptions(session, store_id, status=ExceptionStatus.OPEN, limit=EXCEPTIONS_MAX)
    return [
        BoardException(
            id=row.id,
            channel_name=channel_names.get(row.channel_id, row.channel_id),
            external_id=row.external_id,
            reason=row.reason,
            created_at=row.created_at,
        )
        for row in rows
    ]


def _event_problem(row: JournalRow) -> BoardProblem:
    facts: dict[str, str] = {}
    match event := row.event():
        case CommandRefused():
            detail = f"{event.command_name}: {event.detail}"
            facts = {"command": event.command_name, "code": event.problem_code, "evidence": event.detail}
        case LabelSilent():
            detail = f"{event.label_id}: {event.reason}"
            facts = {"label": event.label_id, "evidence": event.reason}
        case _:
            detail = ""
    return BoardProblem(at=row.at, what=row.name, detail=detail, facts=facts)


def _stuck_problem(order: StuckOrder) -> BoardProblem:
    why = order.obstacle
    facts = {"order": order.display_code, "obstacle": why.kind, "sku": why.sku, "address": why.address}
    return BoardProblem(at=order.since, what=ORDER_STUCK, detail=f"{order.display_code}: {why.sentence}", facts=facts)


def _left_problem(row: PickListRow) -> BoardProblem:
    assert row.left_at is not None, "asked for those that were left"
    detail = f"{row.picker_name} walks with it no more: {row.id}"
    return BoardProblem(at=row.left_at, what=TROLLEY_LEFT, detail=detail, facts={"picker": row.picker_name})


def _dead_problem(row: OutboxRow) -> BoardProblem:
    at, detail = row.dead_at or row.created_at, f"{row.topic}: {row.last_error}"
    return BoardProblem(at=at, what=DELIVERY_DEAD, detail=detail, facts={"evidence": detail})


def _key_figures(session: Session, store_id: str, walks: Sequence[Walk], since: datetime, now: datetime) -> KeyFigures:
    done = sum(walk.lines for walk in walks)
    shorts = repository.count_shorts(session, store_id, since)
    in_time, ready, overdue = repository.count_punctual(session, store_id, since, now)
    metres = repository.sum_metres(session, store_id, since)
    return KeyFigures(
        lines_done=done,
        lines_per_hour=_per_hour(walks, "lines"),
        short_share=sum(shorts.values()) / done if done else 0.0,
        short_share_by_reason={ShortReason(reason): count / done for reason, count in sorted(shorts.items())},
        orders_ready=ready,
        on_time_share=in_time / (ready + overdue) if ready + overdue else None,
        walked_m=round(metres.walked_m, 1),
        metres_per_line=round(metres.walked_m / metres.lines, 1) if metres.lines else None,
        saved_m=round(metres.one_order_per_walk_m - metres.walked_m, 1) if metres.walked_m else None,
    )


def _per_hour(walks: Sequence[Walk], what: str) -> float | None:
    """Lines or units of these walks over the hours they took."""
    hours = sum(walk.hours for walk in walks)
    return round(sum(getattr(walk, what) for walk in walks) / hours, 1) if hours else None


def _midnight(session: Session, store_id: str, now: datetime) -> datetime:
    """When today began, by the store's own clock."""
    store = stores_repository.find_facts(session.connection(), store_id)
    zone = zone_named(store.time_zone if store is not None else "")
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
