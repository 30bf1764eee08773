"""The HTTP side of DoorDash: tokens we sign ourselves, good for minutes. Knows no order.

Source: developer.doordash.com: JWT, HS256, header `dd-ver: DD-JWT-V1`, claims aud, iss, kid, iat and exp; signed with
the signing secret, which is written in base64url.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx

from backend.channels.port.calling import HttpCaller
from backend.channels.port.contract import Edge

TOKEN_LIFE_S = 300
HEADER = {"alg": "HS256", "typ": "JWT", "dd-ver": "DD-JWT-V1"}


class DoorDashClient:
    """Requests with one access key."""

    def __init__(self, *, base_url: str, developer_id: str, key_id: str, signing_secret: str, edge: Edge) -> None:
        self._base_url = base_url.rstrip("/")
        self._developer_id = developer_id
        self._key_id = key_id
        self._secret = signing_secret
        self._clock = edge.clock
        self._http = HttpCaller(edge)

    async def patch(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        """The answer, unless it says later. Raises ChannelUnavailable, PayloadUnknown."""
        token = make_token(
            developer_id=self._developer_id, key_id=self._key_id, secret=self._secret, now=self._clock.now()
        )
        headers = {"Authorization": f"Bearer {token}"}
        request = self._http.build("PATCH", f"{self._base_url}{path}", json=dict(body), headers=headers)
        return await self._http.ask(request)

    async def aclose(self) -> None:
        await self._http.aclose()


def make_token(*, developer_id: str, key_id: str, secret: str, now: datetime) -> str:
    """A token for the next minutes. Raises ValueError where the secret is no base64url."""
    issued_at = int(now.timestamp())
    claims = {"aud": "doordash", "iss": developer_id, "kid": key_id, "iat": issued_at, "exp": issued_at + TOKEN_LIFE_S}
    text = f"{_part(HEADER)}.{_part(claims)}"
    return f"{text}.{_base64url(hmac.digest(decoded_secret(secret), text.encode(), 'sha256'))}"


def decoded_secret(secret: str) -> bytes:
    """The signing secret as bytes. Raises ValueError."""
    try:
        return base64.b64decode(secret + "=" * (-len(secret) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("the signing secret is base64url") from error


def _part(value: Mapping[str, Any]) -> str:
    return _base64url(json.dumps(value, separators=(",", ":")).encode())


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
