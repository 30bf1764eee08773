"""What the room remembers: people, phones, sessions, shifts, and every try to get in.

A secret is never here in clear: `..._hash` columns hold a digest, `pin_hash` an argon2id hash.
Unique keys over a digest end in `store_id`: the lookup by digest is what finds the store, so the digest comes first.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from backend.core.database import UtcDateTime
from shared.labels import BlinkPattern, LightColour

_OPEN = sa.text("ended_at IS NULL")


class Role(StrEnum):
    PICKER = "picker"
    SUPERVISOR = "supervisor"


class EndReason(StrEnum):
    """Why a session is over."""

    SIGNED_OUT = "signed_out"
    TAKEN_OVER = "taken_over"  # the same person signed in again
    PHONE_PASSED_ON = "phone_passed_on"  # somebody else signed in on this phone
    EXPIRED = "expired"
    DEVICE_REVOKED = "device_revoked"
    PERSON_DEACTIVATED = "person_deactivated"
    PERSON_CHANGED = "person_changed"  # another role or PIN


class AttemptOutcome(StrEnum):
    COUNTED = "counted"  # stands against the phone and the badge until proven right
    PASSED = "passed"
    FORGIVEN = "forgiven"  # by a later right PIN, or by a supervisor


class PersonRow(SQLModel, table=True):
    """A picker or a supervisor of one store. `badge` is what the scanner reads: it names, it proves nothing."""

    __tablename__ = "person"
    __table_args__ = (sa.UniqueConstraint("store_id", "badge", name="person_badge"),)

    id: str = Field(primary_key=True)
    store_id: str
    name: str
    role: str
    badge: str
    pin_hash: str
    language: str
    is_active: bool = True
    may_not_pick: list[str] = Field(default_factory=list, sa_type=sa.JSON)  # shared/restrictions.py says what they mean


class DeviceRow(SQLModel, table=True):
    """An enrolled phone. Only on one of these does a badge and a PIN count."""

    __tablename__ = "device"
    __table_args__ = (
        sa.UniqueConstraint("token_hash", "store_id", name="device_token"),
        sa.Index("device_by_store", "store_id", "enrolled_at"),
    )

    id: str = Field(primary_key=True)
    store_id: str
    name: str
    token_hash: str
    enrolled_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class EnrolmentRow(SQLModel, table=True):
    """A one-time code that turns a phone into one of ours."""

    __tablename__ = "enrolment"

    code_hash: str = Field(primary_key=True)
    store_id: str
    created_by: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ShiftRow(SQLModel, table=True):
    """A picker signed in and working, with the light that is theirs in this store."""

    __tablename__ = "shift"
    __table_args__ = (sa.Index("shift_open", "store_id", sqlite_where=_OPEN, postgresql_where=_OPEN),)

    id: str = Field(primary_key=True)
    store_id: str
    person_id: str
    device_id: str
    colour: str
    pattern: str
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def light(self) -> tuple[LightColour, BlinkPattern]:
        return LightColour(self.colour), BlinkPattern(self.pattern)


class SessionRow(SQLModel, table=True):
    """One person on one phone. At most one is open per person and per phone: the database says so too."""

    __tablename__ = "session"
    __table_args__ = (
        sa.UniqueConstraint("token_hash", "store_id", name="session_token"),
        sa.Index(
            "session_open_person", "store_id", "person_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
        sa.Index(
            "session_open_device", "store_id", "device_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
    )

    id: str = Field(primary_key=True)
    store_id: str
    token_hash: str
    person_id: str
    device_id: str
    shift_id: str | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    end_reason: str | None = None


class AttemptRow(SQLModel, table=True):
    """One try to sign in. The badge is kept as a keyed digest: people type a PIN into the wrong field."""

    __tablename__ = "attempt"
    __table_args__ = (
        sa.Index("attempt_by_device", "store_id", "device_id", "at"),
        sa.Index("attempt_by_badge", "store_id", "badge_hash"),
        {"sqlite_autoincrement": True},
    )

    sequence: int | None = Field(default=None, sa_column=sa.Column(sa.Integer, primary_key=True, autoincrement=True))
    store_id: str
    device_id: str
    badge_hash: str
    at: datetime = Field(sa_type=UtcDateTime)
    outcome: str = AttemptOutcome.COUNTED.value


class ChannelKeyRow(SQLModel, table=True):
    """A key with which one channel calls us. Two may be open at a time, so that a channel can change over."""

    __tablename__ = "channel_key"
    __table_args__ = (
        sa.UniqueConstraint("key_hash", "store_id", name="channel_key_hash"),
        sa.Index("channel_key_by_channel", "store_id", "channel_id"),
    )

    id: str = Field(primary_key=True)
    store_id: str
    channel_id: str
    key_hash: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AccessRow(SQLModel, table=True):
    """What happened to anybody's access, and who caused it. Rows are only ever added."""

    __tablename__ = "access"
    __table_args__ = (sa.Index("access_by_store", "store_id", "sequence"), {"sqlite_autoincrement": True})

    sequence: int | None = Field(default=None, sa_column=sa.Column(sa.Integer, primary_key=True, autoincrement=True))
    store_id: str
    at: datetime = Field(sa_type=UtcDateTime)
    what: str
    caused_by: str
    person_id: str | None = None
    device_id: str | None = None
    detail: str = ""
