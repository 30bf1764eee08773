"""The simulated platform put together, on a real socket: used by tests, by the demo, and by hand."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Literal

import httpx
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from backend.channels.adapters.open_delivery_host.application import HostApplication
from backend.channels.adapters.open_delivery_host.platform import DeliveryPlatform
from backend.channels.adapters.open_delivery_host.shopping import SHELF, HostProduct, order_of, shopping_list
from backend.channels.adapters.open_delivery_host.webhooks import Webhooks
from backend.channels.port import Edge
from backend.channels.port.playing import Listening, PlayedState, SoldProduct, Unkindness

HOST_URL = "https://opendelivery.example"
DEMO_APP_ID = "0c5a1f2e-3a0b-4a53-9f38-0f6f5a1f7a11"
DEMO_MERCHANT_ID = "7a0c3c5e-9d5d-4b39-8f4e-5b7c2f7e9a22"
_STATES = {
    "CREATED": PlayedState.NEW,
    "CONFIRMED": PlayedState.ACCEPTED,
    "PREPARING": PlayedState.ACCEPTED,
    "CANCELLED": PlayedState.CANCELLED,
}
_DEMO_CREDENTIAL = "simulated-secret-for-nobody"


class HostSettings(BaseModel):
    """Who the platform is, and how unkind. The defaults are for demos: they guard nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    seed: int = 1
    app_id: str = DEMO_APP_ID
    merchant_id: str = Field(default=DEMO_MERCHANT_ID, min_length=36)
    client_id: str = "blinkpick"
    client_secret: SecretStr = SecretStr(_DEMO_CREDENTIAL)
    webhook_url: str = Field(default="", description="where events are pushed to; polling only where empty")
    signature_encoding: Literal["hex", "base64"] = "hex"
    spells_participle: bool = False
    token_life_s: int = Field(default=3600, ge=1)
    repeat: float = Field(default=0.0, ge=0, le=1)
    delay_max_s: float = Field(default=0.0, ge=0, le=60)
    busy: float = Field(default=0.0, ge=0, lt=1)
    answer_lost: float = Field(default=0.0, ge=0, lt=1)


class OpenDeliveryHost:
    """One platform with one merchant. `platform` is the state, `pushes` what leaves, `application` what comes in."""

    def __init__(
        self,
        settings: HostSettings,
        edge: Edge,
        products: Sequence[HostProduct] = SHELF,
        *,
        push_transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.is_down = False
        self.settings = settings
        self.products = list(products)
        self.base_url = ""
        self._clock = edge.clock
        self._chance = random.Random(settings.seed)
        faults = Unkindness(settings.repeat, settings.delay_max_s, settings.busy, settings.answer_lost)
        secret = settings.client_secret.get_secret_value()
        self.platform = DeliveryPlatform(
            clock=edge.clock,
            chance=self._chance,
            merchant_id=settings.merchant_id,
            spells_participle=settings.spells_participle,
        )
        webhooks = Webhooks(
            url=settings.webhook_url,
            app_id=settings.app_id,
            merchant_id=settings.merchant_id,
            secret=secret,
            encoding=settings.signature_encoding,
            clock=edge.clock,
            chance=self._chance,
            unkindness=faults,
            transport=push_transport or edge.http_transport,
        )
        self.application = HostApplication(
            self.platform,
            client_id=settings.client_id,
            client_secret=secret,
            token_life_s=settings.token_life_s,
            clock=edge.clock,
            chance=self._chance,
            faults=faults,
            is_down=lambda: self.is_down,
        )
        self.pushes = webhooks.pushes
        self.platform.on_event.append(webhooks.tell)
        self._listening = Listening(self.application.app, "open delivery host")

    def place_random(self) -> str:
        """A shopper fills a basket by chance; returns the order's id."""
        return self.platform.place(shopping_list(self._chance, self.products, self._clock.now()))

    def place_exactly(self, lines: Sequence[tuple[HostProduct, Decimal]], *, minutes: int = 60) -> str:
        """A shopper orders exactly this, for collection in so many minutes; returns the order's id."""
        return self.platform.place(order_of(self._chance, lines, self._clock.now(), minutes=minutes))

    def place(self, lines: Sequence[tuple[SoldProduct, int]], *, minutes: int = 60) -> str:
        """The same in the words every simulator knows: so many pieces of each."""
        wanted = [(HostProduct(sold.sku, sold.name, sold.price, sold.gtin), Decimal(count)) for sold, count in lines]
        return self.place_exactly(wanted, minutes=minutes)

    def cancel(self, order_id: str) -> None:
        self.platform.cancel(order_id)

    def ask_to_cancel(self, order_id: str) -> bool:
        self.platform.ask_to_cancel(order_id)
        return True

    def pass_time(self) -> None:
        """The standard sets no time in which an order must be confirmed."""

    def state(self, order_id: str) -> PlayedState:
        return _STATES.get(self.platform.orders[order_id].state, PlayedState.PICKED)

    def quantities(self, order_id: str) -> dict[str, int]:
        """As they were ordered: the standard has no word for less."""
        order = self.platform.orders[order_id]
        if order.state == "CANCELLED":
            return {}
        found: Counter[str] = Counter()
        for item in order.body["items"]:
            found[item["externalCode"]] += int(item["quantity"])
        return dict(found)

    def heard(self, order_id: str) -> Counter[str]:
        return Counter(operation for operation, _ in self.platform.orders[order_id].heard)

    def channel_settings(self, webhook_url: str = "") -> dict[str, Any]:
        """What the channel that talks to this platform must be set to."""
        return {
            "base_url": self.base_url or HOST_URL,
            "app_id": self.settings.app_id,
            "merchant_id": self.settings.merchant_id,
            "client_id": self.settings.client_id,
            "client_secret": self.settings.client_secret.get_secret_value(),
        }

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen on a real socket; returns the base URL. Port 0 takes any free one."""
        self.base_url = self.platform.base_url = self._listening.bind(host, port)
        await self._listening.serve()
        return self.base_url

    async def stop(self) -> None:
        await self.pushes.aclose()
        await self._listening.stop()
