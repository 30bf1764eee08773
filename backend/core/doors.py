"""ASGI middleware that closes what a default server leaves open: body size, headers, request ids, overload."""

from __future__ import annotations

import json
import re
import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.core.errors import TooLarge
from backend.core.metrics import HTTP_REQUEST_S
from shared.ids import IdSource

BODY_MAX_BYTES = 262_144
REQUESTS_AT_ONCE_MAX = 256
_REQUEST_ID = re.compile(r"[A-Za-z0-9_\-.]{1,64}")
_SECURITY_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
]


class Doors:
    """Wraps the application; websockets pass through (they check origin and token themselves, before accepting)."""

    def __init__(self, app: ASGIApp, *, ids: IdSource, body_max_bytes: dict[str, int] | None = None) -> None:
        self._app = app
        self._ids = ids
        self._body_max_bytes = body_max_bytes or {}
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = self._request_id(scope)
        own_headers = [*_SECURITY_HEADERS, (b"x-request-id", request_id.encode())]
        if self._under_way >= REQUESTS_AT_ONCE_MAX:
            detail = f"{REQUESTS_AT_ONCE_MAX} requests are being answered"
            await _refuse(send, 503, "overloaded", detail, [*own_headers, (b"retry-after", b"1")])
            return
        self._under_way += 1
        started_s = time.perf_counter()
        status = "500"
        structlog.contextvars.bind_contextvars(request_id=request_id)

        counted = _CountedBody(receive, self._limit(scope))

        async def send_on(message: Message) -> None:
            nonlocal status
            if counted.is_too_large:  # whatever the framework made of the broken-off body, the answer is 413
                if message["type"] == "http.response.start":
                    status = "413"
                    detail = f"the body has more than {counted.limit_bytes} bytes"
                    await _refuse(send, 413, "too_large", detail, own_headers)
                return
            if message["type"] == "http.response.start":
                status = str(message["status"])
                message["headers"] = [*message.get("headers", []), *own_headers]
            await send(message)

        try:
            await self._app(scope, counted, send_on)
        finally:
            self._under_way -= 1
            structlog.contextvars.unbind_contextvars("request_id")
            route = scope.get("route")
            path = getattr(route, "path", "other")
            HTTP_REQUEST_S.labels(scope["method"], path, status).observe(time.perf_counter() - started_s)

    def _request_id(self, scope: Scope) -> str:
        for name, value in scope["headers"]:
            if name == b"x-request-id" and _REQUEST_ID.fullmatch(value.decode("latin-1")):
                return str(value.decode("latin-1"))
        return self._ids.new("command").replace("cmd_", "req_")

    def _limit(self, scope: Scope) -> int:
        return next(
            (size for prefix, size in self._body_max_bytes.items() if scope["path"].startswith(prefix)), BODY_MAX_BYTES
        )


class _CountedBody:
    """Counts the bytes as they come, whatever Content-Length says. Endpoints may set a lower limit of their own."""

    def __init__(self, receive: Receive, limit_bytes: int) -> None:
        self._receive = receive
        self._received = 0
        self.limit_bytes = limit_bytes
        self.is_too_large = False

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._received += len(message.get("body", b""))
            if self._received > self.limit_bytes:
                self.is_too_large = True
                raise TooLarge(f"the body has more than {self.limit_bytes} bytes", limit_bytes=self.limit_bytes)
        return message


async def _refuse(send: Send, status: int, code: str, detail: str, own_headers: list[tuple[bytes, bytes]]) -> None:
    """A problem+json answer of our own; the connection is closed, for the rest of the body is not read."""
    body = json.dumps({"title": code, "status": status, "detail": detail, "code": code}).encode()
    headers = [(b"content-type", b"application/problem+json"), (b"connection", b"close"), *own_headers]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
