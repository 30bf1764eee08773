"""Every query on waves, pick lists, totes and picks. What each pick passes is plain SQL: it is the busiest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from backend.core.statements import Statement
from backend.orders.models import OrderLineRow, OrderRow
from backend.people.models import ShiftRow
from backend.picking.models import PickListRow, PickRow, TakeOverRow, ToteRow
from shared.picking import PickListStatus, PickStatus

Found = Any  # a row with its columns as attributes

_lists: sa.Table = PickListRow.__table__  # type: ignore[attr-defined]
_picks: sa.Table = PickRow.__table__  # type: ignore[attr-defined]
_totes: sa.Table = ToteRow.__table__  # type: ignore[attr-defined]
_orders: sa.Table = OrderRow.__table__  # type: ignore[attr-defined]
_order_lines: sa.Table = OrderLineRow.__table__  # type: ignore[attr-defined]
_shifts: sa.Table = ShiftRow.__table__  # type: ignore[attr-defined]
_earlier = _picks.alias("earlier")


def _columns(*columns: Any) -> list[Any]:
    """Floats as the driver gives them: for PostgreSQL, SQLAlchemy converts them only once it has seen a result."""
    return [
        sa.type_coerce(column, sa.types.NullType()).label(column.name) if isinstance(column.type, sa.Float) else column
        for column in columns
    ]


# Every pick of every picker passes here.
_find_walk = Statement(
    sa.select(
        _lists.c.id,
        _lists.c.status,
        _lists.c.picker_id,
        _lists.c.picker_name,
        _lists.c.released_at,
        _lists.c.started_at,
        _lists.c.left_at,
    ).where(_lists.c.id == sa.bindparam("pick_list_id"), _lists.c.store_id == sa.bindparam("store_id"))
)
_find_stop = Statement(
    sa.select(
        _picks.c.id,
        _picks.c.store_id,
        _picks.c.pick_list_id,
        _picks.c.order_line_id,
        _picks.c.tote_id,
        _picks.c.product_id,
        _picks.c.location_id,
        _picks.c.unit,
        _picks.c.quantity_ordered,
        _picks.c.status,
        _order_lines.c.quantity_max,
        _order_lines.c.tolerance_percent,
        sa.exists()
        .where(
            _earlier.c.pick_list_id == _picks.c.pick_list_id,
            _earlier.c.status == PickStatus.OPEN.value,
            _earlier.c.position < _picks.c.position,
        )
        .label("is_out_of_turn"),
    )
    .join_from(_picks, _order_lines, _order_lines.c.id == _picks.c.order_line_id)
    .where(_picks.c.id == sa.bindparam("pick_id"), _picks.c.pick_list_id == sa.bindparam("pick_list_id"))
)
_done: tuple[str, ...] = ("status", "quantity_picked", "short_reason", "scan", "entered_by", "tote_code")
_done += ("picker_id", "done_at", "recorded_at", "store_reason")
_record = Statement(
    sa.update(_picks)
    .where(_picks.c.id == sa.bindparam("this_pick"))
    .values({name: sa.bindparam(f"new_{name}", type_=_picks.c[name].type) for name in _done})
)
_settle = Statement(
    sa.update(_picks)
    .where(_picks.c.id == sa.bindparam("this_pick"))
    .values(
        status=sa.bindparam("new_status"), recorded_at=sa.bindparam("new_recorded_at", type_=_picks.c.recorded_at.type)
    )
)
_raise_revision = Statement(
    sa.update(_lists).where(_lists.c.id == sa.bindparam("this_pick_list")).values(revision=_lists.c.revision + 1)
)
_find_progress = Statement(
    sa.select(
        _picks.c.id,
        _picks.c.status,
        _picks.c.quantity_picked,
        _picks.c.short_reason,
        _picks.c.store_reason,
        _lists.c.revision,
        _lists.c.picker_id.label("walked_by"),
        _lists.c.left_at,
    )
    .join(_lists, _lists.c.id == _picks.c.pick_list_id)
    .where(_picks.c.id == sa.bindparam("pick_id"), _picks.c.pick_list_id == sa.bindparam("pick_list_id"))
)
_find_stops = Statement(
    sa.select(
        *_columns(_picks.c.id, _picks.c.status, _picks.c.location_id, _picks.c.position, _picks.c.walk_from_previous_m),
        _picks.c.sought_location_id,
    )
    .where(_picks.c.pick_list_id == sa.bindparam("pick_list_id"))
    .order_by(_picks.c.position)
)
# What lies between the last pick that was done and the stops that may have to be lit: of a long walk a few rows.
_of_walk = _picks.alias("of_walk")
_is_of_walk = _of_walk.c.pick_list_id == sa.bindparam("pick_list_id")
_is_open_there = _of_walk.c.status == PickStatus.OPEN.value
_next_open = sa.select(sa.func.min(_of_walk.c.position)).where(_is_of_walk, _is_open_there).scalar_subquery()
_before_open = _picks.alias("before_open")
_last_done = (
    sa.select(sa.func.max(_before_open.c.position))
    .where(
        _before_open.c.pick_list_id == sa.bindparam("pick_list_id"),
        _before_open.c.status != PickStatus.OPEN.value,
        _before_open.c.status != PickStatus.CANCELLED.value,
        _before_open.c.position < _next_open,
    )
    .scalar_subquery()
)
_next_few = (
    sa.select(_of_walk.c.position)
    .where(_is_of_walk, _is_open_there)
    .order_by(_of_walk.c.position)
    .limit(sa.bindparam("stops_max", type_=sa.Integer))
    .subquery()
)
_find_next_stops = Statement(
    sa.select(
        *_columns(_picks.c.id, _picks.c.status, _picks.c.location_id, _picks.c.position, _picks.c.walk_from_previous_m),
        _picks.c.sought_location_id,
        _lists.c.colour,
        _lists.c.pattern,
        _lists.c.shift_id,
    )
    .join(_lists, _lists.c.id == _picks.c.pick_list_id)
    .where(
        _picks.c.pick_list_id == sa.bindparam("pick_list_id"),
        _lists.c.status == PickListStatus.PICKING.value,
        _lists.c.left_at.is_(None),
        _picks.c.position > sa.func.coalesce(_last_done, -1),
        _picks.c.position <= sa.select(sa.func.max(_next_few.c.position)).scalar_subquery(),
    )
    .order_by(_picks.c.position)
)
_find_list = Statement(sa.select(*_columns(*_lists.c)).where(_lists.c.id == sa.bindparam("pick_list_id")))
_find_picks = Statement(
    sa.select(*_columns(*_picks.c), _order_lines.c.quantity_max, _order_lines.c.tolerance_percent)
    .join_from(_picks, _order_lines, _order_lines.c.id == _picks.c.order_line_id)
    .where(_picks.c.pick_list_id == sa.bindparam("pick_list_id"))
    .order_by(_picks.c.position)
)
_find_totes = Statement(
    sa.select(
        _totes.c.id,
        _totes.c.letter,
        _totes.c.order_id,
        _totes.c.codes,
        *_columns(_totes.c.added_m, _totes.c.alone_m),
        _totes.c.reason,
        _orders.c.display_code,
        _orders.c.channel_id,
        _orders.c.due_at,
        _orders.c.packed_at,
        _orders.c.bags,
        _orders.c.bag_codes,
        _orders.c.place,
    )
    .join(_orders, _orders.c.id == _totes.c.order_id)
    .where(_totes.c.pick_list_id == sa.bindparam("pick_list_id"))
    .order_by(_totes.c.letter)
)
# Asked every few seconds for as long as orders wait.
_find_ready_dues = Statement(
    sa.select(_lists.c.due_at)
    .where(
        _lists.c.store_id == sa.bindparam("store_id"),
        sa.or_(
            _lists.c.status == sa.bindparam("ready"),
            sa.and_(_lists.c.status == sa.bindparam("picking"), _lists.c.left_at.is_not(None)),
        ),
    )
    .order_by(_lists.c.due_at)
)
_count_pickers = Statement(
    sa.select(sa.func.count(_shifts.c.id).label("on_shift"), sa.func.count(_lists.c.id).label("walking"))
    .select_from(_shifts)
    .outerjoin(
        _lists,
        sa.and_(
            _lists.c.store_id == _shifts.c.store_id,
            _lists.c.picker_id == _shifts.c.person_id,
            _lists.c.status == sa.bindparam("picking"),
            _lists.c.left_at.is_(None),
        ),
    )
    .where(_shifts.c.store_id == sa.bindparam("store_id"), _shifts.c.ended_at.is_(None))
)
_find_walking = Statement(
    sa.select(*_columns(_lists.c.started_at, _lists.c.walk_m), sa.func.count(_picks.c.id).label("lines"))
    .select_from(_shifts)
    .join(_lists, sa.and_(_lists.c.store_id == _shifts.c.store_id, _lists.c.picker_id == _shifts.c.person_id))
    .join(_picks, _picks.c.pick_list_id == _lists.c.id)
    .where(
        _shifts.c.store_id == sa.bindparam("store_id"),
        _shifts.c.ended_at.is_(None),
        _lists.c.status == sa.bindparam("picking"),
        _lists.c.left_at.is_(None),
    )
    .group_by(_lists.c.id, _lists.c.started_at, _lists.c.walk_m)
)
# Those of pickers on shift; nobody knows when the others go on.
_under_way = (
    sa.select(*_columns(*_lists.c))
    .select_from(_shifts)
    .join(_lists, sa.and_(_lists.c.store_id == _shifts.c.store_id, _lists.c.picker_id == _shifts.c.person_id))
    .where(
        _shifts.c.store_id == sa.bindparam("store_id"),
        _shifts.c.ended_at.is_(None),
        _lists.c.status == sa.bindparam("picking"),
        _lists.c.left_at.is_(None),
    )
    .order_by(_lists.c.id)
)
_many_totes = sa.select(sa.func.count()).where(_totes.c.pick_list_id == _lists.c.id).correlate(_lists).scalar_subquery()
_find_with_room = Statement(_under_way.where(_many_totes < sa.bindparam("totes_max", type_=sa.Integer)))
_set_aside = Statement(
    sa.update(_picks)
    .where(_picks.c.pick_list_id == sa.bindparam("this_pick_list"))
    .values(position=-1 - _picks.c.position)
)
_place = Statement(
    sa.update(_picks)
    .where(_picks.c.id == sa.bindparam("this_pick"))
    .values(position=sa.bindparam("new_position"), walk_from_previous_m=sa.bindparam("new_walk_from_previous_m"))
)


# Picks and documents, in plain SQL


def find_walk(connection: Connection, store_id: str, pick_list_id: str) -> Found | None:
    """(id, status, picker_id, picker_name, released_at, started_at, left_at) of a pick list."""
    return _find_walk.one_or_none(connection, {"store_id": store_id, "pick_list_id": pick_list_id})


def find_stop(connection: Connection, pick_list_id: str, pick_id: str) -> Found | None:
    """(id, store_id, pick_list_id, order_line_id, tote_id, product_id, location_id, unit, quantity_ordered, status).

    `is_out_of_turn`: another open one comes before it.
    """
    return _find_stop.one_or_none(connection, {"pick_list_id": pick_list_id, "pick_id": pick_id})


def record_done(
    connection: Connection,
    pick_id: str,
    *,
    status: PickStatus,
    quantity_picked: int,
    picker_id: str,
    done_at: datetime,
    recorded_at: datetime,
    short_reason: str | None = None,
    store_reason: str = "",
    scan: str | None = None,
    entered_by: str | None = None,
    tote_code: str = "",
) -> None:
    """What became of a pick."""
    values = {
        "this_pick": pick_id,
        "new_status": status.value,
        "new_quantity_picked": quantity_picked,
        "new_short_reason": short_reason,
        "new_store_reason": store_reason,
        "new_scan": scan,
        "new_entered_by": entered_by,
        "new_tote_code": tote_code,
        "new_picker_id": picker_id,
        "new_done_at": done_at,
        "new_recorded_at": recorded_at,
    }
    _record.run(connection, values)


def settle(connection: Connection, pick_id: str, status: PickStatus, recorded_at: datetime) -> None:
    """A pick that was done already has another outcome now."""
    _settle.run(connection, {"this_pick": pick_id, "new_status": status.value, "new_recorded_at": recorded_at})


def raise_revision(connection: Connection, pick_list_id: str) -> None:
    """A pick of it changed."""
    _raise_revision.run(connection, {"this_pick_list": pick_list_id})


def touch(session: Session, pick_list: PickListRow) -> None:
    """As `raise_revision`, with whatever else has been changed in the row."""
    pick_list.revision += 1
    session.add(pick_list)
    session.flush()


def find_progress(connection: Connection, pick_list_id: str, pick_id: str) -> Found | None:
    """(id, status, quantity_picked, short_reason, store_reason) of it, (revision, walked_by, left_at) of its list."""
    return _find_progress.one_or_none(connection, {"pick_list_id": pick_list_id, "pick_id": pick_id})


def find_stops(connection: Connection, pick_list_id: str) -> list[Found]:
    """(id, status, location_id, position, walk_from_previous_m, sought_location_id) of its picks, in walking order."""
    return _find_stops.all(connection, {"pick_list_id": pick_list_id})


def find_next_stops(connection: Connection, pick_list_id: str, stops_max: int) -> list[Found]:
    """As `find_stops`, from after the last one that was done on to so many open ones, with (colour, pattern, shift_id)

    of who walks there. Nothing where nobody does.
    """
    return _find_next_stops.all(connection, {"pick_list_id": pick_list_id, "stops_max": stops_max})


def find_list(connection: Connection, pick_list_id: str) -> Found | None:
    """Every column of a pick list."""
    return _find_list.one_or_none(connection, {"pick_list_id": pick_list_id})


def find_picks(connection: Connection, pick_list_id: str) -> list[Found]:
    """Every column of its picks, with their lines' (quantity_max, tolerance_percent), in the order of the walk."""
    return _find_picks.all(connection, {"pick_list_id": pick_list_id})


def find_totes(connection: Connection, pick_list_id: str) -> list[Found]:
    """(id, letter, order_id, codes, added_m, alone_m, reason) of its totes by letter, each with its order's

    (display_code, channel_id, due_at, packed_at, bags, bag_codes, place).
    """
    return _find_totes.all(connection, {"pick_list_id": pick_list_id})


def find_ready_dues(connection: Connection, store_id: str) -> tuple[datetime, ...]:
    """When the trolleys are due that stand ready to be taken, also those left under way; most pressing first."""
    statuses = {"ready": PickListStatus.READY.value, "picking": PickListStatus.PICKING.value}
    rows = _find_ready_dues.all(connection, {"store_id": store_id, **statuses})
    return tuple(row.due_at for row in rows)


def count_pickers(connection: Connection, store_id: str) -> Found:
    """(on_shift, walking): pickers on shift, and those of them who walk with a trolley."""
    return _count_pickers.one(connection, {"store_id": store_id, "picking": PickListStatus.PICKING.value})


def find_walking(connection: Connection, store_id: str) -> list[Found]:
    """(started_at, walk_m, lines) of every trolley that a picker on shift walks with."""
    return _find_walking.all(connection, {"store_id": store_id, "picking": PickListStatus.PICKING.value})


def find_with_room(connection: Connection, store_id: str, totes_max: int) -> list[Found]:
    """Every column of the pick lists that a picker on shift walks with, and that have a place for another tote."""
    given = {"store_id": store_id, "picking": PickListStatus.PICKING.value, "totes_max": totes_max}
    return _find_with_room.all(connection, given)


def order_picks(connection: Connection, pick_list_id: str, picks: Sequence[tuple[str, float]]) -> None:
    """Make (id, walk_from_previous_m) of all its picks the order of the walk, from position 0 on."""
    # No two picks may have one position, not even between two statements: all step aside first.
    _set_aside.run(connection, {"this_pick_list": pick_list_id})
    _place.run_all(
        connection,
        [
            {"this_pick": pick_id, "new_position": position, "new_walk_from_previous_m": walk_m}
            for position, (pick_id, walk_m) in enumerate(picks)
        ],
    )


# Pick lists


def get_pick_list(session: Session, store_id: str, pick_list_id: str) -> PickListRow | None:
    query = select(PickListRow).where(PickListRow.id == pick_list_id, PickListRow.store_id == store_id)
    return session.exec(query).one_or_none()


def get_pick(session: Session, pick_list_id: str, pick_id: str) -> PickRow | None:
    query = select(PickRow).where(PickRow.id == pick_id, PickRow.pick_list_id == pick_list_id)
    return session.exec(query).one_or_none()


def get_unsettled_picks_of_order(session: Session, order_id: str) -> Sequence[PickRow]:
    """Still open, or with a substitute that the shopper is asked about."""
    is_unsettled = col(PickRow.status).in_([PickStatus.OPEN, PickStatus.PROPOSED])
    query = select(PickRow).where(PickRow.order_id == order_id, is_unsettled)
    return session.exec(query.order_by(col(PickRow.position))).all()


def get_totes(session: Session, pick_list_id: str) -> Sequence[ToteRow]:
    query = select(ToteRow).where(ToteRow.pick_list_id == pick_list_id).order_by(col(ToteRow.letter))
    return session.exec(query).all()


def codes_in_use(session: Session, store_id: str) -> set[str]:
    """Of every container on a trolley that is under way: one of them holds one order."""
    query = (
        select(ToteRow.codes)
        .join(PickListRow, col(PickListRow.id) == col(ToteRow.pick_list_id))
        .where(PickListRow.store_id == store_id, PickListRow.status == PickListStatus.PICKING)
    )
    return {code for codes in session.exec(query).all() for code in codes}


def find_carrying(session: Session, store_id: str, code: str) -> PickListRow | None:
    """The trolley under way on which this container hangs."""
    query = (
        select(PickListRow, ToteRow.codes)
        .join(ToteRow, col(ToteRow.pick_list_id) == col(PickListRow.id))
        .where(PickListRow.store_id == store_id, PickListRow.status == PickListStatus.PICKING)
    )
    return next((pick_list for pick_list, codes in session.exec(query).all() if code in codes), None)


def count_stops(session: Session, pick_list_id: str) -> tuple[int, int]:
    """(done, all) of its picks that were not cancelled."""
    query = select(PickRow.status).where(PickRow.pick_list_id == pick_list_id, PickRow.status != PickStatus.CANCELLED)
    statuses = session.exec(query).all()
    return sum(status != PickStatus.OPEN for status in statuses), len(statuses)


def last_recorded_at(session: Session, pick_list_id: str) -> datetime | None:
    """When the backend last heard of one of its picks."""
    query = (
        select(PickRow.recorded_at)
        .where(PickRow.pick_list_id == pick_list_id, col(PickRow.recorded_at).is_not(None))
        .order_by(col(PickRow.recorded_at).desc())
        .limit(1)
    )
    return session.exec(query).first()


def get_packed(session: Session, order_ids: Sequence[str]) -> set[str]:
    """Those whose bags are counted already."""
    query = select(OrderRow.id).where(col(OrderRow.id).in_(order_ids), col(OrderRow.packed_at).is_not(None))
    return set(session.exec(query).all())


def get_tote_of_order(session: Session, order_id: str) -> ToteRow | None:
    return session.exec(select(ToteRow).where(ToteRow.order_id == order_id)).one_or_none()


def delete_tote(session: Session, tote: ToteRow) -> list[Found]:
    """Take a tote off its trolley with all its picks; (id, store_id, pick_list_id, order_line_id) of each, by stop."""
    session.flush()
    connection = session.connection()
    gone = sa.select(_picks.c.id, _picks.c.store_id, _picks.c.pick_list_id, _picks.c.order_line_id)
    picks = connection.execute(gone.where(_picks.c.tote_id == tote.id).order_by(_picks.c.position)).all()
    connection.execute(sa.delete(_picks).where(_picks.c.tote_id == tote.id))
    session.delete(tote)
    session.flush()
    return list(picks)


def count_open_picks(session: Session, pick_list_id: str, order_id: str | None = None) -> int:
    """Of the whole trolley, or of one order."""
    query = select(sa.func.count()).where(PickRow.pick_list_id == pick_list_id, PickRow.status == PickStatus.OPEN)
    if order_id is not None:
        query = query.where(PickRow.order_id == order_id)
    return session.exec(query).one()


def get_picking_of(session: Session, store_id: str, picker_id: str) -> PickListRow | None:
    """The one pick list this picker walks with now."""
    return session.exec(_under_way_of(store_id, picker_id).where(col(PickListRow.left_at).is_(None))).first()


def get_waiting_for(session: Session, store_id: str, picker_id: str) -> PickListRow | None:
    """The one this picker walks with, or left when the shift ended; not one that a supervisor hands over."""
    return session.exec(_under_way_of(store_id, picker_id).where(col(PickListRow.handed_over_by).is_(None))).first()


def _under_way_of(store_id: str, picker_id: str) -> SelectOfScalar[PickListRow]:
    return select(PickListRow).where(
        PickListRow.store_id == store_id,
        PickListRow.picker_id == picker_id,
        PickListRow.status == PickListStatus.PICKING,
    )


def get_for_picker(session: Session, store_id: str, picker_id: str, finished_since: datetime) -> Sequence[PickListRow]:
    """Trolleys anyone may take, left ones too, this picker's own, and those they finished lately, by due time."""
    is_own = col(PickListRow.picker_id) == picker_id
    query = (
        select(PickListRow)
        .where(
            PickListRow.store_id == store_id,
            sa.or_(
                col(PickListRow.status) == PickListStatus.READY,
                sa.and_(
                    sa.or_(is_own, col(PickListRow.left_at).is_not(None)),
                    col(PickListRow.status) == PickListStatus.PICKING,
                ),
                sa.and_(
                    is_own,
                    col(PickListRow.status) == PickListStatus.FINISHED,
                    col(PickListRow.finished_at) >= finished_since,
                ),
            ),
        )
        .order_by(col(PickListRow.due_at), col(PickListRow.id))
    )
    return session.exec(query).all()


def get_unfinished_ids(session: Session, store_id: str) -> Sequence[str]:
    """Every pick list of a store that is walked, or will be."""
    is_unfinished = col(PickListRow.status).in_([PickListStatus.READY, PickListStatus.PICKING])
    query = select(PickListRow.id).where(PickListRow.store_id == store_id, is_unfinished)
    return session.exec(query.order_by(col(PickListRow.id))).all()


def get_picking_ids(session: Session) -> Sequence[str]:
    """Every pick list somebody walks with, in every store."""
    return session.exec(select(PickListRow.id).where(PickListRow.status == PickListStatus.PICKING)).all()


# Trolleys left and taken over


def get_left(session: Session, store_id: str) -> Sequence[PickListRow]:
    """Under way, but nobody walks with them; most pressing first."""
    query = select(PickListRow).where(
        PickListRow.store_id == store_id,
        PickListRow.status == PickListStatus.PICKING,
        col(PickListRow.left_at).is_not(None),
    )
    return session.exec(query.order_by(col(PickListRow.due_at), col(PickListRow.id))).all()


def get_taken_from(session: Session, pick_list_id: str, picker_id: str) -> datetime | None:
    """When somebody last took this trolley over from that picker."""
    query = select(sa.func.max(TakeOverRow.at)).where(
        TakeOverRow.pick_list_id == pick_list_id, TakeOverRow.from_picker_id == picker_id
    )
    return session.exec(query).one()
