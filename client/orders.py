"""A channel's side of the HTTP interface: each request is asked until it is answered, and takes effect once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel

from client.errors import RequestRefused, StoreUnreachable
from client.keys import new_key
from shared.channel_answers import OrderAnswer, OrderSummary, OrderView, ProposalDecision
from shared.incoming_order import IncomingOrder
from shared.substitution import ShopperAnswer

TIMEOUT_S = 15.0
ATTEMPTS_MAX = 8
WAIT_FIRST_S, WAIT_MAX_S = 0.5, 30.0
PAGE_MAX = 200
PASSING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})

Sleep = Callable[[float], Awaitable[None]]
M = TypeVar("M", bound=BaseModel)


class OrdersClient:
    """`base_url` is the store's, `key` the channel's. Use it as an asynchronous context, or `aclose` it.

    Every method raises RequestRefused where the store says no for good, and StoreUnreachable where it never answered.
    Without a `key` of one's own a request gets a fresh one; who may crash in between hands in one that they remember.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Sleep = asyncio.sleep,
        attempts_max: int = ATTEMPTS_MAX,
    ) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self._http = httpx.AsyncClient(base_url=base_url, headers=headers, transport=transport, timeout=TIMEOUT_S)
        self._sleep = sleep
        self._attempts_max = attempts_max

    async def __aenter__(self) -> OrdersClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._http.aclose()

    async def place(self, order: IncomingOrder, *, key: str = "") -> OrderAnswer:
        """Hand in an order: accepted, or held for a supervisor with a reason."""
        response = await self._ask("POST", "/orders", content=_body(order), headers=_headers(key))
        return _read(OrderAnswer, response)

    async def amend(self, order: IncomingOrder, *, key: str = "") -> OrderAnswer:
        """Say an order anew, whole, before picking starts."""
        path = f"/orders/{_part(order.external_id)}"
        return _read(OrderAnswer, await self._ask("PUT", path, content=_body(order), headers=_headers(key)))

    async def cancel(self, external_id: str, reason: str) -> OrderAnswer:
        """Cancel an order that is not packed yet. Cancelling twice is once."""
        path = f"/orders/{_part(external_id)}/cancel"
        return _read(OrderAnswer, await self._ask("POST", path, json={"reason": reason}))

    async def answer(
        self, external_id: str, external_line_id: str, proposal_id: str, answer: ShopperAnswer
    ) -> ProposalDecision:
        """Say whether a proposed substitute may stay."""
        path = f"/orders/{_part(external_id)}/lines/{quote(external_line_id)}/substitution"
        said = {"proposal_id": proposal_id, "answer": answer.value}
        return _read(ProposalDecision, await self._ask("POST", path, json=said))

    async def order(self, external_id: str) -> OrderView:
        """One order, line by line."""
        return _read(OrderView, await self._ask("GET", f"/orders/{_part(external_id)}"))

    async def orders(self, *, status: str = "", page: int = 50) -> AsyncIterator[OrderSummary]:
        """Every order of the channel, newest first, read `page` at a time as they are asked for."""
        page = min(page, PAGE_MAX)
        asked: dict[str, Any] = {"limit": page} | ({"status": status} if status else {})
        while True:
            found = (await self._ask("GET", "/orders", params=asked)).json()
            for each in found:
                yield OrderSummary.model_validate(each)
            if len(found) < page:
                return
            asked["before"] = found[-1]["external_id"]

    async def _ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        why, wished_s = "", 0.0
        for attempt in range(self._attempts_max):
            if attempt:
                await self._sleep(wait_s(attempt, wished_s))
            wished_s = 0.0
            try:
                response = await self._http.request(method, f"/api/v1{path}", **given)
            except httpx.TransportError as error:
                why = f"the store could not be reached ({type(error).__name__})"
                continue
            if response.is_success:
                return response
            if response.status_code not in PASSING_STATUSES:
                raise RequestRefused(response.status_code, _problem(response))
            why, wished_s = f"the store answered {response.status_code}", _retry_after_s(response)
        raise StoreUnreachable(why)


def wait_s(attempt: int, wished_s: float = 0.0) -> float:
    """Before which a request is asked again: longer each time, never all at the same instant."""
    longer_s: float = min(WAIT_FIRST_S * 2.0 ** (attempt - 1), WAIT_MAX_S) * random.uniform(0.5, 1.0)
    return max(longer_s, min(wished_s, WAIT_MAX_S))


def _part(text: str) -> str:
    return quote(text, safe="")


def _body(order: IncomingOrder) -> bytes:
    return order.model_dump_json(exclude_defaults=True).encode()


def _headers(key: str) -> dict[str, str]:
    return {"Content-Type": "application/json", "Idempotency-Key": key or new_key()}


def _read(model: type[M], response: httpx.Response) -> M:
    """What is new in an answer is left aside."""
    return model.model_validate_json(response.content, extra="ignore")


def _problem(response: httpx.Response) -> dict[str, Any]:
    try:
        said = response.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _retry_after_s(response: httpx.Response) -> float:
    said = response.headers.get("retry-after", "")
    return float(said) if said.isascii() and said.isdigit() else 0.0
