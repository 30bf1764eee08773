"""What the hand-over desk asks; answered or refused as BackendApi says."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from mobile.services.backend_api import BackendApi, read_answer
from shared.ids import Id


class Recipient(BaseModel):
    """Who the order is for and how it gets there, as far as its platform says."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: str | None = None
    recipient_name: str = ""
    phone: str = ""
    address_lines: list[str] = []
    route_note: str = ""
    handover_code: str = ""


class WaitingOrder(BaseModel):
    """An order that is packed, as the desk sees it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Id
    display_code: str
    external_id: str = ""
    channel_name: str = ""
    due_at: datetime
    bags: int = 0
    bag_codes: list[str] = []
    place: str = ""
    asks_pin: bool = False
    tries_left: int = 1
    is_age_restricted: bool = False
    slip_id: str = ""
    delivery: Recipient | None = None

    def answers_to(self, code: str) -> bool:
        """Whether that is what its courier would show, or what stands on one of its bags."""
        shown = _said(code)
        return bool(shown) and shown in {_said(self.display_code), _said(self.external_id), *self.bag_codes}


def _said(code: str) -> str:
    """As people say it: nobody says the sign before a number."""
    return code.strip().upper().removeprefix("#")


class _Waiting(BaseModel):
    model_config = ConfigDict(extra="ignore")

    orders: list[WaitingOrder]


class HandoverApi:
    """`token` is the session of whoever stands at the desk."""

    def __init__(self, api: BackendApi) -> None:
        self._api = api

    async def waiting(self, token: str) -> list[WaitingOrder]:
        return read_answer(_Waiting, await self._api.ask("GET", "/handover/orders", token=token)).orders

    async def bag_labels(self, token: str, order_id: str) -> bytes:
        """A PDF with one page for each bag."""
        return await self._api.fetch_file(f"/handover/orders/{order_id}/bag-labels", token=token)

    async def slip(self, token: str, slip_id: str) -> bytes:
        """The delivery slip as a PDF."""
        return await self._api.fetch_file(f"/handover/slips/{slip_id}?form=pdf", token=token)

    async def codes(self, token: str, kind: str) -> bytes:
        """A PDF of numbered codes to stick on `totes`, `bags` or `places`."""
        return await self._api.fetch_file(f"/handover/codes/{kind}", token=token)

    async def hand_over(self, token: str, order_id: str, body: dict[str, Any]) -> None:
        await self._api.ask("POST", f"/handover/orders/{order_id}", body=body, token=token)
