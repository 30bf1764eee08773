"""Every question this room asks its tables. Except by a digest, a row is only ever found together with its store."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

import sqlalchemy as sa
from sqlalchemy import Connection, CursorResult
from sqlmodel import Session, col, select

from backend.core.database import UtcDateTime
from backend.core.statements import DIALECTS, Statement, listed
from backend.people.models import (
    AttemptOutcome,
    AttemptRow,
    ChannelKeyRow,
    DeviceRow,
    EndReason,
    EnrolmentRow,
    PersonRow,
    SessionRow,
    ShiftRow,
)


class SeenSession(NamedTuple):
    """A session with everything that decides whether it holds, and who it is."""

    session_id: str
    store_id: str
    device_id: str
    created_at: datetime
    last_seen_at: datetime
    ended_at: datetime | None
    end_reason: str | None
    person_id: str
    name: str
    role: str
    language: str
    is_active: bool
    revoked_at: datetime | None
    shift_id: str | None
    colour: str | None
    pattern: str | None
    may_not_pick: list[str]


# Asked with almost every request: plain columns and a statement made once cost a fraction of four loaded rows.
_SEEN_SESSIONS: Any = (
    sa.select(
        col(SessionRow.id).label("session_id"),
        col(SessionRow.store_id).label("store_id"),
        col(SessionRow.device_id).label("device_id"),
        col(SessionRow.created_at).label("created_at"),
        col(SessionRow.last_seen_at).label("last_seen_at"),
        col(SessionRow.ended_at).label("ended_at"),
        col(SessionRow.end_reason).label("end_reason"),
        col(PersonRow.id).label("person_id"),
        col(PersonRow.name).label("name"),
        col(PersonRow.role).label("role"),
        col(PersonRow.language).label("language"),
        col(PersonRow.is_active).label("is_active"),
        col(DeviceRow.revoked_at).label("revoked_at"),
        col(ShiftRow.id).label("shift_id"),
        col(ShiftRow.colour).label("colour"),
        col(ShiftRow.pattern).label("pattern"),
        col(PersonRow.may_not_pick).label("may_not_pick"),
    )
    .join(PersonRow, col(PersonRow.id) == SessionRow.person_id)
    .join(DeviceRow, col(DeviceRow.id) == SessionRow.device_id)
    .outerjoin(ShiftRow, col(ShiftRow.id) == SessionRow.shift_id)
)
_seen_by_token = Statement(_SEEN_SESSIONS.where(col(SessionRow.token_hash) == sa.bindparam("token_hash")))
_seen_by_ids = Statement(
    {dialect: _SEEN_SESSIONS.where(col(SessionRow.id).in_(listed("session_ids", dialect))) for dialect in DIALECTS}
)
_holding_by_ids = Statement(
    {
        dialect: sa.select(
            col(SessionRow.id).label("session_id"), col(SessionRow.created_at), col(SessionRow.last_seen_at)
        )
        .join(PersonRow, col(PersonRow.id) == SessionRow.person_id)
        .join(DeviceRow, col(DeviceRow.id) == SessionRow.device_id)
        .where(
            col(SessionRow.id).in_(listed("session_ids", dialect)),
            col(SessionRow.ended_at).is_(None),
            col(PersonRow.is_active),
            col(DeviceRow.revoked_at).is_(None),
            col(SessionRow.created_at) > sa.bindparam("created_after", type_=UtcDateTime),
            col(SessionRow.last_seen_at) > sa.bindparam("seen_after", type_=UtcDateTime),
        )
        for dialect in DIALECTS
    }
)
_past_its_time = Statement(
    sa.union_all(
        sa.select(col(SessionRow.id).label("id")).where(
            col(SessionRow.ended_at).is_(None),
            col(SessionRow.created_at) <= sa.bindparam("created_by", type_=UtcDateTime),
        ),
        sa.select(col(AttemptRow.device_id).label("id")).where(
            col(AttemptRow.at) < sa.bindparam("attempts_before", type_=UtcDateTime)
        ),
    ).limit(1)
)
_keys: sa.Table = ChannelKeyRow.__table__  # type: ignore[attr-defined]
_channel_key = Statement(
    sa.select(_keys.c.channel_id, _keys.c.store_id, _keys.c.revoked_at).where(
        _keys.c.key_hash == sa.bindparam("key_hash")
    )
)


def _seen(table: sa.Table) -> Statement:
    """Takes `this_store`, `this_one` and `now`; never moves the mark back."""
    now = sa.bindparam("now", type_=table.c.last_seen_at.type)
    return Statement(
        sa.update(table)
        .where(
            table.c.store_id == sa.bindparam("this_store"),
            table.c.id == sa.bindparam("this_one"),
            table.c.last_seen_at < now,
        )
        .values(last_seen_at=now)
    )


_session_seen = _seen(SessionRow.__table__)  # type: ignore[attr-defined]
_device_seen = _seen(DeviceRow.__table__)  # type: ignore[attr-defined]


# People


def find_person(session: Session, store_id: str, person_id: str) -> PersonRow | None:
    return session.exec(select(PersonRow).where(PersonRow.store_id == store_id, PersonRow.id == person_id)).first()


def find_person_by_badge(session: Session, store_id: str, badge: str) -> PersonRow | None:
    return session.exec(select(PersonRow).where(PersonRow.store_id == store_id, PersonRow.badge == badge)).first()


def list_people(session: Session, store_id: str) -> Sequence[PersonRow]:
    return session.exec(select(PersonRow).where(PersonRow.store_id == store_id).order_by(col(PersonRow.name))).all()


# Phones and enrolment


def find_device(session: Session, store_id: str, device_id: str) -> DeviceRow | None:
    return session.exec(select(DeviceRow).where(DeviceRow.store_id == store_id, DeviceRow.id == device_id)).first()


def find_device_by_token(session: Session, token_hash: str) -> DeviceRow | None:
    return session.exec(select(DeviceRow).where(DeviceRow.token_hash == token_hash)).first()


def list_devices(session: Session, store_id: str) -> Sequence[DeviceRow]:
    query = select(DeviceRow).where(DeviceRow.store_id == store_id).order_by(col(DeviceRow.enrolled_at))
    return session.exec(query).all()


def find_open_enrolment(session: Session, code_hash: str, now: datetime) -> EnrolmentRow | None:
    query = select(EnrolmentRow).where(
        EnrolmentRow.code_hash == code_hash, col(EnrolmentRow.used_at).is_(None), col(EnrolmentRow.expires_at) > now
    )
    return session.exec(query).first()


def use_enrolment(session: Session, code_hash: str, now: datetime) -> bool:
    """Mark the code used; False where somebody was faster. One statement, so that a code works once on any node."""
    statement = (
        sa.update(EnrolmentRow)
        .where(
            col(EnrolmentRow.code_hash) == code_hash,
            col(EnrolmentRow.used_at).is_(None),
            col(EnrolmentRow.expires_at) > now,
        )
        .values(used_at=now)
    )
    return _changed(session, statement) == 1


# Attempts


def failed_at(
    session: Session, store_id: str, device_id: str, after: datetime, badge_hash: str | None = None
) -> list[datetime]:
    """Instants of the counted attempts on a phone after `after`, oldest first; of one badge, or of all."""
    query = select(AttemptRow.at).where(
        AttemptRow.store_id == store_id,
        AttemptRow.device_id == device_id,
        AttemptRow.outcome == AttemptOutcome.COUNTED,
        col(AttemptRow.at) > after,
    )
    if badge_hash is not None:
        query = query.where(AttemptRow.badge_hash == badge_hash)
    return list(session.exec(query.order_by(col(AttemptRow.at))).all())


def pass_attempt(session: Session, store_id: str, sequence: int) -> None:
    statement = sa.update(AttemptRow).where(col(AttemptRow.store_id) == store_id, col(AttemptRow.sequence) == sequence)
    _changed(session, statement.values(outcome=AttemptOutcome.PASSED.value))


def forgive_attempts(
    session: Session, store_id: str, *, device_id: str | None = None, badge_hash: str | None = None
) -> None:
    """Stop counting the failures of a badge, of a phone, or of a badge on a phone."""
    statement = sa.update(AttemptRow).where(
        col(AttemptRow.store_id) == store_id, col(AttemptRow.outcome) == AttemptOutcome.COUNTED.value
    )
    if device_id is not None:
        statement = statement.where(col(AttemptRow.device_id) == device_id)
    if badge_hash is not None:
        statement = statement.where(col(AttemptRow.badge_hash) == badge_hash)
    _changed(session, statement.values(outcome=AttemptOutcome.FORGIVEN.value))


def delete_attempts_before(session: Session, instant: datetime) -> None:
    _changed(session, sa.delete(AttemptRow).where(col(AttemptRow.at) < instant))


# Sessions and shifts


def find_session_by_token(connection: Connection, token_hash: str) -> SeenSession | None:
    row = _seen_by_token.one_or_none(connection, {"token_hash": token_hash})
    return SeenSession._make(row) if row is not None else None


def find_sessions(connection: Connection, session_ids: Sequence[str]) -> list[SeenSession]:
    rows = _seen_by_ids.all(connection, {"session_ids": json.dumps(list(session_ids))})
    return [SeenSession._make(row) for row in rows]


def find_holding(
    connection: Connection, session_ids: Sequence[str], *, created_after: datetime, seen_after: datetime
) -> dict[str, tuple[datetime, datetime]]:
    """When those of the sessions began and were seen last that nothing has taken away, if both was after these."""
    values = {
        "session_ids": json.dumps(list(session_ids)),
        "created_after": created_after,
        "seen_after": seen_after,
    }
    rows = _holding_by_ids.all(connection, values)
    return {row.session_id: (row.created_at, row.last_seen_at) for row in rows}


def find_open_sessions(
    session: Session,
    store_id: str,
    *,
    session_id: str | None = None,
    person_id: str | None = None,
    device_id: str | None = None,
) -> Sequence[SessionRow]:
    """Open sessions of a store that fit every id given."""
    query = select(SessionRow).where(SessionRow.store_id == store_id, col(SessionRow.ended_at).is_(None))
    if session_id is not None:
        query = query.where(SessionRow.id == session_id)
    if person_id is not None:
        query = query.where(SessionRow.person_id == person_id)
    if device_id is not None:
        query = query.where(SessionRow.device_id == device_id)
    return session.exec(query).all()


def find_sessions_older_than(
    session: Session, created_by: datetime, store_id: str | None = None
) -> Sequence[SessionRow]:
    """Open sessions of one store, or of all, that began at or before `created_by`; always in the same order."""
    query = select(SessionRow).where(col(SessionRow.ended_at).is_(None), col(SessionRow.created_at) <= created_by)
    if store_id is not None:
        query = query.where(SessionRow.store_id == store_id)
    return session.exec(query.order_by(col(SessionRow.id))).all()


def is_anything_past_its_time(connection: Connection, *, created_by: datetime, attempts_before: datetime) -> bool:
    """An open session that began at or before `created_by`, or an attempt before the other."""
    return bool(_past_its_time.all(connection, {"created_by": created_by, "attempts_before": attempts_before}))


def end_session(session: Session, session_id: str, now: datetime, reason: EndReason) -> bool:
    """False where it had ended already."""
    statement = sa.update(SessionRow).where(col(SessionRow.id) == session_id, col(SessionRow.ended_at).is_(None))
    return _changed(session, statement.values(ended_at=now, end_reason=reason.value)) == 1


def note_seen(connection: Connection, store_id: str, session_id: str, device_id: str, now: datetime) -> None:
    _session_seen.run(connection, {"this_store": store_id, "this_one": session_id, "now": now})
    _device_seen.run(connection, {"this_store": store_id, "this_one": device_id, "now": now})


def find_shift(session: Session, store_id: str, shift_id: str) -> ShiftRow | None:
    return session.exec(select(ShiftRow).where(ShiftRow.store_id == store_id, ShiftRow.id == shift_id)).first()


def find_open_shifts(session: Session, store_id: str) -> Sequence[ShiftRow]:
    return session.exec(select(ShiftRow).where(ShiftRow.store_id == store_id, col(ShiftRow.ended_at).is_(None))).all()


def last_seen_on_shift(session: Session, shift_id: str) -> datetime | None:
    """When the phone of a shift last gave a sign of life; None where no session of it is open."""
    query = select(SessionRow.last_seen_at).where(SessionRow.shift_id == shift_id, col(SessionRow.ended_at).is_(None))
    return max(session.exec(query).all(), default=None)


def end_shift(session: Session, shift_id: str, now: datetime) -> bool:
    """False where it had ended already."""
    statement = sa.update(ShiftRow).where(col(ShiftRow.id) == shift_id, col(ShiftRow.ended_at).is_(None))
    return _changed(session, statement.values(ended_at=now)) == 1


# Channel keys


def find_channel_key(connection: Connection, key_hash: str) -> Any | None:
    """(channel_id, store_id, revoked_at) of a key."""
    return _channel_key.one_or_none(connection, {"key_hash": key_hash})


def get_open_channel_keys(session: Session, store_id: str, channel_id: str) -> Sequence[ChannelKeyRow]:
    """The oldest first."""
    query = select(ChannelKeyRow).where(
        ChannelKeyRow.store_id == store_id,
        ChannelKeyRow.channel_id == channel_id,
        col(ChannelKeyRow.revoked_at).is_(None),
    )
    return session.exec(query.order_by(col(ChannelKeyRow.created_at), col(ChannelKeyRow.id))).all()


def revoke_channel_keys(session: Session, store_id: str, channel_id: str, key_id: str | None, now: datetime) -> int:
    """Returns how many were open."""
    statement = sa.update(ChannelKeyRow).where(
        col(ChannelKeyRow.store_id) == store_id,
        col(ChannelKeyRow.channel_id) == channel_id,
        col(ChannelKeyRow.revoked_at).is_(None),
    )
    if key_id is not None:
        statement = statement.where(col(ChannelKeyRow.id) == key_id)
    return _changed(session, statement.values(revoked_at=now))


def _changed(session: Session, statement: Any) -> int:
    """Run at once (never at flush): the unique keys of open sessions need the old one ended before the new one is."""
    session.flush()
    result = cast("CursorResult[Any]", session.connection().execute(statement))
    return result.rowcount
