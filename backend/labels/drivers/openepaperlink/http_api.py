"""The access point's HTTP half: requests out, records in, failures told apart by whether they may have arrived."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from backend.labels.drivers.openepaperlink.protocol import POSITIONS_MAX, DatabasePage, TagRecord, parse_page
from backend.labels.port import AnswerMalformed, AnswerMissing, GatewayBusy, GatewayUnreachable

REQUEST_TIMEOUT_S = 10.0
PAGE_MAX_BYTES = 64 * 1024


class AccessPointHttp:
    """One access point's pages. It knows no passwords and no encryption."""

    def __init__(self, url: str, make_http_client: Callable[..., httpx.AsyncClient]) -> None:
        self._url = url
        # Not through a proxy of the environment: the access point is in the shop.
        self._client = make_http_client(base_url=url, timeout=REQUEST_TIMEOUT_S, trust_env=False)

    async def close(self) -> None:
        await self._client.aclose()

    async def led_flash(self, mac: str, pattern: bytes) -> str | None:
        """Queue a pattern for a label. None if it is queued, else what the access point has against it."""
        answer = await self._get("/led_flash", {"mac": mac, "pattern": pattern.hex().upper()})
        return answer.text[:80] if answer.status_code == httpx.codes.BAD_REQUEST else None

    async def page(self, position: int) -> DatabasePage:
        """One page of labels from `position` on; `next_position` is None after the last one that can be asked for."""
        page = await self._records({"pos": position})
        following = page.next_position
        # Beyond 255 the offset wraps round to the beginning.
        is_going_on = following is not None and position < following <= POSITIONS_MAX
        return page if is_going_on else page.model_copy(update={"next_position": None})

    async def record(self, mac: str) -> list[TagRecord]:
        """The record of one label; empty if the access point has never seen it."""
        return (await self._records({"mac": mac})).tags

    async def _records(self, parameters: dict[str, Any]) -> DatabasePage:
        content = (await self._get("/get_db", parameters)).content
        if len(content) > PAGE_MAX_BYTES:
            raise AnswerMalformed(f"{len(content)} bytes in a page; the access point sends about 5,000")
        return parse_page(content)

    async def _get(self, path: str, parameters: dict[str, Any]) -> httpx.Response:
        """200 and 400 come back; everything else is an error."""
        try:
            answer = await self._client.get(path, params=parameters)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise GatewayUnreachable(f"no connection: {error}", url=self._url) from error
        except httpx.HTTPError as error:
            raise AnswerMissing(f"no answer: {type(error).__name__}", url=self._url) from error
        if answer.status_code not in (httpx.codes.OK, httpx.codes.BAD_REQUEST):
            raise GatewayBusy(f"the access point answered {answer.status_code}", url=self._url)
        return answer
