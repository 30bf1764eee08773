"""A load client for orders: plain sockets, finished request bytes and select(), so that it takes little of the machine.

`closed` keeps every connection busy for a while. `open` sends at instants drawn beforehand (Poisson arrivals) whatever
the server does, and counts each latency from that instant: a server that stalls cannot slow its own measurement down.
"""

from __future__ import annotations

import random
import select
import socket
import time
from collections import deque
from typing import Any

from tests.benchmarks.order_texts import external_id, order_bodies, request
from tests.benchmarks.processes import serve_client

ANSWER_MAX_BYTES = 65_536
ANSWERS_WITHIN_S = 20.0
BUILT_AHEAD_PER_S = 6_000
ACCEPTED = b"HTTP/1.1 202"


class Connection:
    """One HTTP connection with at most one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._heard = b""
        self.number = -1
        self.since_s = 0.0

    def fileno(self) -> int:
        return self.socket.fileno()

    def send(self, number: int, text: bytes, since_s: float) -> None:
        self.number, self.since_s = number, since_s
        self.socket.sendall(text)

    def answer(self) -> bytes | None:
        """The status line's beginning once the whole answer is here."""
        received = self.socket.recv(ANSWER_MAX_BYTES)
        assert received, "the server closed the connection"
        self._heard += received
        head, gap, body = self._heard.partition(b"\r\n\r\n")
        if not gap:
            return None
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        if len(body) < length:
            return None
        self._heard = body[length:]
        return head[: len(ACCEPTED)]


class Load:
    """What one run sends and what came of it."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.run, self.seconds = int(plan["run"]), float(plan["seconds"])
        self.connections = [Connection(plan["port"]) for _ in range(plan["connections"])]
        bodies = order_bodies()
        count = int(self.seconds * plan.get("rate_per_s", BUILT_AHEAD_PER_S) * 1.2) + 50
        self.texts = [
            request(bodies[number % len(bodies)], external_id(self.run, number), plan["key"]) for number in range(count)
        ]
        self.latencies_s: list[float] = []
        self.acknowledged: list[str] = []
        self.refused = 0

    def closed(self) -> float:
        """Returns the seconds it took."""
        began_s, number = time.perf_counter(), 0
        ends_s = began_s + self.seconds
        busy = list(self.connections)
        for connection in busy:
            connection.send(number, self.texts[number], time.perf_counter())
            number += 1
        while busy:
            for connection in select.select(busy, [], [], ANSWERS_WITHIN_S)[0]:
                if not self._take(connection):
                    continue
                now_s = time.perf_counter()
                if now_s < ends_s and number < len(self.texts):
                    connection.send(number, self.texts[number], now_s)
                    number += 1
                else:
                    busy.remove(connection)
        return time.perf_counter() - began_s

    def open(self, rate_per_s: float) -> float:
        """Returns the seconds it took."""
        chance = random.Random(self.run)
        began_s = at_s = time.perf_counter() + 0.05
        scheduled = deque[float]()
        while (at_s := at_s + chance.expovariate(rate_per_s)) < began_s + self.seconds:
            scheduled.append(at_s)
        free, busy, number = list(self.connections), set[Connection](), 0
        while scheduled or busy:
            while scheduled and free and scheduled[0] <= time.perf_counter():
                connection = free.pop()
                connection.send(number, self.texts[number], scheduled.popleft())
                busy.add(connection)
                number += 1
            is_next = scheduled and free
            wait_s = max(0.0, scheduled[0] - time.perf_counter()) if is_next else ANSWERS_WITHIN_S
            for connection in select.select(busy, [], [], wait_s)[0]:
                if self._take(connection):
                    busy.remove(connection)
                    free.append(connection)
        return time.perf_counter() - began_s

    def _take(self, connection: Connection) -> bool:
        answer = connection.answer()
        if answer is None:
            return False
        self.latencies_s.append(time.perf_counter() - connection.since_s)
        if answer == ACCEPTED:
            self.acknowledged.append(external_id(self.run, connection.number))
        else:
            self.refused += 1
        return True


def work(plan: dict[str, Any]) -> dict[str, Any]:
    load = Load(plan)
    took_s = load.open(plan["rate_per_s"]) if "rate_per_s" in plan else load.closed()
    return {
        "took_s": took_s,
        "latencies_s": load.latencies_s,
        "acknowledged": load.acknowledged,
        "refused": load.refused,
    }


if __name__ == "__main__":
    serve_client(work)
