"""Sends the platform's events as signed webhooks: repeated, delayed and out of order, as chance has it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import heapq
import hmac
import json
import random
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx

from backend.channels.port.playing import Unkindness
from shared.clock import Clock

ATTEMPTS_MAX = 6
RETRY_AFTER_S = 5.0
TIMEOUT_S = 10.0
IDLE_S = 0.2
ANSWERS_KEPT_MAX = 1_000


@dataclass(order=True, slots=True)
class _Sending:
    due_s: float
    number: int
    event: dict[str, Any] = field(compare=False)
    attempt: int = field(default=1, compare=False)


class WebhookSender:
    """Keeps what is to be sent; `drain` sends everything at once, `run` sends it when its time comes."""

    def __init__(
        self,
        *,
        url: str,
        app_id: str,
        merchant_id: str,
        secret: str,
        encoding: Literal["hex", "base64"],
        clock: Clock,
        chance: random.Random,
        faults: Unkindness,
        transport: httpx.AsyncBaseTransport | None,
    ) -> None:
        self.url = url
        self.answers: deque[int] = deque(maxlen=ANSWERS_KEPT_MAX)
        self._headers = {"X-App-Id": app_id, "X-App-MerchantId": merchant_id, "Content-Type": "application/json"}
        self._secret = secret
        self._encoding = encoding
        self._clock = clock
        self._chance = chance
        self._faults = faults
        self._waiting: list[_Sending] = []
        self._number = 0
        self._http = httpx.AsyncClient(transport=transport, timeout=TIMEOUT_S)

    def schedule(self, event: dict[str, Any]) -> None:
        """Plan one event: once, or more often, each time after a delay of its own."""
        copies = 1
        while self._chance.random() < self._faults.repeat and copies < 4:
            copies += 1
        for _ in range(copies):
            self._push(event, self._chance.uniform(0, self._faults.delay_max_s))

    async def drain(self) -> int:
        """Send everything planned, in the order it comes due, and what that causes; returns how many were sent."""
        count = 0
        while self._waiting:
            await self._send(heapq.heappop(self._waiting))
            count += 1
        return count

    async def run(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Send each event when its time comes, for ever."""
        while True:
            while self._waiting and self._waiting[0].due_s <= self._clock.monotonic_s():
                await self._send(heapq.heappop(self._waiting))
            await sleep(IDLE_S)

    @property
    def due_in_s(self) -> float | None:
        """How long until the next event leaves; None where none is planned."""
        return max(0.0, self._waiting[0].due_s - self._clock.monotonic_s()) if self._waiting else None

    def sign(self, body: bytes) -> str:
        digest = hmac.new(self._secret.encode(), body, hashlib.sha256).digest()
        return digest.hex() if self._encoding == "hex" else base64.b64encode(digest).decode()

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _send(self, sending: _Sending) -> None:
        body = json.dumps(sending.event).encode()
        try:
            response = await self._http.post(
                self.url, content=body, headers={**self._headers, "X-App-Signature": self.sign(body)}
            )
            status = response.status_code
        except httpx.HTTPError:
            status = 0
        self.answers.append(status)
        if not 200 <= status < 300 and sending.attempt < ATTEMPTS_MAX:
            self._push(sending.event, RETRY_AFTER_S, sending.attempt + 1)

    def _push(self, event: dict[str, Any], delay_s: float, attempt: int = 1) -> None:
        self._number += 1
        due_s = self._clock.monotonic_s() + delay_s
        heapq.heappush(self._waiting, _Sending(due_s, self._number, event, attempt))
