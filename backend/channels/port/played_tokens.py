"""A played platform's token address: gives out tokens for the right credentials, and knows them while they live."""

from __future__ import annotations

import base64
import secrets
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from backend.channels.port.token_calls import TokenSource
from shared.clock import Clock


class PlayedTokens:
    """Tokens of one client. Credentials may come in the form or in the Authorization header of the request.

    `is_camel_case`: the platform calls every field as JavaScript would, clientId and accessToken.
    """

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        clock: Clock,
        life_s: float = 3_600,
        is_camel_case: bool = False,
    ) -> None:
        self._names = TokenSource(url="", client_id="", client_secret="", is_camel_case=is_camel_case).named
        self._credentials = (client_id, client_secret)
        self._clock = clock
        self._life_s = life_s
        self._ends_s: dict[str, float] = {}

    async def answer(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("latin-1")))
        pair = base64.b64encode(":".join(self._credentials).encode()).decode()
        is_basic = request.headers.get("authorization", "") == f"Basic {pair}"
        given = (form.get(self._names("client_id")), form.get(self._names("client_secret")))
        if form.get(self._names("grant_type")) != "client_credentials" or not (is_basic or given == self._credentials):
            return JSONResponse({"error": "invalid_client"}, 401)
        token = secrets.token_urlsafe(24)
        self._ends_s[token] = self._clock.monotonic_s() + self._life_s
        said = {"access_token": token, "token_type": "bearer", "expires_in": int(self._life_s)}
        return JSONResponse({self._names(name): value for name, value in said.items()})

    def is_known(self, token: str) -> bool:
        """Whether a token, without what stands before it, is one of ours and still good."""
        return self._ends_s.get(token, -1.0) >= self._clock.monotonic_s()

    def revoke(self) -> None:
        """Forget every token, as a platform does when it restarts."""
        self._ends_s.clear()
