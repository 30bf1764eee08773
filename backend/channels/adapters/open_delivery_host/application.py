"""The platform over HTTP: tokens, polling, orders and life cycle posts, with problem+json for every refusal."""

from __future__ import annotations

import random
import secrets
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backend.channels.adapters.open_delivery_host.platform import OPERATIONS, DeliveryPlatform, HostRefuses
from backend.channels.port.playing import Unkindness
from shared.clock import Clock

RETRY_AFTER_S = 1
Endpoint = Callable[[Request], Awaitable[Response]]


class HostApplication:
    """The ASGI application of one platform, in `app`."""

    def __init__(
        self,
        platform: DeliveryPlatform,
        *,
        client_id: str,
        client_secret: str,
        token_life_s: int,
        clock: Clock,
        chance: random.Random,
        faults: Unkindness,
        is_down: Callable[[], bool] = lambda: False,
    ) -> None:
        self._platform = platform
        self._credentials = (client_id, client_secret)
        self._token_life_s = token_life_s
        self._clock = clock
        self._chance = chance
        self._faults = faults
        self._is_down = is_down
        self._tokens: dict[str, float] = {}
        self.app = Starlette(
            routes=[
                Route("/oauth/token", self._token, methods=["POST"]),
                Route("/v1/events:polling", self._guarded(self._poll), methods=["GET"]),
                Route("/v1/events/acknowledgment", self._guarded(self._acknowledge), methods=["POST"]),
                Route("/v1/orders/{order_id}", self._guarded(self._read), methods=["GET"]),
                Route("/v1/orders/{order_id}/{operation}", self._guarded(self._apply), methods=["POST"]),
            ]
        )

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)

    def revoke_tokens(self) -> None:
        """Forget every token, as a platform does when it restarts."""
        self._tokens.clear()

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        async def guarded(request: Request) -> Response:
            if self._is_down():
                return _problem(503, "down")
            token = request.headers.get("authorization", "").removeprefix("Bearer ")
            if self._tokens.get(token, -1.0) < self._clock.monotonic_s():
                return _problem(401, "unknown or expired token")
            if self._chance.random() < self._faults.busy:
                return _problem(503, "busy", {"Retry-After": str(RETRY_AFTER_S)})
            try:
                response = await endpoint(request)
            except HostRefuses as refusal:
                return _problem(refusal.status, refusal.title, **refusal.fields)
            if self._chance.random() < self._faults.answer_lost:
                return _problem(503, "the step was applied, the answer is lost")
            return response

        return guarded

    async def _token(self, request: Request) -> Response:
        if self._is_down():
            return _problem(503, "down")
        form = dict(parse_qsl((await request.body()).decode("latin-1")))
        given = (form.get("client_id"), form.get("client_secret"))
        if form.get("grant_type") != "client_credentials" or given != self._credentials:
            return _problem(401, "unknown client")
        token = secrets.token_urlsafe(24)
        self._tokens[token] = self._clock.monotonic_s() + self._token_life_s
        return JSONResponse({"access_token": token, "token_type": "bearer", "expires_in": self._token_life_s})

    async def _poll(self, request: Request) -> Response:
        events = self._platform.poll()
        return JSONResponse(events) if events else Response(status_code=204)

    async def _acknowledge(self, request: Request) -> Response:
        self._platform.acknowledge(await _json(request))
        return Response(status_code=202)

    async def _read(self, request: Request) -> Response:
        return JSONResponse(self._platform.read(request.path_params["order_id"]))

    async def _apply(self, request: Request) -> Response:
        operation = request.path_params["operation"]
        if operation not in OPERATIONS:
            return _problem(404, "no such operation")
        body = await _json(request) if await request.body() else {}
        if not isinstance(body, dict):
            return _problem(400, "the body is an object")
        return Response(status_code=self._platform.apply(request.path_params["order_id"], operation, body))


async def _json(request: Request) -> Any:
    try:
        return await request.json()
    except ValueError as error:
        raise HostRefuses(400, "the body is not JSON") from error


def _problem(status: int, title: str, headers: dict[str, str] | None = None, **fields: Any) -> Response:
    return JSONResponse(
        {"title": title, "status": status, **fields}, status, headers, media_type="application/problem+json"
    )
