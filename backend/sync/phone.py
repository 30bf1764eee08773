"""One connected phone as the hub sees it: a bounded queue of texts that somebody else puts on the wire."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable

from backend.people.principals import Principal
from backend.sync.updates import CatchUp, Told

QUEUE_MESSAGES_MAX = 4_000

# Close codes, RFC 6455 section 7.4: 1000-2999 are the protocol's, 4000-4999 ours.
CLOSE_GOING_AWAY = 1001
CLOSE_BROKEN = 1002
CLOSE_OUR_MISTAKE = 1011
CLOSE_TRY_AGAIN = 1013
CLOSE_SIGNED_OUT = 4401
CLOSE_SILENT = 4408
CLOSE_REPLACED = 4409
CLOSE_TOO_SLOW = 4413


class PhoneClosed(Exception):
    """The hub wants this connection to end; `code` is the websocket's close code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Phone:
    """Lives as long as one connection. A phone that does not keep up is closed: it resumes where it was."""

    def __init__(self, principal: Principal, topics: frozenset[str] = frozenset()) -> None:
        self.principal = principal
        self.topics = topics
        self._sequence = 0
        self._is_caught_up = False
        self._held: list[Told] = []
        self._queue: deque[str] = deque()
        self._live: dict[str, str] = {}
        self._waker: asyncio.Future[None] | None = None  # there while the connection waits, and has nothing to say
        self._closed: PhoneClosed | None = None
        self.write_at_once: Callable[[str], bool] | None = None
        """The connection's short way for a phone with nothing to say: whether the text is on the wire already.

        Where it says False, the connection has the text, and sees to it before `next_texts` is asked again.
        """

    # What the hub says

    def say(self, text: str) -> None:
        """Say one text, in order: at once where nothing waits before it, else when its turn comes."""
        if self._waker is not None and self.write_at_once is not None:
            if not self.write_at_once(text):
                self._wake()
            return
        if len(self._queue) >= QUEUE_MESSAGES_MAX:
            self.close(CLOSE_TOO_SLOW, "too slow: connect again and resume")
            return
        self._queue.append(text)
        self._wake()

    def say_live(self, topic: str, text: str) -> None:
        """Queue the latest state of a topic; an older one still waiting is forgotten."""
        self._live[topic] = text
        self._wake()

    def tell(self, told: Told) -> None:
        """Queue what a journal row means for this phone, unless its catch-up holds that row already."""
        if not self._is_caught_up:
            self._held.append(told)
            if len(self._held) > QUEUE_MESSAGES_MAX:
                self.close(CLOSE_TOO_SLOW, "too slow: connect again and resume")
            return
        if told.sequence <= self._sequence:
            return
        self._sequence = told.sequence
        text = told.text_for(self.principal)
        if text is not None:
            self.say(text)

    def catch_up(self, greeting: Iterable[str], catch_up: CatchUp) -> None:
        """Queue the welcome and what was missed, then what happened meanwhile."""
        for text in (*greeting, *catch_up.texts):
            self.say(text)
        self._sequence, self._is_caught_up = catch_up.newest, True
        held, self._held = self._held, []
        for told in held:
            self.tell(told)

    def close(self, code: int, reason: str) -> None:
        """End the connection at once; what still waits is not sent. The first reason counts."""
        self._closed = self._closed or PhoneClosed(code, reason)
        self._wake()

    # What the connection asks

    @property
    def is_closed(self) -> bool:
        return self._closed is not None

    async def next_texts(self) -> list[str]:
        """Wait for something to say; empty where `write_at_once` has left something to do.

        Raises PhoneClosed once the hub has closed the phone.
        """
        if not self._queue and not self._live and self._closed is None:
            self._waker = asyncio.get_running_loop().create_future()
            try:
                await self._waker
            finally:
                self._waker = None
        if self._closed is not None:
            raise self._closed
        texts = [*self._queue, *self._live.values()]
        self._queue.clear()
        self._live.clear()
        return texts

    def _wake(self) -> None:
        if self._waker is not None and not self._waker.done():
            self._waker.set_result(None)
        self._waker = None
