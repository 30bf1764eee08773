"""Who holds this token: one indexed lookup, remembered for a while, forgotten at once when access is taken away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection
from sqlmodel import Session

from backend.core.database import Database
from backend.core.remembered import Remembered
from backend.people import repository
from backend.people.errors import ChannelKeyRefused, SessionEnded, SessionLocked
from backend.people.limits import SessionLimits
from backend.people.models import EndReason, Role
from backend.people.principals import ChannelPrincipal, DevicePrincipal, Principal
from backend.people.repository import SeenSession
from backend.people.sessions import ATTEMPTS_KEPT_DAYS, device_not_enrolled
from backend.people.tokens import (
    CHANNEL_KEY_PREFIX,
    DEVICE_PREFIX,
    SESSION_PREFIX,
    TOKEN_MAX_CHARACTERS,
    token_digest,
)
from shared.clock import Clock
from shared.labels import BlinkPattern, LightColour

# Another node, or a command line beside us, may have taken access away: what we remember is never older than this.
REMEMBERED_S = 1.0
REMEMBERED_MAX = 4_096
LOCKED = "locked"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class KnownSession:
    """An open session as it was read."""

    principal: Principal
    created_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class _Holding:
    """Sessions that held when they were read, and until when at least."""

    generation: int
    read_at_s: float
    until: dict[str, datetime]


class Authentication:
    """Reads only. No answer that lets somebody in survives `forget`. A session's was true at most a second ago. That of
    a channel's key may be as old as Remembered says: keys change seldom, and each message shows one.
    """

    def __init__(self, database: Database, clock: Clock, limits: SessionLimits) -> None:
        self._database = database
        self._clock = clock
        self._limits = limits
        self._channels: Remembered[ChannelPrincipal] = Remembered(database, clock)
        self._remembered: dict[str, tuple[float, KnownSession]] = {}
        self._seen_at: dict[str, datetime] = {}
        self._generation = 0
        self._holding = _Holding(-1, float("-inf"), {})

    def forget(self) -> None:
        """Read everything anew. Cheap, and right whatever changed."""
        self._generation += 1
        self._remembered.clear()

    def forget_channels(self) -> None:
        """A channel's key was revoked."""
        self._channels.forget()

    def saw(self, session_id: str) -> None:
        """Somebody touched the phone of this session just now: it counts here before the database knows."""
        if len(self._seen_at) >= REMEMBERED_MAX:
            self._seen_at.clear()
        self._seen_at[session_id] = self._clock.now()

    async def session(self, token: str) -> KnownSession:
        """Raises SessionEnded or SessionLocked."""
        digest = _digest(token, SESSION_PREFIX)
        known = await self._known(digest) if digest else None
        if known is None:
            raise session_ended()
        session_id = known.principal.session_id
        state = self._state(session_id, known.created_at, known.last_seen_at)
        if state == LOCKED:
            raise SessionLocked("the phone lay untouched for too long; sign in with your PIN to go on")
        if state is not None:
            raise session_ended()
        return replace(known, last_seen_at=self._last_seen_at(session_id, known.last_seen_at))

    async def channel(self, key: str) -> ChannelPrincipal:
        """Raises ChannelKeyRefused."""
        digest = _digest(key, CHANNEL_KEY_PREFIX)
        if digest is None:
            raise _key_refused()
        known = self._channels.find(digest)
        if known is not None:
            return known
        mark = self._channels.mark()
        channel = await self._ask(lambda connection: _read_channel(connection, digest))
        if channel is None:
            raise _key_refused()
        self._channels.keep(digest, channel, mark)
        return channel

    async def device(self, token: str) -> DevicePrincipal:
        """Raises DeviceNotEnrolled."""
        digest = _digest(token, DEVICE_PREFIX)
        device = await self.read(lambda session: repository.find_device_by_token(session, digest)) if digest else None
        if device is None or device.revoked_at is not None:
            raise device_not_enrolled()
        return DevicePrincipal(device.id, device.store_id)

    async def ended_among(self, session_ids: Sequence[str]) -> dict[str, str]:
        """Those of the sessions that hold no more, each with the reason (`locked`, or a word of EndReason)."""
        now = self._clock.now()
        if self._are_known_to_hold(session_ids, now):
            return {}
        limits, generation = self._limits, self._generation

        def hold(connection: Connection) -> dict[str, tuple[datetime, datetime]]:
            return repository.find_holding(
                connection,
                session_ids,
                created_after=now - timedelta(seconds=limits.absolute_s),
                seen_after=now - timedelta(seconds=limits.idle_s),
            )

        holding = await self._ask(hold)
        until = {session_id: self._ends_at(*seen) for session_id, seen in holding.items()}
        self._holding = _Holding(generation, self._clock.monotonic_s(), until)
        doubtful = [session_id for session_id in session_ids if session_id not in holding]
        if not doubtful:
            return {}
        found = {seen.session_id: seen for seen in await self._ask(lambda at: repository.find_sessions(at, doubtful))}
        reasons = {session_id: self._reason(found.get(session_id)) for session_id in doubtful}
        return {session_id: reason for session_id, reason in reasons.items() if reason is not None}

    async def is_anything_past_its_time(self) -> bool:
        """Whether there is something to end or to forget: asking costs less than a write that changes nothing."""
        now = self._clock.now()
        created_by = now - timedelta(seconds=self._limits.absolute_s)
        attempts_before = now - timedelta(days=ATTEMPTS_KEPT_DAYS)
        return await self._ask(
            lambda connection: repository.is_anything_past_its_time(
                connection, created_by=created_by, attempts_before=attempts_before
            )
        )

    async def read(self, question: Callable[[Session], T]) -> T:
        """Ask the database on a thread: an answer that takes its time must not hold up everybody else."""

        def ask() -> T:
            with self._database.reading() as session:
                return question(session)

        return await asyncio.to_thread(ask)

    async def _ask(self, question: Callable[[Connection], T]) -> T:
        """As `read`, for what is asked all the time."""

        def ask() -> T:
            with self._database.asking() as connection:
                return question(connection)

        return await asyncio.to_thread(ask)

    async def _known(self, digest: str) -> KnownSession | None:
        now_s = self._clock.monotonic_s()
        remembered = self._remembered.get(digest)
        if remembered is not None and now_s - remembered[0] < REMEMBERED_S:
            return remembered[1]
        generation = self._generation
        answer = await self._ask(lambda connection: _read_session(connection, digest))
        if answer is not None and generation == self._generation:
            if len(self._remembered) >= REMEMBERED_MAX:
                self._remembered.clear()
            self._remembered[digest] = (now_s, answer)
        return answer

    def _are_known_to_hold(self, session_ids: Sequence[str], now: datetime) -> bool:
        """Nothing was taken away here since they were read, time has ended none, and nobody else may have."""
        known = self._holding
        if known.generation != self._generation:
            return False
        if self._clock.monotonic_s() - known.read_at_s >= self._database.look_again_s:
            return False
        return all(session_id in known.until and now < known.until[session_id] for session_id in session_ids)

    def _ends_at(self, created_at: datetime, last_seen_at: datetime) -> datetime:
        """When time takes the session away, unless its phone is touched meanwhile."""
        limits = self._limits
        return min(created_at + timedelta(seconds=limits.absolute_s), last_seen_at + timedelta(seconds=limits.idle_s))

    def _reason(self, seen: SeenSession | None) -> str | None:
        if seen is None:
            return EndReason.SIGNED_OUT.value
        return _taken_away(seen) or self._state(seen.session_id, seen.created_at, seen.last_seen_at)

    def _last_seen_at(self, session_id: str, written_at: datetime) -> datetime:
        return max(written_at, self._seen_at.get(session_id, written_at))

    def _state(self, session_id: str, created_at: datetime, written_at: datetime) -> str | None:
        """None while time has taken nothing away."""
        now, last_seen_at = self._clock.now(), self._last_seen_at(session_id, written_at)
        if now >= created_at + timedelta(seconds=self._limits.absolute_s):
            return EndReason.EXPIRED.value
        if now >= last_seen_at + timedelta(seconds=self._limits.idle_s):
            return LOCKED
        return None


def session_ended() -> SessionEnded:
    return SessionEnded("this session has ended; sign in again")


def _key_refused() -> ChannelKeyRefused:
    return ChannelKeyRefused("no channel has this key")


def _digest(token: str, prefix: str) -> str | None:
    """None for what cannot be a token of that kind: a device token opens no session, however it is sent."""
    return token_digest(token) if token.startswith(prefix) and len(token) <= TOKEN_MAX_CHARACTERS else None


def _taken_away(seen: SeenSession) -> str | None:
    """Why it holds no more, whatever the time; None while it does."""
    if seen.ended_at is not None:
        return seen.end_reason or EndReason.SIGNED_OUT.value
    if seen.revoked_at is not None:
        return EndReason.DEVICE_REVOKED.value
    return None if seen.is_active else EndReason.PERSON_DEACTIVATED.value


def _read_session(connection: Connection, digest: str) -> KnownSession | None:
    seen = repository.find_session_by_token(connection, digest)
    if seen is None or _taken_away(seen) is not None:
        return None
    principal = Principal(
        person_id=seen.person_id,
        name=seen.name,
        role=Role(seen.role),
        store_id=seen.store_id,
        device_id=seen.device_id,
        session_id=seen.session_id,
        shift_id=seen.shift_id,
        colour=LightColour(seen.colour) if seen.colour else None,
        pattern=BlinkPattern(seen.pattern) if seen.pattern else None,
        may_not_pick=tuple(seen.may_not_pick),
        language=seen.language,
    )
    return KnownSession(principal, seen.created_at, seen.last_seen_at)


def _read_channel(connection: Connection, digest: str) -> ChannelPrincipal | None:
    key = repository.find_channel_key(connection, digest)
    return ChannelPrincipal(key.channel_id, key.store_id) if key is not None and key.revoked_at is None else None
