"""The sync session of both ends, without sockets, clocks or threads.

Feed what arrives to `receive`, read what it means from `take_events`, put what it wants to say on the wire from
`take_messages`. A phone's session begins anew with each connection; what must outlive it (commands not yet answered,
the last sequence) is the outbox's and is handed in.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from shared.errors import BlinkpickError
from shared.sync.envelope import (
    PING,
    PONG,
    PROTOCOL_VERSION,
    Ack,
    BackendMessage,
    Command,
    Hello,
    Live,
    Message,
    PhoneMessage,
    Ping,
    Result,
    Update,
    Welcome,
    read_backend_message,
    read_phone_message,
    write_message,
)

COMMANDS_UNDER_WAY_MAX = 32
CLOSE_OTHER_PROTOCOL = 4426  # the backend's close code for ProtocolOutdated, after HTTP 426 Upgrade Required
SILENCE_MAX_S = 45.0  # nothing heard for so long: the connection is dead, whatever the socket says
PING_EVERY_S = 30.0  # after the last question: each wakes the phone's radio; SILENCE_MAX_S leaves time for an answer
ANSWER_MAX_S = 15.0  # a command or a ping waits longer, and nothing else is heard: the connection is dead as well
UPDATES_BETWEEN_ACKS = 20


class ProtocolBroken(BlinkpickError):
    """The other end said something that has no place here; the connection must be closed."""


class ProtocolOutdated(ProtocolBroken):
    """The two ends speak different versions: nothing helps but an update, and what waits on the phone waits for it."""


class SessionState(StrEnum):
    GREETING = "greeting"
    OPEN = "open"
    CLOSED = "closed"


class PhoneSession:
    """The phone's end of one connection."""

    def __init__(
        self, *, app_version: str, last_sequence: int, pending: Iterable[Command], topics: Iterable[str], now_s: float
    ) -> None:
        self.state = SessionState.GREETING
        self.last_sequence = last_sequence
        self._waiting: deque[Command] = deque(pending)
        self._under_way: dict[str, Command] = {}
        self._messages: list[Message] = []
        self._events: list[BackendMessage] = []
        self._heard_at_s = now_s
        self._asked_at_s = now_s
        self._unheard_since_s: float | None = None  # a question was asked, and nothing heard since
        self._has_asked = False  # since the last tick
        self._updates_since_ack = 0
        self._messages.append(
            Hello(
                protocol=PROTOCOL_VERSION,
                app_version=app_version,
                last_sequence=last_sequence,
                topics=list(topics),
            )
        )

    # What the phone wants

    def send(self, command: Command) -> None:
        """Queue a command that the outbox already holds; it goes out in order, a bounded number at a time."""
        self._waiting.append(command)
        self._release()

    def tick(self, now_s: float) -> None:
        """Keep the connection honest: ping now and then, close when the other end is gone. Before messages are taken.

        However much it hears, the phone asks something: live updates flow one way, and the backend listens for signs of
        life. A command is such a question as well; whoever picks need not ping.
        """
        if self.state is SessionState.CLOSED:
            return
        if self._has_asked:
            self._ask(now_s)
        if now_s >= self._dead_at_s:
            self.state = SessionState.CLOSED
        elif self.state is SessionState.OPEN and now_s - self._asked_at_s >= PING_EVERY_S:
            self._messages.append(PING)
            self._ask(now_s)

    @property
    def due_at_s(self) -> float:
        """When `tick` has something to do next, unless something is heard or sent before."""
        is_open = self.state is SessionState.OPEN
        return min(self._dead_at_s, self._asked_at_s + PING_EVERY_S) if is_open else self._dead_at_s

    @property
    def is_acknowledging(self) -> bool:
        """Whether an acknowledgement is among the messages to be taken: what it says must be true by then."""
        return any(message.kind == "ack" for message in self._messages)

    @property
    def _dead_at_s(self) -> float:
        silent_at_s = self._heard_at_s + SILENCE_MAX_S
        return silent_at_s if self._unheard_since_s is None else min(silent_at_s, self._unheard_since_s + ANSWER_MAX_S)

    def _ask(self, now_s: float) -> None:
        self._has_asked, self._asked_at_s = False, now_s
        if self._unheard_since_s is None:
            self._unheard_since_s = now_s

    # What arrived, and what goes out

    def receive(self, text: str, now_s: float) -> None:
        """Take one message from the wire. Raises MessageMalformed or ProtocolBroken; then close the connection."""
        message = read_backend_message(text)
        self._heard_at_s, self._unheard_since_s = now_s, None
        if isinstance(message, Welcome):
            self._welcome(message)
        elif self.state is not SessionState.OPEN:
            self.state = SessionState.CLOSED
            raise ProtocolBroken(f"a {message.kind} came before the welcome")
        elif isinstance(message, Result):
            self._under_way.pop(message.command_id, None)
            self._events.append(message)
            self._release()
        elif isinstance(message, Update):
            self._update(message)
        elif isinstance(message, Live):
            self._events.append(message)

    def take_events(self) -> list[BackendMessage]:
        """What arrived since the last call, in order: Welcome, Result, Update and Live."""
        events, self._events = self._events, []
        return events

    def take_messages(self) -> list[str]:
        """What to put on the wire now, in order."""
        messages, self._messages = self._messages, []
        return [write_message(message) for message in messages]

    def _welcome(self, message: Welcome) -> None:
        if self.state is not SessionState.GREETING:
            self.state = SessionState.CLOSED
            raise ProtocolBroken("a second welcome")
        if message.protocol != PROTOCOL_VERSION:
            self.state = SessionState.CLOSED
            raise ProtocolOutdated(f"the backend speaks protocol {message.protocol}, this app {PROTOCOL_VERSION}")
        self.state = SessionState.OPEN
        if message.is_reset:
            self.last_sequence = 0
        self._events.append(message)
        self._release()

    def _update(self, message: Update) -> None:
        if message.sequence < self.last_sequence:
            return  # resent after a break; the phone already holds it
        self.last_sequence = message.sequence
        self._events.append(message)
        self._updates_since_ack += 1
        if self._updates_since_ack >= UPDATES_BETWEEN_ACKS:
            self._updates_since_ack = 0
            self._messages.append(Ack(sequence=message.sequence))

    def _release(self) -> None:
        while self.state is SessionState.OPEN and self._waiting and len(self._under_way) < COMMANDS_UNDER_WAY_MAX:
            command = self._waiting.popleft()
            self._under_way[command.id] = command
            self._messages.append(command)
            self._has_asked = True


class BackendSession:
    """The backend's end of one connection."""

    def __init__(self, *, now_s: float) -> None:
        self.state = SessionState.GREETING
        self.acknowledged = 0
        self.topics: frozenset[str] = frozenset()
        self._events: list[PhoneMessage] = []
        self._messages: list[Message] = []
        self._heard_at_s = now_s

    # What the backend wants

    def welcome(self, *, sequence: int, is_reset: bool, now: datetime) -> None:
        """Answer a hello; from here on updates may flow."""
        self._require(SessionState.GREETING, "welcome")
        self.state = SessionState.OPEN
        self._messages.append(Welcome(sequence=sequence, is_reset=is_reset, server_at=now))

    def say(self, message: Result | Update | Live) -> None:
        self._require(SessionState.OPEN, message.kind)
        self._messages.append(message)

    def tick(self, now_s: float) -> None:
        """Close when nothing was heard for SILENCE_MAX_S: the phone pings more often than that."""
        if now_s - self._heard_at_s > SILENCE_MAX_S:
            self.state = SessionState.CLOSED

    @property
    def due_at_s(self) -> float:
        """When `tick` has something to do, unless something is heard before."""
        return self._heard_at_s + SILENCE_MAX_S

    # What arrived, and what goes out

    def receive(self, text: str, now_s: float) -> None:
        """Take one message from the wire. Raises MessageMalformed or ProtocolBroken; then close the connection."""
        message = read_phone_message(text)
        self._heard_at_s = now_s
        if isinstance(message, Hello):
            if self.state is not SessionState.GREETING or self._events:
                self.state = SessionState.CLOSED
                raise ProtocolBroken("a second hello")
            if message.protocol != PROTOCOL_VERSION:
                self.state = SessionState.CLOSED
                raise ProtocolOutdated(f"the app speaks protocol {message.protocol}, the backend {PROTOCOL_VERSION}")
            self.topics = frozenset(message.topics)
            self._events.append(message)
        elif self.state is not SessionState.OPEN:
            self.state = SessionState.CLOSED
            raise ProtocolBroken(f"a {message.kind} came before the greeting was done")
        elif isinstance(message, Ping):
            self._messages.append(PONG)
        elif isinstance(message, Ack):
            self.acknowledged = max(self.acknowledged, message.sequence)
        else:
            self._events.append(message)

    def take_events(self) -> list[PhoneMessage]:
        """What arrived since the last call, in order: Hello and Command."""
        events, self._events = self._events, []
        return events

    def take_messages(self) -> list[str]:
        """What to put on the wire now, in order."""
        messages, self._messages = self._messages, []
        return [write_message(message) for message in messages]

    def _require(self, state: SessionState, what: str) -> None:
        if self.state is not state:
            raise ProtocolBroken(f"no {what} while the session is {self.state}")
