"""Who is connected, and who hears what: new journal rows fan out to the phones of their store."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from backend.core.database import Database
from backend.core.journal import last_sequence
from backend.core.metrics import PHONES_CONNECTED
from backend.core.writer import Writer
from backend.sync.live import Body, LiveTopics, allowed_topics
from backend.sync.phone import CLOSE_GOING_AWAY, CLOSE_REPLACED, CLOSE_SIGNED_OUT, Phone
from backend.sync.updates import ROWS_BEHIND_MAX, CatchUp, Told, Updates
from shared.clock import Clock
from shared.sync.envelope import Hello
from shared.sync.session import BackendSession

SESSIONS_LOOK_MAX_S = 5.0  # how long a session that time has ended keeps its connection, at most
PHONES_MAX = 5_000
PHONES_PER_SESSION_MAX = 4  # a dead connection lingers until its silence is noticed; more than that is misuse

EndedAmong = Callable[[Sequence[str]], Awaitable[dict[str, str]]]

_log = structlog.get_logger("sync")


@dataclass(slots=True)
class _Store:
    """The phones of one store, and how far its journal has been told."""

    sequence: int
    phones: dict[Phone, None] = field(default_factory=dict)  # in the order they came


class Hub:
    """Lives on the event loop; start it once. `ended_among` says which sessions hold no more (the people room)."""

    def __init__(
        self, database: Database, writer: Writer, clock: Clock, updates: Updates, ended_among: EndedAmong
    ) -> None:
        self._database = database
        self._clock = clock
        self._updates = updates
        self._ended_among = ended_among
        self._stores: dict[str, _Store] = {}
        self._live = LiveTopics(self._say_live)
        self._awake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.on_followed: list[Callable[[str], None]] = []  # told of each live topic that somebody begins to follow
        self.look_again_s = database.look_again_s  # a signal may be lost, and other nodes give none
        writer.on_events.append(self._awake.set)

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._fan_out(), name="fan-out"), loop.create_task(self._watch_sessions())]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._live.stop()
        for phone in self.phones():
            phone.close(CLOSE_GOING_AWAY, "the backend stops")

    # Phones come and go

    def phones(self) -> list[Phone]:
        return [phone for store in self._stores.values() for phone in store.phones]

    @property
    def is_full(self) -> bool:
        return sum(len(store.phones) for store in self._stores.values()) >= PHONES_MAX

    async def join(self, phone: Phone, session: BackendSession, hello: Hello) -> None:
        """Welcome a phone: everything it missed, then everything new, with no gap and nothing twice."""
        store_id = phone.principal.store_id
        if store_id not in self._stores:
            newest = await asyncio.to_thread(self._newest, store_id)
            self._stores.setdefault(store_id, _Store(newest))
        self._replace_oldest(phone)
        self._stores[store_id].phones[phone] = None  # from here on news is held for it, while the catch-up is read
        PHONES_CONNECTED.set(len(self.phones()))
        caught_up = await asyncio.to_thread(self._catch_up, phone, hello.last_sequence)
        session.welcome(sequence=caught_up.newest, is_reset=caught_up.is_reset, now=self._clock.now())
        phone.catch_up(session.take_messages(), caught_up)
        phone.topics = allowed_topics(phone.principal.role, session.topics)
        for topic in sorted(phone.topics):
            latest = self._live.latest(store_id, topic)
            if latest is not None:
                phone.say_live(topic, latest)
            for tell in self.on_followed:
                tell(topic)

    def leave(self, phone: Phone) -> None:
        store = self._stores.get(phone.principal.store_id)
        if store is not None:
            store.phones.pop(phone, None)
            if not store.phones:
                del self._stores[phone.principal.store_id]
        PHONES_CONNECTED.set(len(self.phones()))

    def sessions_ended(self, session_ids: Sequence[str]) -> None:
        """Close the sockets of these sessions at once. The people room calls this on the event loop."""
        for phone in self.phones():
            if phone.principal.session_id in session_ids:
                phone.close(CLOSE_SIGNED_OUT, "this session has ended; sign in again")

    # What is said

    def publish_live(self, store_id: str, topic: str, body: Body) -> None:
        """The new state of a live topic, for those who follow it. Call from the event loop (`tx.after_commit`)."""
        self._live.publish(store_id, topic, body)

    def stores_following(self, topic: str) -> list[str]:
        """Stores in which somebody follows this live topic now."""
        return [
            store_id for store_id, store in self._stores.items() if any(topic in phone.topics for phone in store.phones)
        ]

    async def tell_news(self) -> None:
        """Read on in every store and tell its phones; one plain loop over texts made once."""
        for store_id, store in list(self._stores.items()):
            is_behind = True
            while is_behind and store.phones:
                before = store.sequence
                told, store.sequence = await asyncio.to_thread(self._read_on, store_id, before)
                is_behind = store.sequence - before >= ROWS_BEHIND_MAX
                for each in told:
                    for phone in list(store.phones):
                        if each.concerns(phone.principal.person_id):
                            phone.tell(each)

    def _say_live(self, store_id: str, topic: str, text: Callable[[], str]) -> None:
        store = self._stores.get(store_id)
        for phone in tuple(store.phones) if store else ():
            if topic in phone.topics:
                phone.say_live(topic, text())

    async def _fan_out(self) -> None:
        while True:
            self._awake.clear()
            try:
                await self.tell_news()
            except Exception:
                _log.exception("telling the news failed; the next look tells it")
            with suppress(TimeoutError):  # wait_for swallows, on Python 3.11, a stop that comes with a signal
                async with asyncio.timeout(self.look_again_s):
                    await self._awake.wait()

    async def _watch_sessions(self) -> None:
        """Another node, or the clock, may have ended a session."""
        while True:
            await asyncio.sleep(min(self.look_again_s, SESSIONS_LOOK_MAX_S))
            try:
                await self.close_ended()
            except Exception:
                _log.exception("asking for ended sessions failed; the next look asks again")

    async def close_ended(self) -> None:
        self.sessions_ended(list(await self._ended_among([phone.principal.session_id for phone in self.phones()])))

    def _replace_oldest(self, phone: Phone) -> None:
        same = [each for each in self.phones() if each.principal.session_id == phone.principal.session_id]
        for each in [each for each in same if not each.is_closed][: -PHONES_PER_SESSION_MAX + 1]:
            each.close(CLOSE_REPLACED, "this session is connected too often")

    # On a thread, with a session of its own

    def _newest(self, store_id: str) -> int:
        with self._database.reading() as session:
            return last_sequence(session, store_id)

    def _read_on(self, store_id: str, sequence: int) -> tuple[list[Told], int]:
        with self._database.reading() as session:
            return self._updates.read_on(session, store_id, sequence)

    def _catch_up(self, phone: Phone, sequence: int) -> CatchUp:
        with self._database.reading() as session:
            return self._updates.catch_up(session, phone.principal, sequence, self._clock.now())
