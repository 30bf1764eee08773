"""The access point's HTTP half: requests out, records in, failures told apart by whether they may have arrived."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from backend.labels.drivers.openepaperlink.records import (
    POSITIONS_MAX,
    AccessPointConfig,
    DatabasePage,
    TagRecord,
    TagType,
    parse_backup,
    parse_config,
    parse_page,
    parse_tag_type,
)
from backend.labels.port import AnswerMalformed, AnswerMissing, GatewayBusy, GatewayUnreachable

REQUEST_TIMEOUT_S = 10.0
PAGE_MAX_BYTES = 64 * 1024
BACKUP_MAX_BYTES = 4 * 1024 * 1024
OBJECTION_MAX_CHARACTERS = 80


class AccessPointHttp:
    """One access point's pages. It knows no passwords and no encryption."""

    def __init__(self, url: str, make_http_client: Callable[..., httpx.AsyncClient]) -> None:
        self._url = url
        # Not through a proxy of the environment: the access point is in the shop.
        self._client = make_http_client(base_url=url, timeout=REQUEST_TIMEOUT_S, trust_env=False)

    async def close(self) -> None:
        await self._client.aclose()

    # What is sent. None if it was taken, else what the access point has against it.

    async def led_flash(self, mac: str, pattern: bytes) -> str | None:
        """Queue a pattern for a label."""
        return _objection(await self._ask("GET", "/led_flash", params={"mac": mac, "pattern": pattern.hex().upper()}))

    async def clear(self, mac: str) -> str | None:
        """Drop whatever waits for a label. The radio still announces what it had, until the next thing is queued."""
        return _objection(await self._ask("POST", "/tag_cmd", data={"mac": mac, "cmd": "clear"}))

    async def upload_image(self, mac: str, jpeg: bytes) -> str | None:
        """Have a label show this, undithered, and wake up as it always does.

        The fields go before the file: the access point looks at them when the first bytes of the file come in.
        """
        fields = {"mac": mac, "dither": "0", "ttl": "0"}
        files = {"file": (f"{mac}.jpg", jpeg, "image/jpeg")}
        return _objection(await self._ask("POST", "/imgupload", data=fields, files=files))

    async def upload_template(self, mac: str, template: str) -> str | None:
        """Have the access point draw this on a label."""
        fields = {"mac": mac, "json": template, "ttl": "0"}
        return _objection(await self._ask("POST", "/jsonupload", data=fields))

    # What is read

    async def page(self, position: int) -> tuple[DatabasePage, bool]:
        """One page of labels from `position` on, and whether labels follow that no position reaches.

        `next_position` is None after the last page that can be asked for: beyond 255 the offset begins anew at 0.
        """
        page = parse_page(await self._read("/get_db", {"pos": position}))
        following = page.next_position
        if following is None or position < following <= POSITIONS_MAX:
            return page, False
        return page.model_copy(update={"next_position": None}), True

    async def record(self, mac: str) -> list[TagRecord]:
        """The record of one label; empty if the access point has never seen it."""
        return parse_page(await self._read("/get_db", {"mac": mac})).tags

    async def backup(self) -> list[TagRecord]:
        """Every record there is. The access point writes them to its flash memory first: not to be asked for often."""
        return parse_backup(await self._read("/backup_db", {}, BACKUP_MAX_BYTES))

    async def config(self) -> AccessPointConfig:
        return parse_config(await self._read("/get_ap_config", {}))

    async def tag_type(self, hardware_type: int) -> TagType | None:
        """What one kind of label is; None if the access point has no description of it."""
        answer = await self._ask("GET", f"/tagtypes/{hardware_type:02X}.json", may_be_missing=True)
        return parse_tag_type(_sized(answer, PAGE_MAX_BYTES)) if answer.status_code == httpx.codes.OK else None

    async def _read(self, path: str, parameters: dict[str, Any], max_bytes: int = PAGE_MAX_BYTES) -> bytes:
        return _sized(await self._ask("GET", path, params=parameters), max_bytes)

    async def _ask(self, method: str, path: str, *, may_be_missing: bool = False, **parts: Any) -> httpx.Response:
        """200 and 400 come back, and 404 where it may; everything else is an error."""
        try:
            answer = await self._client.request(method, path, **parts)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise GatewayUnreachable(f"no connection: {error}", url=self._url) from error
        except httpx.HTTPError as error:
            raise AnswerMissing(f"no answer: {type(error).__name__}", url=self._url) from error
        expected = {httpx.codes.OK, httpx.codes.BAD_REQUEST} | ({httpx.codes.NOT_FOUND} if may_be_missing else set())
        if answer.status_code not in expected:
            raise GatewayBusy(f"the access point answered {answer.status_code}", url=self._url)
        return answer


def _objection(answer: httpx.Response) -> str | None:
    is_refused = answer.status_code == httpx.codes.BAD_REQUEST
    return answer.text[:OBJECTION_MAX_CHARACTERS] or "nothing" if is_refused else None


def _sized(answer: httpx.Response, max_bytes: int) -> bytes:
    if len(answer.content) > max_bytes:
        raise AnswerMalformed(f"{len(answer.content)} bytes in one answer; {max_bytes} is the most that makes sense")
    return answer.content
