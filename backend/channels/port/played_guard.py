"""A played platform's own doors: busy now and then, closed without a token, and an answer lost after it was applied."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from backend.channels.port.played_baskets import PlayedRefusal
from backend.channels.port.played_host import P, PlayedHost

Endpoint = Callable[[Request], Awaitable[Response]]


class GuardedHost(PlayedHost[P]):
    """Guards endpoints that return what they answer, or raise PlayedRefusal."""

    def is_let_in(self, request: Request) -> bool:
        """Whether the request shows what the platform wants to see."""
        raise NotImplementedError

    def guarded(self, endpoint: Callable[[Request], Awaitable[Any]], status: int = 200) -> Endpoint:
        async def guarded(request: Request) -> Response:
            if self._does_not_answer():
                return Response("busy", 503)
            if not self.is_let_in(request):
                return JSONResponse({"message": "unauthorized"}, 401)
            try:
                found = await endpoint(request)
            except PlayedRefusal as refused:
                return JSONResponse({"message": str(refused)}, refused.status)
            if self._loses_the_answer():
                return Response("the call was applied, the answer is lost", 502)
            return Response(status_code=status) if found is None else JSONResponse(found, status)

        return guarded
