"""Keeps the phone and the backend in agreement over one websocket, whatever the network does. The picker never waits.

Clock, chance, sleep and connector are handed in: tests and the simulation run this very loop on virtual time.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from mobile.services.edges import Connector, HandshakeRefused, Sleep, Socket, SocketClosed
from mobile.services.outbox import SESSION_TOKEN, NotStoredOnPhone, Outbox
from mobile.services.synced import SYNCED
from mobile.services.wire import NETWORK_GONE, Wire
from mobile.settings import PhoneSettings
from shared.clock import Clock
from shared.sync.envelope import (
    SUBPROTOCOL,
    TOKEN_SUBPROTOCOL_PREFIX,
    BackendMessage,
    Command,
    Live,
    MessageMalformed,
    Result,
    Update,
    Welcome,
)
from shared.sync.session import CLOSE_OTHER_PROTOCOL, PhoneSession, ProtocolBroken, ProtocolOutdated, SessionState

_log = logging.getLogger(__name__)

TICK_S = 1.0
CONNECT_MAX_S = 15.0
BACKOFF_FIRST_S = 0.5
BACKOFF_MAX_S = 30.0
SIGNED_OUT_STATUSES = (401, 403)  # a browser cannot see these, so the backend accepts and closes with 4401
SIGNED_OUT_CLOSE_CODE = 4401


class LinkStatus(StrEnum):
    """What the banner shows."""

    OFFLINE = "offline"
    CONNECTING = "connecting"
    ONLINE = "online"
    SIGNED_OUT = "signed_out"
    OUTDATED = "outdated"


class LinkListener(Protocol):
    """Who is told. Called after everything that this phone alone must remember has been stored."""

    def link_changed(self, status: LinkStatus) -> None: ...

    def documents_changed(self) -> None: ...

    def command_answered(self, command: Command, result: Result) -> None: ...

    def live_arrived(self, live: Live) -> None: ...

    def greeted(self, server_at: datetime) -> None: ...


class BackendLink:
    """The loop around PhoneSession. `run` lives as long as the app."""

    def __init__(
        self,
        *,
        settings: PhoneSettings,
        outbox: Outbox,
        connect: Connector,
        clock: Clock,
        chance: random.Random,
        sleep: Sleep,
        listener: LinkListener,
    ) -> None:
        self.status = LinkStatus.OFFLINE
        self._settings = settings
        self._outbox = outbox
        self._connect = connect
        self._clock = clock
        self._chance = chance
        self._sleep = sleep
        self._listener = listener
        self._topics: tuple[str, ...] = ()
        self._awake = asyncio.Event()
        self._session: PhoneSession | None = None
        self._ticker: asyncio.Task[None] | None = None
        self._given: set[str] = set()
        self._anew: list[Update] | None = None
        self._attempts = 0
        self._is_hurried = False
        self._must_restart = False
        self._is_stopped = False

    # What the app wants

    def send(self, command: Command) -> None:
        """Hand over a command the outbox already holds. Without a connection it simply waits there."""
        if self._session is not None and command.id not in self._given:
            self._given.add(command.id)
            self._session.send(command)
        self._awake.set()

    def follow(self, topics: Iterable[str]) -> None:
        """Choose the live topics; they are said in the greeting, so a change greets anew."""
        wanted = tuple(topics)
        if wanted != self._topics:
            self._topics = wanted
            self.restart()

    def restart(self) -> None:
        """Connect afresh: somebody signed in, or other topics are wanted."""
        self._must_restart = True
        self.hurry()

    def hurry(self) -> None:
        """The network or the screen came back: do not wait out the pause."""
        self._is_hurried = True
        self._awake.set()

    def stop(self) -> None:
        self._is_stopped = True
        self._awake.set()

    # The loop

    async def run(self) -> None:
        self._tick_anew()
        try:
            while not self._is_stopped:
                self._must_restart = False
                token = self._outbox.recall(SESSION_TOKEN)
                if token is None:
                    self._tell(LinkStatus.SIGNED_OUT)
                    await self._wait()
                    continue
                close_code = await self._one_connection(token)
                is_signed_out = close_code == SIGNED_OUT_CLOSE_CODE and self._outbox.recall(SESSION_TOKEN) == token
                if is_signed_out and await self._forget_token():
                    continue
                if not self._is_stopped and not self._must_restart:
                    self._tell(self._status_after(close_code))
                    await self._rest()
        finally:
            self._session = None
            if self._ticker is not None:
                self._ticker.cancel()

    async def _one_connection(self, token: str) -> int:
        """From handshake to the end; returns the close code, 4401 for every way of being signed out."""
        if self.status is not LinkStatus.OUTDATED:
            self._tell(LinkStatus.CONNECTING)
        try:
            socket = await self._open(token)
        except HandshakeRefused as refused:
            is_signed_out = refused.facts.get("status") in SIGNED_OUT_STATUSES
            return SIGNED_OUT_CLOSE_CODE if is_signed_out else NETWORK_GONE
        except SocketClosed as closed:
            return int(closed.facts.get("code", NETWORK_GONE))
        except Exception:  # as below: a connector that breaks its word is tried again, not the end of the link
            _log.exception("the connection to the backend could not be opened")
            return NETWORK_GONE
        if socket is None:
            return NETWORK_GONE
        wire = Wire(socket, self._awake.set)
        try:
            return await self._converse(wire)
        except ProtocolOutdated:
            return CLOSE_OTHER_PROTOCOL
        except (MessageMalformed, ProtocolBroken, NotStoredOnPhone):
            return NETWORK_GONE  # nothing of it was acknowledged: the next connection hears it again
        except Exception:  # a mistake of ours must not keep a whole shift's picks from leaving the phone
            _log.exception("the conversation with the backend broke")
            return NETWORK_GONE
        finally:
            self._session = None
            self._tick_anew()
            await wire.close()
            with suppress(NotStoredOnPhone):  # a start without network shows what was heard before
                await self._outbox.keep()

    def _status_after(self, close_code: int) -> LinkStatus:
        """An app that was told it is too old stays too old, with network or without, until somebody greets it again."""
        is_still_outdated = self.status is LinkStatus.OUTDATED and close_code == NETWORK_GONE
        is_outdated = close_code == CLOSE_OTHER_PROTOCOL or is_still_outdated
        return LinkStatus.OUTDATED if is_outdated else LinkStatus.OFFLINE

    async def _open(self, token: str) -> Socket | None:
        protocols = [SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX + token]
        attempt = asyncio.ensure_future(self._connect(self._settings.websocket_url, protocols))
        attempt.add_done_callback(lambda _: self._awake.set())
        give_up_at_s = self._clock.monotonic_s() + CONNECT_MAX_S
        try:
            while not attempt.done():
                if self._is_stopped or self._must_restart or self._clock.monotonic_s() > give_up_at_s:
                    return None
                await self._wait()
            return attempt.result()
        finally:
            attempt.cancel()

    async def _converse(self, wire: Wire) -> int:
        pending = self._outbox.waiting()
        self._given = {command.id for command in pending}
        self._anew = None
        session = PhoneSession(
            app_version=self._settings.app_version,
            last_sequence=self._outbox.sequence_for(self._settings.app_version),
            pending=pending,
            topics=self._topics,
            now_s=self._clock.monotonic_s(),
        )
        self._session = session
        while not wire.is_over and not self._is_stopped and not self._must_restart:
            session.tick(self._clock.monotonic_s())
            if session.state is SessionState.CLOSED:
                break
            wire.put(session.take_messages())
            await self._wait()
            for text in wire.take():
                session.receive(text, self._clock.monotonic_s())
            await self._take_in(session.take_events())
            if session.is_acknowledging:  # it leaves with the next messages
                await self._outbox.keep()
        return wire.close_code or NETWORK_GONE

    async def _take_in(self, events: list[BackendMessage]) -> None:
        if not events:
            return
        welcomes = [event for event in events if isinstance(event, Welcome)]
        updates = [event for event in events if isinstance(event, Update)]
        results = [event for event in events if isinstance(event, Result)]
        if any(welcome.is_reset for welcome in welcomes):
            self._anew = []
        has_news = await self._take_updates(updates)
        answered = self._outbox.hear([], results)
        self._given.difference_update(command.id for command, _ in answered)
        if self._outbox.is_pressing:
            await self._outbox.keep()
        if welcomes:
            self._attempts = 0
            self._listener.greeted(welcomes[-1].server_at)
            self._tell(LinkStatus.ONLINE)
        if has_news or answered:
            self._listener.documents_changed()
        for command, result in answered:
            self._listener.command_answered(command, result)
        for event in events:
            if isinstance(event, Live):
                self._listener.live_arrived(event)

    async def _take_updates(self, updates: list[Update]) -> bool:
        """After a reset everything comes anew: the old documents stay until the new ones are complete."""
        if self._anew is not None:
            self._anew += updates
            if not any(update.name == SYNCED for update in updates):
                return False
            updates, self._anew = self._anew, None
            await self._outbox.store_updates(updates, is_reset=True, app_version=self._settings.app_version)
        else:
            self._outbox.hear(updates)
        return bool(updates)

    async def _forget_token(self) -> bool:
        """False if the phone could not store it; then the backend says it again next time."""
        try:
            await self._outbox.remember(SESSION_TOKEN, None)
        except NotStoredOnPhone:
            return False
        return True

    # Waiting

    def _tick_anew(self) -> None:
        if self._ticker is not None:
            self._ticker.cancel()
        self._ticker = asyncio.get_running_loop().create_task(self._tick())

    async def _tick(self) -> None:
        """Look up every second while there is no connection; with one, when it has something to do: phones have
        batteries.
        """
        while True:
            await self._sleep(max(TICK_S, self._due_in_s()))
            if self._due_in_s() <= 0:  # not where something was said meanwhile
                self._awake.set()
                await asyncio.sleep(0)  # it is done before the next one is looked for

    def _due_in_s(self) -> float:
        return 0.0 if self._session is None else self._session.due_at_s - self._clock.monotonic_s()

    async def _wait(self) -> None:
        await self._awake.wait()
        self._awake.clear()

    async def _rest(self) -> None:
        """A pause that grows with each failure; chance in it keeps a shop full of phones from returning as one."""
        longest_s = min(BACKOFF_MAX_S, BACKOFF_FIRST_S * 2**self._attempts)
        self._attempts = min(self._attempts + 1, 10)
        until_s = self._clock.monotonic_s() + longest_s * self._chance.uniform(0.5, 1.0)
        self._is_hurried = False
        while self._clock.monotonic_s() < until_s and not self._is_hurried and not self._is_stopped:
            await self._wait()

    def _tell(self, status: LinkStatus) -> None:
        if status is not self.status:
            self.status = status
            self._listener.link_changed(status)
