"""A web shop with one shopper, beside the real server: posts an order, hears of it, and says yes when it is asked."""

from __future__ import annotations

import json
from typing import Any

import httpx
from websockets.sync.client import connect

from tests.e2e.server import Server

SAYS_NOTHING_MAX_S = 240.0


class WebShop:
    """`heard`: every event so far, oldest first."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._auth = {"Authorization": f"Bearer {server.keys['channel_key']}"}
        self.heard: list[dict[str, Any]] = []

    def hear(self, name: str) -> dict[str, Any]:
        """What the next event of this name says. Raises TimeoutError where the store says nothing for minutes."""
        after = self.heard[-1]["sequence"] if self.heard else 0
        url = self._server.url.replace("http", "ws", 1) + f"/api/v1/channels/stream?after={after}"
        with connect(url, additional_headers=self._auth) as stream:
            while True:
                event = json.loads(stream.recv(timeout=SAYS_NOTHING_MAX_S))
                if "sequence" not in event:
                    continue
                self.heard.append(event)
                stream.send(json.dumps({"ack": event["sequence"]}))
                if event["name"] == name:
                    body: dict[str, Any] = event["body"]
                    return body

    def said(self, name: str) -> list[dict[str, Any]]:
        return [event["body"] for event in self.heard if event["name"] == name]

    def approve(self, external_id: str, proposal: dict[str, Any]) -> None:
        path = f"/api/v1/orders/{external_id}/lines/{proposal['external_line_id']}/substitution"
        answer = {"proposal_id": proposal["proposal_id"], "answer": "approve"}
        httpx.post(
            self._server.url + path, json=answer, headers=self._auth, timeout=SAYS_NOTHING_MAX_S
        ).raise_for_status()
