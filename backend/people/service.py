"""The front desk: enrols phones, lets people in and out, and says who holds a token.

Slow or reading steps happen here, beside the writer; each change is one command, carried out by the
handlers of `enrolment`, `sessions` and `staff`, as flow.py says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from backend.core.database import Database
from backend.core.errors import Overloaded, TooManyAttempts
from backend.people import commands, repository
from backend.people.authentication import Authentication
from backend.people.enrolment import CODE_PURPOSE, EnrolledDevice, Enrolment, EnrolmentCode, code_invalid
from backend.people.importing import NewPerson
from backend.people.limits import GuessLimit, SessionLimits
from backend.people.models import DeviceRow, EndReason, PersonRow
from backend.people.pins import PinHasher
from backend.people.principals import ChannelPrincipal, Principal, StoreFacts
from backend.people.sessions import CountedAttempt, OpenedSession, Sessions, sign_in_refused
from backend.people.staff import ChannelKey, Staff
from backend.people.tokens import TokenSource, normalise_code
from shared.clock import Clock

Handle = Callable[[Any], Awaitable[Any]]

_log = structlog.get_logger("people")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a phone is told after a right PIN."""

    session_token: str
    principal: Principal
    store: StoreFacts


class PeopleService:
    """`handle` is the bus; `store_facts` raises NotFound for a store that is not there; `limits` come from settings."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        hasher: PinHasher,
        tokens: TokenSource,
        store_facts: Callable[[str], StoreFacts],
        handle: Handle,
        limits: SessionLimits | None = None,
        enrolment_s: float = 600,
        public_url: str = "",
    ) -> None:
        limits = limits or SessionLimits()
        self.public_url = public_url
        self._clock = clock
        self._hasher = hasher
        self._limits = limits
        self._store_facts = store_facts
        self._handle = handle
        self._enrolment_s = enrolment_s
        self._guesses = GuessLimit(clock)
        self._writing: set[asyncio.Task[None]] = set()
        self._database = database
        self._authentication = Authentication(database, clock, limits)
        self.sessions = Sessions(limits, hasher, tokens)
        self.sessions.on_ended.append(lambda _ids: self._authentication.forget())
        self.enrolment = Enrolment(self.sessions, hasher, tokens)
        self.staff = Staff(self.sessions, tokens, self._authentication.forget)
        self.staff.on_keys_revoked.append(lambda _channel_id: self._authentication.forget_channels())

    @property
    def idle_lock_s(self) -> float:
        """How long a phone may lie untouched before its session locks."""
        return self._limits.idle_s

    def on_sessions_ended(self, call: Callable[[Sequence[str]], None]) -> None:
        """`call` gets the ids of sessions ended on this node, on the event loop, after the commit and before the

        answer. Other nodes' endings, and time's, are found by asking `ended_among` now and then.
        """
        self.sessions.on_ended.append(call)

    def on_channel_keys_revoked(self, call: Callable[[str], None]) -> None:
        """`call` gets the id of a channel whose keys were revoked on this node, on the event loop, after the commit."""
        self.staff.on_keys_revoked.append(call)

    # Phones

    async def create_enrolment_code(self, store_id: str, created_by: str) -> EnrolmentCode:
        """A code for one phone; also how a command line lets in the very first."""
        await self.store_facts(store_id)
        code: EnrolmentCode = await self._handle(commands.CreateEnrolmentCode(store_id, created_by, self._enrolment_s))
        return code

    async def enrol(self, code: str, device_name: str, client: str) -> EnrolledDevice:
        """Trade a code for a device token. Raises EnrolmentCodeInvalid, or TooManyAttempts for this client."""
        seconds = self._guesses.take(client)
        if seconds:
            raise TooManyAttempts("too many wrong codes from here; wait", retry_after_s=seconds)
        normal = normalise_code(code)
        digest = self._hasher.keyed_digest(CODE_PURPOSE, normal or "")
        now = self._clock.now()
        # Guesses are turned away by a read: they must not fill the writer's queue.
        if await self._authentication.read(lambda at: repository.find_open_enrolment(at, digest, now)) is None:
            _log.warning("enrolment refused", client=client)
            raise code_invalid()
        device: EnrolledDevice = await self._handle(commands.EnrolDevice(digest, device_name))
        self._guesses.forgive(client)
        return device

    async def revoke_device(self, store_id: str, device_id: str, caused_by: str) -> None:
        await self._handle(commands.RevokeDevice(store_id, device_id, caused_by))

    async def unlock_device(self, store_id: str, device_id: str, caused_by: str) -> None:
        await self._handle(commands.UnlockDevice(store_id, device_id, caused_by))

    async def list_devices(self, store_id: str) -> Sequence[DeviceRow]:
        return await self._authentication.read(lambda at: repository.list_devices(at, store_id))

    # Signing in and out

    async def sign_in(self, device_token: str, badge: str, pin: str) -> SignedIn:
        """Raises DeviceNotEnrolled, TooManyAttempts, SignInRefused (the same for badge and PIN) or Overloaded."""
        device = await self._authentication.device(device_token)
        attempt: CountedAttempt = await self._handle(
            commands.CountAttempt(device.store_id, device.device_id, badge.strip())
        )
        is_right = await self._hasher.is_right(attempt.pin_hash, pin)
        if not is_right or attempt.person_id is None or attempt.pin_hash is None:
            _log.warning("sign-in refused", device_id=device.device_id, store_id=device.store_id)
            raise sign_in_refused()
        store = await self.store_facts(device.store_id)
        opened: OpenedSession = await self._handle(
            commands.OpenSession(
                store_id=device.store_id,
                device_id=device.device_id,
                person_id=attempt.person_id,
                attempt=attempt.sequence,
                badge_hash=attempt.badge_hash,
                pin_hash=attempt.pin_hash,
            )
        )
        return SignedIn(opened.session_token, opened.principal, store)

    async def sign_out(self, principal: Principal) -> None:
        """Session and shift end now."""
        await self._handle(commands.EndSession(principal.store_id, principal.session_id, EndReason.SIGNED_OUT))

    async def end_expired_sessions(self) -> int:
        """For a slow tick: give the lights of forgotten shifts back. Returns how many sessions ended."""
        if not await self._authentication.is_anything_past_its_time():
            return 0
        ended: int = await self._handle(commands.EndExpiredSessions())
        return ended

    # Who is asking

    async def authenticate(self, token: str, *, is_touch: bool = True) -> Principal:
        """Raises SessionEnded or SessionLocked. `is_touch`: no phone would ask by itself, a person did something."""
        known = await self._authentication.session(token)
        if is_touch and (self._clock.now() - known.last_seen_at).total_seconds() >= self._limits.seen_every_s:
            await self.note_seen(known.principal)
        return known.principal

    async def note_seen(self, principal: Principal) -> None:
        """Somebody touched the phone: put the idle lock off. For a websocket: at commands, never at pings.

        It counts here at once, and is written in a moment: nobody waits for that.
        """
        self._authentication.saw(principal.session_id)
        task = asyncio.create_task(self._write_seen(principal, self._clock.now()))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _write_seen(self, principal: Principal, seen_at: datetime) -> None:
        with suppress(Overloaded):  # a lock that comes early is better than one more write
            note = commands.NoteSessionSeen(principal.store_id, principal.session_id, principal.device_id, seen_at)
            await self._handle(note)

    async def authenticate_channel(self, key: str) -> ChannelPrincipal:
        """Raises ChannelKeyRefused."""
        return await self._authentication.channel(key)

    async def ended_among(self, session_ids: Sequence[str]) -> dict[str, str]:
        """Those of these sessions that hold no more, with the reason: for whoever keeps connections open."""
        return await self._authentication.ended_among(session_ids) if session_ids else {}

    async def store_facts(self, store_id: str) -> StoreFacts:
        return await asyncio.to_thread(self._store_facts, store_id)

    # People and channel keys

    async def list_people(self, store_id: str) -> Sequence[PersonRow]:
        return await self._authentication.read(lambda at: repository.list_people(at, store_id))

    async def import_people(self, store_id: str, people: Sequence[NewPerson], caused_by: str) -> int:
        """Add or change people by badge; an unchanged PIN stays. Returns how many are new."""
        known = {row.badge: row.pin_hash for row in await self.list_people(store_id)}
        entries = []
        for person in people:
            is_same = await self._hasher.is_right(known[person.badge], person.pin) if person.badge in known else False
            pin_hash = None if is_same else await self._hasher.hash(person.pin)
            entries.append(
                commands.PersonEntry(
                    person.badge, person.name, person.role, person.language, pin_hash, person.may_not_pick
                )
            )
        added: int = await self._handle(commands.ImportPeople(store_id, tuple(entries), caused_by))
        return added

    async def deactivate_person(self, store_id: str, person_id: str, caused_by: str) -> None:
        await self._handle(commands.DeactivatePerson(store_id, person_id, caused_by))

    async def unlock_person(self, store_id: str, person_id: str, caused_by: str) -> None:
        await self._handle(commands.UnlockPerson(store_id, person_id, caused_by))

    async def create_channel_key(self, store_id: str, channel_id: str, caused_by: str) -> ChannelKey:
        key: ChannelKey = await self._handle(commands.CreateChannelKey(store_id, channel_id, caused_by))
        return key

    def open_channel_keys(self, store_id: str, channel_id: str) -> list[tuple[str, datetime]]:
        """(id, made at) of the keys with which this channel may call us, the oldest first."""
        with self._database.reading() as session:
            rows = repository.get_open_channel_keys(session, store_id, channel_id)
        return [(row.id, row.created_at) for row in rows]

    async def revoke_channel_keys(
        self, store_id: str, channel_id: str, caused_by: str, key_id: str | None = None
    ) -> int:
        """Returns how many keys were open."""
        revoked: int = await self._handle(commands.RevokeChannelKeys(store_id, channel_id, caused_by, key_id))
        return revoked
