"""The strip's JSON API over HTTP: requests out, states in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from backend.labels.calling import call
from backend.labels.drivers.wled.protocol import Information, State, encode, parse_information, parse_state
from backend.labels.port import CommandRefused, DriverTools, GatewayBusy

ANSWER_WITHIN_S = 4.0
ANSWER_MAX_BYTES = 64 * 1024
JSON = {"Content-Type": "application/json"}


class StripHttp:
    """One controller. It knows no passwords and no encryption."""

    def __init__(self, url: str, tools: DriverTools) -> None:
        self._sleep = tools.sleep
        # Not through a proxy of the environment: the strip is in the shop.
        self._client = tools.make_http_client(base_url=url, timeout=ANSWER_WITHIN_S, trust_env=False)

    async def close(self) -> None:
        await self._client.aclose()

    async def information(self) -> Information:
        return parse_information(await self._ask("GET", "/json/info"))

    async def state(self) -> State:
        return parse_state(await self._ask("GET", "/json/state"))

    async def change(self, request: Mapping[str, Any]) -> State:
        """What the strip shows after it."""
        return parse_state(await self._ask("POST", "/json/state", encode(request)))

    async def _ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        request = self._client.build_request(method, path, content=body, headers=JSON if body else None)
        answer = await call(self._client, request, self._sleep, within_s=ANSWER_WITHIN_S, bytes_max=ANSWER_MAX_BYTES)
        if answer.status_code == httpx.codes.BAD_REQUEST:
            raise CommandRefused("the strip could not read the request")
        if answer.status_code != httpx.codes.OK:
            raise GatewayBusy(f"the strip answered {answer.status_code}")
        return answer.content
