"""Pushes of played platforms that are timed, or kept as bytes to be sent later; some answers are lost on their way."""

from __future__ import annotations

import random
import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

DUE_S: ContextVar[float] = ContextVar("due_s", default=0.0)  # when the push that is sent now was meant to leave
ANSWER_LOST = 504
PATIENCE = httpx.Timeout(60.0).as_dict()  # who gives up sooner measures no answer at all
LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=None)


@dataclass(slots=True)
class Noted:
    """What one channel's messages met: `first_s` from the scheduled instant, `again_s` of each repeat by itself."""

    first_s: list[float] = field(default_factory=list)
    again_s: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    lost: int = 0


class TimedPushes(httpx.AsyncBaseTransport):
    """Carries each message; of the answers a share `lost` is kept back, and the platform sends that message again."""

    def __init__(self, chance: random.Random, lost: float) -> None:
        self.noted = Noted()
        self._inner = httpx.AsyncHTTPTransport(limits=LIMITS)
        self._chance, self._lost = chance, lost

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        due_s = DUE_S.get()
        DUE_S.set(0.0)
        since_s = due_s or time.perf_counter()
        request.extensions = {**request.extensions, "timeout": PATIENCE}
        response = await self._inner.handle_async_request(request)
        content = await response.aread()
        took_s = time.perf_counter() - since_s
        (self.noted.first_s if due_s else self.noted.again_s).append(took_s)
        if not response.is_success:
            self.noted.refused.append(f"{response.status_code} {content[:200]!r}")
        elif self._chance.random() < self._lost:
            self.noted.lost += 1
            return httpx.Response(ANSWER_LOST, request=request)
        return httpx.Response(response.status_code, content=content, request=request)

    async def aclose(self) -> None:
        await self._inner.aclose()


@dataclass(frozen=True, slots=True)
class KeptPush:
    """One message as bytes: the whole HTTP request, and its body alone."""

    request: bytes
    body: bytes


class KeptPushes(httpx.AsyncBaseTransport):
    """Sends nothing: keeps each message, as it would leave, for whoever sends many at once."""

    def __init__(self) -> None:
        self.kept: list[KeptPush] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        url = urlsplit(str(request.url))
        target = f"{url.path}?{url.query}" if url.query else url.path
        headers = {**request.headers, "content-length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.kept.append(KeptPush(f"POST {target} HTTP/1.1\r\n{head}\r\n".encode() + body, body))
        return httpx.Response(200, request=request)
