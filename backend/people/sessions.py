"""Signing in and out: attempts counted before they are judged, one open session per person and per phone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.core.errors import TooManyAttempts
from backend.core.writer import Transaction
from backend.people import repository
from backend.people.access import record
from backend.people.commands import CountAttempt, EndExpiredSessions, EndSession, NoteSessionSeen, OpenSession
from backend.people.errors import DeviceNotEnrolled, SignInRefused
from backend.people.lights import Light, next_light
from backend.people.limits import (
    FAILURES_PER_BADGE_MAX,
    FAILURES_PER_DEVICE_MAX,
    SessionLimits,
    wait_s,
    window_start,
)
from backend.people.models import AttemptRow, DeviceRow, EndReason, PersonRow, Role, SessionRow, ShiftRow
from backend.people.pins import PinHasher
from backend.people.principals import Principal
from backend.people.tokens import SESSION_PREFIX, TokenSource, new_row_id, new_token, token_digest
from shared.events import ShiftEnded, ShiftStarted

ATTEMPTS_KEPT_DAYS = 90


@dataclass(frozen=True, slots=True)
class CountedAttempt:
    """A try that stands as a failure until it is proven right. No person: an unknown badge, checked all the same."""

    sequence: int
    badge_hash: str
    person_id: str | None
    pin_hash: str | None


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """The token is told this once; we keep its digest."""

    session_token: str
    principal: Principal


class Sessions:
    """Carries out the commands about sessions and shifts."""

    def __init__(self, limits: SessionLimits, hasher: PinHasher, tokens: TokenSource) -> None:
        self._limits = limits
        self._hasher = hasher
        self._tokens = tokens
        self.on_ended: list[Callable[[Sequence[str]], None]] = []

    def badge_hash(self, store_id: str, badge: str) -> str:
        return self._hasher.keyed_digest("badge", f"{store_id}\0{badge}")

    def count_attempt(self, command: CountAttempt, tx: Transaction) -> CountedAttempt:
        """Raises DeviceNotEnrolled, or TooManyAttempts with the seconds to wait."""
        now = tx.now()
        device = repository.find_device(tx.session, command.store_id, command.device_id)
        if device is None or device.revoked_at is not None:
            raise device_not_enrolled()
        badge_hash = self.badge_hash(device.store_id, command.badge)
        start = window_start(now)
        of_badge = repository.failed_at(tx.session, device.store_id, device.id, start, badge_hash)
        of_device = repository.failed_at(tx.session, device.store_id, device.id, start)
        seconds = max(wait_s(of_badge, FAILURES_PER_BADGE_MAX, now), wait_s(of_device, FAILURES_PER_DEVICE_MAX, now))
        if seconds:
            raise TooManyAttempts("too many wrong tries; wait, or ask a supervisor", retry_after_s=seconds)
        attempt = AttemptRow(store_id=device.store_id, device_id=device.id, badge_hash=badge_hash, at=now)
        tx.session.add(attempt)
        tx.session.flush()
        assert attempt.sequence is not None
        person = repository.find_person_by_badge(tx.session, device.store_id, command.badge)
        if person is None or not person.is_active:
            return CountedAttempt(attempt.sequence, badge_hash, None, None)
        return CountedAttempt(attempt.sequence, badge_hash, person.id, person.pin_hash)

    def open(self, command: OpenSession, tx: Transaction) -> OpenedSession:
        """Raises DeviceNotEnrolled or SignInRefused where phone or person changed since the PIN was checked."""
        device = repository.find_device(tx.session, command.store_id, command.device_id)
        if device is None or device.revoked_at is not None:
            raise device_not_enrolled()
        person = repository.find_person(tx.session, command.store_id, command.person_id)
        if person is None or not person.is_active or person.pin_hash != command.pin_hash:
            raise sign_in_refused()
        repository.pass_attempt(tx.session, device.store_id, command.attempt)
        repository.forgive_attempts(tx.session, device.store_id, device_id=device.id, badge_hash=command.badge_hash)
        forgotten = repository.find_sessions_older_than(tx.session, self._oldest(tx), device.store_id)
        self.end(forgotten, EndReason.EXPIRED, "time", tx)
        shift = self._make_room(person, device, tx)
        return self._open(person, device, shift, tx)

    def note_seen(self, command: NoteSessionSeen, tx: Transaction) -> None:
        repository.note_seen(tx.connection, command.store_id, command.session_id, command.device_id, command.seen_at)

    def end_one(self, command: EndSession, tx: Transaction) -> None:
        """Ending what has ended is no error: a phone may say goodbye twice."""
        sessions = repository.find_open_sessions(tx.session, command.store_id, session_id=command.session_id)
        for session in sessions:
            self.end([session], command.reason, session.person_id, tx)

    def end_expired(self, _command: EndExpiredSessions, tx: Transaction) -> int:
        """Returns how many sessions were past their absolute end."""
        sessions = repository.find_sessions_older_than(tx.session, self._oldest(tx))
        self.end(sessions, EndReason.EXPIRED, "time", tx)
        repository.delete_attempts_before(tx.session, tx.now() - timedelta(days=ATTEMPTS_KEPT_DAYS))
        return len(sessions)

    def end(
        self,
        sessions: Sequence[SessionRow],
        reason: EndReason,
        caused_by: str,
        tx: Transaction,
        *,
        kept_shift_id: str | None = None,
    ) -> None:
        """End sessions and their shifts (but not `kept_shift_id`), and tell whoever holds their connections."""
        now = tx.now()
        ended: list[str] = []
        for session in sessions:
            if not repository.end_session(tx.session, session.id, now, reason):
                continue
            ended.append(session.id)
            record(
                tx,
                session.store_id,
                f"session.{reason.value}",
                caused_by,
                person_id=session.person_id,
                device_id=session.device_id,
            )
            shift_id = session.shift_id
            if shift_id and shift_id != kept_shift_id and repository.end_shift(tx.session, shift_id, now):
                tx.publish(
                    ShiftEnded(store_id=session.store_id, at=now, shift_id=shift_id, picker_id=session.person_id)
                )
        if ended:
            tx.after_commit(lambda: self._tell(tuple(ended)))

    def _oldest(self, tx: Transaction) -> datetime:
        """What began at or before this instant is past its absolute end."""
        return tx.now() - timedelta(seconds=self._limits.absolute_s)

    def _make_room(self, person: PersonRow, device: DeviceRow, tx: Transaction) -> ShiftRow | None:
        """End what this sign-in replaces. Returns the shift that goes on, or the one to start; None for supervisors."""
        of_person = repository.find_open_sessions(tx.session, person.store_id, person_id=person.id)
        shift_id = next((session.shift_id for session in of_person if session.shift_id), None)
        old_shift = repository.find_shift(tx.session, person.store_id, shift_id) if shift_id else None
        is_same_phone = old_shift is not None and old_shift.device_id == device.id
        oldest = self._oldest(tx)
        goes_on = (
            old_shift if old_shift and is_same_phone and _picks(person) and old_shift.started_at > oldest else None
        )
        self.end(of_person, EndReason.TAKEN_OVER, person.id, tx, kept_shift_id=goes_on.id if goes_on else None)
        on_phone = repository.find_open_sessions(tx.session, device.store_id, device_id=device.id)
        self.end(on_phone, EndReason.PHONE_PASSED_ON, person.id, tx)
        if goes_on or not _picks(person):
            return goes_on
        return self._start_shift(person, device, old_shift.light if old_shift else None, tx)

    def _start_shift(self, person: PersonRow, device: DeviceRow, preferred: Light | None, tx: Transaction) -> ShiftRow:
        taken = [shift.light for shift in repository.find_open_shifts(tx.session, person.store_id)]
        colour, pattern = next_light(taken, preferred)
        shift = ShiftRow(
            id=tx.ids.new("shift"),
            store_id=person.store_id,
            person_id=person.id,
            device_id=device.id,
            colour=colour.value,
            pattern=pattern.value,
            started_at=tx.now(),
        )
        tx.session.add(shift)
        tx.publish(
            ShiftStarted(
                store_id=shift.store_id,
                at=tx.now(),
                shift_id=shift.id,
                picker_id=person.id,
                device_id=device.id,
                colour=colour,
                pattern=pattern,
            )
        )
        return shift

    def _open(self, person: PersonRow, device: DeviceRow, shift: ShiftRow | None, tx: Transaction) -> OpenedSession:
        token = new_token(self._tokens, SESSION_PREFIX)
        now = tx.now()
        session = SessionRow(
            id=new_row_id(self._tokens, "ssn"),
            store_id=person.store_id,
            token_hash=token_digest(token),
            person_id=person.id,
            device_id=device.id,
            shift_id=shift.id if shift else None,
            created_at=now,
            last_seen_at=now,
        )
        device.last_seen_at = now
        tx.session.add(session)
        tx.session.add(device)
        record(tx, person.store_id, "session.opened", person.id, person_id=person.id, device_id=device.id)
        return OpenedSession(token, _principal(session, person, shift))

    def _tell(self, session_ids: Sequence[str]) -> None:
        for call in self.on_ended:
            call(session_ids)


def device_not_enrolled() -> DeviceNotEnrolled:
    return DeviceNotEnrolled("this phone is not enrolled; ask a supervisor for a code")


def sign_in_refused() -> SignInRefused:
    return SignInRefused("badge and PIN do not belong together")


def _picks(person: PersonRow) -> bool:
    return person.role == Role.PICKER


def _principal(session: SessionRow, person: PersonRow, shift: ShiftRow | None) -> Principal:
    colour, pattern = shift.light if shift else (None, None)
    return Principal(
        person_id=person.id,
        name=person.name,
        role=Role(person.role),
        store_id=session.store_id,
        device_id=session.device_id,
        session_id=session.id,
        shift_id=shift.id if shift else None,
        colour=colour,
        pattern=pattern,
        may_not_pick=tuple(person.may_not_pick),
        language=person.language,
    )
