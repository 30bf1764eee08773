"""Sends the platform's events as signed webhooks: repeated, delayed and out of order, as chance has it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
from typing import Any, Literal

import httpx

from backend.channels.port.playing import Pushes, Unkindness
from shared.clock import Clock

ATTEMPTS_MAX = 6


class Webhooks:
    """What leaves is in `pushes`; `tell` plans an event, where anybody wants to hear it."""

    def __init__(
        self,
        *,
        url: str,
        app_id: str,
        merchant_id: str,
        secret: str,
        encoding: Literal["hex", "base64"],
        clock: Clock,
        chance: random.Random,
        unkindness: Unkindness,
        transport: httpx.AsyncBaseTransport | None,
    ) -> None:
        self.pushes = Pushes(
            clock=clock, chance=chance, unkindness=unkindness, attempts_max=ATTEMPTS_MAX, transport=transport
        )
        self.pushes.url = url
        self._headers = {"X-App-Id": app_id, "X-App-MerchantId": merchant_id, "Content-Type": "application/json"}
        self._secret = secret
        self._encoding = encoding

    def tell(self, event: dict[str, Any]) -> None:
        if self.pushes.url:
            self.pushes.schedule(lambda: self._request(event))

    def sign(self, body: bytes) -> str:
        digest = hmac.new(self._secret.encode(), body, hashlib.sha256).digest()
        return digest.hex() if self._encoding == "hex" else base64.b64encode(digest).decode()

    def _request(self, event: dict[str, Any]) -> httpx.Request:
        body = json.dumps(event).encode()
        headers = {**self._headers, "X-App-Signature": self.sign(body)}
        return httpx.Request("POST", _address(self.pushes.url), content=body, headers=headers)


def _address(url: str) -> str:
    """Where a service takes events, whether its address was given whole or without the standard's own path."""
    return url if url.rstrip("/").endswith("newEvent") else f"{url.rstrip('/')}/v1/newEvent"
