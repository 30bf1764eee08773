"""The HTTP side of Shopify: one address, many questions, and what its answers mean. Knows no order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.channels.port.contract import Edge
from backend.channels.port.errors import ChannelRefused, ChannelUnavailable, PayloadUnknown
from backend.channels.port.reading import read_json
from backend.channels.port.token_calls import TokenCalls, TokenSource

_PASSING_CODES = frozenset({"THROTTLED", "INTERNAL_SERVER_ERROR", "TIMEOUT", "IDEMPOTENCY_CONCURRENT_REQUEST"})
THROTTLED_S = 2
LOOKS_MAX = 3
WORDS_MAX_CHARACTERS = 100


class ShopRefused(ChannelRefused):
    """Shopify answered with user errors. `facts["codes"]` are theirs, where they have some."""


class ShopifyClient:
    """Questions to one shop."""

    def __init__(self, *, base_url: str, api_version: str, client_id: str, client_secret: str, edge: Edge) -> None:
        source = TokenSource(
            url=f"{base_url.rstrip('/')}/admin/oauth/access_token",
            client_id=client_id,
            client_secret=client_secret,
            header="X-Shopify-Access-Token",
            prefix="",
        )
        self._path = f"/admin/api/{api_version}/graphql.json"
        self._calls = TokenCalls(base_url=base_url, source=source, edge=edge)

    async def ask(self, query: str, **variables: Any) -> Any:
        """What stands under the one field that was asked for. Raises as `ask_all` does."""
        return _only(await self.ask_all(query, variables))

    async def look(self, query: str, **variables: Any) -> Any:
        """As `ask`, for what changes nothing, or nothing more the second time."""
        return _only(await self.look_all(query, variables))

    async def look_all(self, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """As `ask_all`, for what may be asked twice: an answer that was lost on its way is asked for again at once."""
        for _ in range(LOOKS_MAX - 1):
            try:
                return await self.ask_all(query, variables)
            except ChannelUnavailable as error:
                if error.facts.get("retry_after_s") != 0:  # nobody is there, or wants to be left alone for a while
                    raise
        return await self.ask_all(query, variables)

    async def ask_all(self, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """What stands under each field that was asked for.

        Raises ShopRefused, ChannelUnavailable, ChannelRefused, PayloadUnknown.
        """
        response = await self._calls.post(self._path, {"query": query, "variables": variables})
        if response.status_code != 200:
            raise ChannelRefused(f"the shop answered {response.status_code}")
        answer = read_json(response.content)
        if not isinstance(answer, dict):
            raise PayloadUnknown("the shop's answer is not an object")
        if answer.get("errors"):
            raise _failure(answer["errors"])
        data = answer.get("data")
        if not isinstance(data, dict):
            raise PayloadUnknown("the shop's answer says nothing")
        for field, found in data.items():
            _raise_user_errors(field, found)
        return data

    async def aclose(self) -> None:
        await self._calls.aclose()


def _only(found: dict[str, Any]) -> Any:
    if len(found) != 1:
        raise PayloadUnknown("the shop's answer says nothing")
    return next(iter(found.values()))


def _failure(errors: Any) -> ChannelRefused | ChannelUnavailable:
    codes = _codes([error.get("extensions") for error in errors if isinstance(error, dict)] if _is_list(errors) else [])
    if _PASSING_CODES.intersection(codes):
        return ChannelUnavailable("the shop is busy", retry_after_s=THROTTLED_S)
    return ChannelRefused(f"the shop does not take the question ({', '.join(codes)[:WORDS_MAX_CHARACTERS]})")


def _raise_user_errors(field: str, found: Any) -> None:
    if not isinstance(found, dict):
        return
    for name in ("userErrors", "orderCancelUserErrors"):
        errors = found.get(name)
        if _is_list(errors) and errors:
            words = str(errors[0].get("message", "")) if isinstance(errors[0], dict) else ""
            codes = _codes(errors)
            raise ShopRefused(
                f"the shop refused {field} ({', '.join(codes)[:WORDS_MAX_CHARACTERS]})",
                operation=field,
                codes=codes,
                words=words[:WORDS_MAX_CHARACTERS],
            )


def _codes(holders: Any) -> list[str]:
    found = [holder.get("code") for holder in holders if isinstance(holder, dict)]
    return [str(code)[:60] for code in found if code]


def _is_list(value: Any) -> bool:
    return isinstance(value, list)
