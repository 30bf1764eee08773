"""Many phones in one process, read as soon as something is there for them."""

from __future__ import annotations

import itertools
import json
import select
import time
from collections.abc import Callable
from typing import Any

from shared.sync.envelope import SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX
from tests.benchmarks.websocket_frames import Websocket

NEWS_WITHIN_S = 60.0
PING_EVERY_S = 8.0
FAR_AHEAD = "2099-01-01T00:00:00Z"  # a phone's clock that runs ahead: the backend takes its own instant instead

Take = Callable[["Phone", dict[str, Any], float], bool]


class Phone:
    """One signed-in picker on a websocket of its own."""

    def __init__(self, port: int, token: str, number: int) -> None:
        self.number = number
        self.wire = Websocket(port, "/api/v1/sync", [SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX + token])
        self.say({"kind": "hello", "protocol": 1, "app_version": "bench", "last_sequence": 0})
        self._commands = itertools.count()
        self.asked_s = 0.0

    def say(self, message: dict[str, Any]) -> None:
        self.wire.send(json.dumps(message))

    def ask(self, name: str, body: dict[str, Any]) -> None:
        """Send one command; its id is this phone's alone."""
        command_id = f"cmd_{self.number}-{next(self._commands)}"
        self.asked_s = time.perf_counter()
        self.say({"kind": "command", "id": command_id, "name": name, "made_at": FAR_AHEAD, "body": body})


class Crowd:
    """Phones that have been welcomed and have heard what there was."""

    def __init__(self, port: int, tokens: list[str]) -> None:
        self.phones = [Phone(port, token, number) for number, token in enumerate(tokens)]
        self._poll = select.epoll()
        self._by_descriptor = {phone.wire.fileno(): phone for phone in self.phones}
        for descriptor in self._by_descriptor:
            self._poll.register(descriptor, select.EPOLLIN)
        self._pinged_s = time.perf_counter()
        self.hear(lambda _phone, message, _at_s: message.get("name") == "synced", len(self.phones))

    def hear(self, take: Take, wanted: int, *, pause_s: float = 0.0) -> None:
        """Hand each message, with the instant its bytes were read, to `take` until that said True so often.

        Nothing is parsed before `pause_s` have gone by without news: the client's own work is not to be measured.
        """
        ends_s = time.perf_counter() + NEWS_WITHIN_S
        while wanted > 0:
            assert time.perf_counter() < ends_s, f"{wanted} answers still to come"
            for phone, texts, at_s in self._arrivals(pause_s):
                for text in texts:
                    wanted -= take(phone, json.loads(text), at_s)
            self._stay()

    def hear_for(self, take: Take, seconds: float) -> None:
        """Hand each message to `take` as it comes, for so long."""
        ends_s = time.perf_counter() + seconds
        while (left_s := ends_s - time.perf_counter()) > 0:
            for phone, texts, at_s in self._arrivals(0.0, left_s):
                for text in texts:
                    take(phone, json.loads(text), at_s)
            self._stay()

    def _arrivals(self, pause_s: float, wait_s: float = 0.5) -> list[tuple[Phone, list[bytes], float]]:
        """Whole texts as they came, each with the instant at which its last bytes were read."""
        arrived = []
        ready = self._poll.poll(wait_s)
        while ready:
            for descriptor, _ in ready:
                phone = self._by_descriptor[descriptor]
                phone.wire.read()
                at_s = time.time()
                arrived.append((phone, list(phone.wire.texts()), at_s))
            ready = self._poll.poll(pause_s)
        return arrived

    def _stay(self) -> None:
        """The backend puts phones out that it has not heard for long."""
        if time.perf_counter() - self._pinged_s > PING_EVERY_S:
            self._pinged_s = time.perf_counter()
            for phone in self.phones:
                phone.say({"kind": "ping"})
