"""What a supervisor's phone asks about gateways; answered or refused as BackendApi says."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict

from mobile.services.backend_api import BackendApi, read_answer


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Driver(_Answer):
    """`settings`: the JSON schema of what it wants to be told. `words`: language -> sentence -> what it is there."""

    domain: str
    name: str
    transport: str = ""
    capability: str = ""
    verified_on: str = ""
    words: dict[str, dict[str, str]] = {}
    settings: dict[str, Any]

    def transport_in(self, language: str) -> str:
        return self.words.get(language, {}).get("transport", self.transport)

    def verified_on_in(self, language: str) -> str:
        return self.words.get(language, {}).get("verified_on", self.verified_on)


class GatewaySettings(_Answer):
    """In the place of each secret: `{"is_set": true}`."""

    domain: str
    settings: dict[str, Any]


class TestedGateway(_Answer):
    """`heard`: the first labels it knows; `heard_total` counts them all."""

    is_reachable: bool
    detail: str = ""
    heard_total: int = 0
    heard: list[str] = []


class _Drivers(_Answer):
    drivers: list[Driver]


class GatewaysApi:
    """One method per question. `token` is a supervisor's session, `store_id` their store."""

    def __init__(self, api: BackendApi) -> None:
        self._api = api

    async def drivers(self, token: str, store_id: str) -> list[Driver]:
        answer = await self._api.ask("GET", f"/stores/{store_id}/gateway-drivers", token=token)
        return read_answer(_Drivers, answer).drivers

    async def settings(self, token: str, store_id: str, name: str) -> GatewaySettings:
        return read_answer(GatewaySettings, await self._api.ask("GET", _path(store_id, name), token=token))

    async def save(
        self, token: str, store_id: str, name: str, domain: str, settings: dict[str, Any], *, is_enabled: bool
    ) -> None:
        """Secrets that are left out stay as they are."""
        body = {"domain": domain, "settings": settings, "is_enabled": is_enabled}
        await self._api.ask("PUT", _path(store_id, name), body=body, token=token)

    async def test(self, token: str, store_id: str, name: str) -> TestedGateway:
        return read_answer(TestedGateway, await self._api.ask("POST", _path(store_id, name) + "/test", token=token))

    async def remove(self, token: str, store_id: str, name: str) -> None:
        await self._api.ask("DELETE", _path(store_id, name), token=token)


def _path(store_id: str, name: str) -> str:
    return f"/stores/{store_id}/gateways/{quote(name, safe='')}"
