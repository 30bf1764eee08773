"""Calls to a platform that knows us by a header: JSON there and back, and which failures are for good."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import httpx

from backend.channels.port.calling import HttpCaller, raise_if_passing
from backend.channels.port.contract import Edge
from backend.channels.port.errors import ChannelRefused, PayloadUnknown
from backend.channels.port.reading import read_json


class HeaderCalls:
    """Requests to one platform. `aclose` it.

    `code_field` is where an error's answer names its kind; a kind in `refusals` is for good whatever its status. What
    else stands in the answer is for people, may name a shopper, and goes nowhere.
    """

    def __init__(
        self,
        *,
        base_url: str,
        headers: Mapping[str, str],
        edge: Edge,
        code_field: str = "code",
        refusals: frozenset[str] = frozenset(),
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = dict(headers)
        self._code_field = code_field
        self._refusals = refusals
        self._http = HttpCaller(edge)

    async def json(
        self, method: str, path: str, *, parameters: Mapping[str, str] | None = None, body: Any | None = None
    ) -> Any:
        """The JSON of a 2xx answer, None for an empty one.

        Raises ChannelUnavailable, ChannelRefused, PayloadUnknown.
        """
        content = {} if body is None else {"json": body}
        request = self._http.build(
            method, f"{self._base_url}/{path}", params=dict(parameters or {}), headers=self._headers, **content
        )
        response = await self._http.send(request)
        if response.is_success:
            return read_json(response.content) if response.content else None
        code = self._code(response)
        if code not in self._refusals:
            raise_if_passing(response)
        raise ChannelRefused(
            f"the platform answered {response.status_code} ({code})", path=path, status=response.status_code, code=code
        )

    async def aclose(self) -> None:
        await self._http.aclose()

    def _code(self, response: httpx.Response) -> str:
        try:
            answer = read_json(response.content)
        except PayloadUnknown:
            return ""
        code = answer.get(self._code_field) if isinstance(answer, dict) else None
        return code[:80] if isinstance(code, str) and code.isascii() and code.isprintable() else ""


def basic_authorization(name: str, secret: str) -> dict[str, str]:
    """The header of HTTP's Basic scheme, RFC 7617."""
    return {"Authorization": f"Basic {base64.b64encode(f'{name}:{secret}'.encode()).decode()}"}
