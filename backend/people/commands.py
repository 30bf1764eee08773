"""What this room can be asked to change. None of these holds a PIN, a code or a token in clear."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from backend.people.models import EndReason, Role


@dataclass(frozen=True, slots=True)
class CreateEnrolmentCode:
    store_id: str
    created_by: str  # a person's id, or words such as "command line"
    valid_s: float


@dataclass(frozen=True, slots=True)
class EnrolDevice:
    code_hash: str
    device_name: str


@dataclass(frozen=True, slots=True)
class RevokeDevice:
    store_id: str
    device_id: str
    caused_by: str


@dataclass(frozen=True, slots=True)
class UnlockDevice:
    """Forgive every wrong try on one phone."""

    store_id: str
    device_id: str
    caused_by: str


@dataclass(frozen=True, slots=True)
class CountAttempt:
    """Count a try to sign in as a failure before the PIN is looked at: parallel guesses cannot slip past the count."""

    store_id: str
    device_id: str
    badge: str


@dataclass(frozen=True, slots=True)
class OpenSession:
    """The PIN of this attempt was right."""

    store_id: str
    device_id: str
    person_id: str
    attempt: int
    badge_hash: str
    pin_hash: str  # the one that was checked: a PIN changed meanwhile does not count any more


@dataclass(frozen=True, slots=True)
class NoteSessionSeen:
    store_id: str
    session_id: str
    device_id: str
    seen_at: datetime  # of the touch: it is written a moment later


@dataclass(frozen=True, slots=True)
class EndSession:
    store_id: str
    session_id: str
    reason: EndReason


@dataclass(frozen=True, slots=True)
class EndExpiredSessions:
    """End what is past its absolute end, so that forgotten shifts give their light back; and clear old attempts."""


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """One person of people.csv, the PIN already hashed; `pin_hash` None leaves the PIN as it is."""

    badge: str
    name: str
    role: Role
    language: str
    pin_hash: str | None
    may_not_pick: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportPeople:
    """Add or change people, found again by their badge."""

    store_id: str
    people: tuple[PersonEntry, ...]
    caused_by: str


@dataclass(frozen=True, slots=True)
class DeactivatePerson:
    store_id: str
    person_id: str
    caused_by: str


@dataclass(frozen=True, slots=True)
class UnlockPerson:
    """Forgive every wrong try with one person's badge, on all phones of the store."""

    store_id: str
    person_id: str
    caused_by: str


@dataclass(frozen=True, slots=True)
class CreateChannelKey:
    store_id: str
    channel_id: str
    caused_by: str


@dataclass(frozen=True, slots=True)
class RevokeChannelKeys:
    """End every key of a channel, or only `key_id`."""

    store_id: str
    channel_id: str
    caused_by: str
    key_id: str | None = None
