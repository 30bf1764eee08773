"""AIMS over HTTP: the token, kept and renewed; calls out; statuses told apart by what they mean for a command."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import httpx

from backend.labels.call_budget import CallBudget
from backend.labels.calling import call
from backend.labels.drivers.solum_aims.protocol import (
    IMAGE,
    KIND,
    LABELS,
    LABELS_MAX,
    LED,
    PAGE,
    TOKEN,
    AimsLabel,
    Blink,
    Kind,
    LabelStatus,
    blink_request,
    image_request,
    page_request,
    parse_kind,
    parse_labels,
    parse_statuses,
    parse_token,
    token_request,
)
from backend.labels.drivers.solum_aims.settings import AimsSettings
from backend.labels.port import CommandRefused, DriverTools, GatewayBusy, GatewayUnreachable

ANSWER_WITHIN_S = 20.0
ANSWER_MAX_BYTES = 4 * 1024 * 1024
PAGE_SIZE = 100
STATUSES_READ = 200
TOKEN_MARGIN_S = 60.0
NOT_ALLOWED = (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)
JSON = {"Content-Type": "application/json"}


class AimsHttp:
    """One AIMS, one store."""

    def __init__(self, settings: AimsSettings, tools: DriverTools) -> None:
        self._settings = settings
        self._tools = tools
        self._client = tools.make_http_client(base_url=settings.url, timeout=ANSWER_WITHIN_S)
        self._token = ""
        self._token_until_s = 0.0
        self._signing_in = asyncio.Lock()
        self._budget = CallBudget(settings.calls_per_s, tools.clock.monotonic_s, tools.sleep)
        self._place = {"company": settings.company, "store": settings.store}
        self._newest = {**self._place, "sort": "lastUpdated,desc", "page": "0", "size": str(STATUSES_READ)}

    async def close(self) -> None:
        await self._client.aclose()

    async def blink(self, blinks: Sequence[Blink]) -> None:
        await self._ask("PUT", LED, {**self._place, "isPartial": "true"}, blink_request(blinks))

    async def led_statuses(self) -> Sequence[LabelStatus]:
        """The latest ones; who has not changed lately is of no interest."""
        return parse_statuses(await self._ask("GET", LED, self._newest))

    async def newest_labels(self) -> Sequence[LabelStatus]:
        """Those whose picture changed last, in one call."""
        return parse_statuses(await self._ask("GET", LABELS, self._newest))

    async def label_statuses(self, label: str) -> Sequence[LabelStatus]:
        return parse_statuses(await self._ask("GET", LABELS, {**self._place, "label": label}, is_urgent=False))

    async def labels(self) -> Sequence[AimsLabel]:
        """All pages. A server that ignores the page is noticed: its second page holds nothing new."""
        found: dict[str, AimsLabel] = {}
        page = 0
        while len(found) < LABELS_MAX:
            asked = {**self._place, "page": str(page), "size": str(PAGE_SIZE)}
            fresh = {each.label: each for each in parse_labels(await self._ask("GET", LABELS, asked, is_urgent=False))}
            if not fresh.keys() - found.keys():
                break
            found |= fresh
            if len(fresh) < PAGE_SIZE:
                break
            page += 1
        return [found[label] for label in sorted(found)]

    async def turn_page(self, labels: Sequence[str], page: int) -> None:
        await self._ask("POST", PAGE, self._place, page_request(labels, page))

    async def kind(self, label: str) -> Kind:
        return parse_kind(await self._ask("GET", KIND, {"labelCode": label}, is_urgent=False))

    async def push_image(self, label: str, page: int, png_base64: str) -> None:
        await self._ask("POST", IMAGE, self._place, image_request(label, page, png_base64), is_urgent=False)

    async def check(self) -> None:
        """Whether it lets us in, and knows the company and the store."""
        await self._ask("GET", LABELS, {**self._place, "page": "0", "size": "1"})

    async def _ask(
        self, method: str, path: str, query: Mapping[str, str], body: bytes | None = None, *, is_urgent: bool = True
    ) -> bytes:
        """`is_urgent` False: a call for a picture, which lets those for lights go first."""
        await self._budget.take(is_urgent=is_urgent)
        used = await self._valid_token("")
        answer = await self._send(method, path, query, body, used)
        if answer.status_code in NOT_ALLOWED:  # the token may have been revoked before its time
            await self._budget.take(is_urgent=is_urgent)
            answer = await self._send(method, path, query, body, await self._valid_token(used))
        if answer.status_code in NOT_ALLOWED:
            raise GatewayBusy(f"AIMS does not let us into this company and store ({answer.status_code})")
        if answer.status_code == httpx.codes.METHOD_NOT_ALLOWED:
            raise CommandRefused("AIMS says: parameter invalid (405)")
        if not answer.is_success:
            raise GatewayBusy(f"AIMS answered {answer.status_code}")
        return answer.content

    async def _send(
        self, method: str, path: str, query: Mapping[str, str], body: bytes | None, token: str
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}", **(JSON if body is not None else {})}
        request = self._client.build_request(method, path, params=dict(query), content=body, headers=headers)
        return await call(
            self._client, request, self._tools.sleep, within_s=ANSWER_WITHIN_S, bytes_max=ANSWER_MAX_BYTES
        )

    async def _valid_token(self, refused: str) -> str:
        """A token that is not `refused`; many who ask at one time sign in once."""
        async with self._signing_in:
            now_s = self._tools.clock.monotonic_s()
            if self._token in ("", refused) or now_s >= self._token_until_s:
                self._token = ""
                body = token_request(self._settings.username, self._settings.password.get_secret_value())
                request = self._client.build_request("POST", TOKEN, content=body, headers=JSON)
                answer = await call(
                    self._client, request, self._tools.sleep, within_s=ANSWER_WITHIN_S, bytes_max=ANSWER_MAX_BYTES
                )
                if answer.status_code != httpx.codes.OK:
                    raise GatewayUnreachable(f"AIMS refused to sign us in ({answer.status_code})")
                token = parse_token(answer.content)
                margin_s = min(TOKEN_MARGIN_S, token.expires_in / 2)
                self._token, self._token_until_s = token.access_token, now_s + token.expires_in - margin_s
            return self._token
