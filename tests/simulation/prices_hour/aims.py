"""An AIMS that counts calls, before the driver as it ships: its HTTP in memory, its labels the world's."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import Any

import httpx

from backend.labels.drivers.solum_aims.driver import AimsDriver
from backend.labels.drivers.solum_aims.protocol import COLOURS, DURATIONS, IMAGE, LABELS, LED, OFF, TOKEN
from backend.labels.drivers.solum_aims.settings import AimsSettings
from backend.labels.port import Delivered, DriverTools, GatewayDriver, GatewayEvent, GatewayUnreachable
from shared.labels import BlinkPattern, Flash
from tests.simulation.clocks import OPENING
from tests.simulation.gateways import DISPLAY_PX, Gateway

ANSWER_S = 0.05
CALLS_PER_S = 10.0
AT_ONCE = 20.0
SETTINGS = AimsSettings.model_validate(
    {
        "url": "http://aims",
        "username": "picker",
        "password": "hush",
        "company": "LAB",
        "store": "7271",
        "patterns": {BlinkPattern.SLOW: 0, BlinkPattern.DOUBLE: 1, BlinkPattern.STEADY: 2},
        "confirms": True,
        "picture_page": 1,
        "calls_per_s": CALLS_PER_S,
    }
)
_COLOUR_OF = {name: colour for colour, name in COLOURS.items()}
_SECONDS = {text: seconds for seconds, text in DURATIONS.items()}
_KINDS = {LED: "led", LABELS: "image"}


@dataclass(eq=False)
class AimsServer(Gateway):
    """More calls than it bears are answered 429. What a label said last stands in the lists, the newest first."""

    calls: int = 0
    calls_refused: int = 0
    _sorted: list[str] = field(default_factory=list)
    _left: float = AT_ONCE
    _counted_at_s: float = 0.0
    _lines: dict[str, dict[str, tuple[str, float]]] = field(default_factory=lambda: {"led": {}, "image": {}})

    def __post_init__(self) -> None:
        super().__post_init__()
        self._sorted = sorted(self.labels)
        self.hear = self._settled

    def driver(self, tools: DriverTools) -> GatewayDriver:
        def make_client(**options: Any) -> httpx.AsyncClient:
            return httpx.AsyncClient(transport=_Wire(self), **options)

        return AimsDriver(SETTINGS, DriverTools(tools.clock, tools.chance, make_client, tools.sleep))

    def answer(self, method: str, path: str, query: Mapping[str, str], raw: bytes) -> httpx.Response:
        """Raises GatewayUnreachable."""
        if not self.is_reachable:
            raise GatewayUnreachable("unplugged")
        self.calls += 1
        if not self._may_call():
            self.calls_refused += 1
            return httpx.Response(429)
        body = json.loads(raw) if raw else {}
        answers: Mapping[tuple[str, str], Callable[[], Any]] = {
            ("POST", TOKEN): lambda: {"responseMessage": {"access_token": "t", "expires_in": 86_400}},
            ("PUT", LED): lambda: self._blink(body["ledBlinkList"]),
            ("POST", IMAGE): lambda: self._push(body),
            ("GET", LED): lambda: self._list(path, query),
            ("GET", LABELS): lambda: self._list(path, query),
        }
        said = answers[method, path]()
        return httpx.Response(200, json=said) if said is not None else httpx.Response(204)

    def _may_call(self) -> bool:
        now_s = self.loop.time()
        self._left = min(AT_ONCE, self._left + (now_s - self._counted_at_s) * CALLS_PER_S)
        self._counted_at_s = now_s
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def _blink(self, entries: list[Mapping[str, Any]]) -> Any:
        patterns = {number: pattern for pattern, number in SETTINGS.patterns.items()}
        for each in entries:
            flash = None
            if each["duration"] != OFF:
                colour, pattern = _COLOUR_OF[each["color"]], patterns[each["patternId"]]
                flash = Flash(colour=colour, pattern=pattern, duration_s=_SECONDS[each["duration"]])
            self._note("led", each["labelCode"], "PROCESSING")
            self.take(each["labelCode"], flash, "led")
        return {"responseCode": "200"}

    def _push(self, body: Mapping[str, Any]) -> Any:
        self._note("image", body["labelCode"], "PROCESSING")
        self.take_picture(body["labelCode"], base64.b64decode(body["image"]), "image")
        return {"responseCode": "200"}

    def _send_picture(self, boots: int, label: str, png: bytes, token: str) -> None:
        self.loop.in_world(self.next_wake_s(label), self._picture_came, boots, label, token, png)

    def _settled(self, event: GatewayEvent) -> None:
        kind = getattr(event, "token", "")
        if kind in self._lines and type(event).__name__ in ("Delivered", "Expired", "Failed"):
            self._note(kind, event.label_external_id, "SUCCESS" if isinstance(event, Delivered) else "TIMEOUT")

    def _note(self, kind: str, label: str, status: str) -> None:
        """The newest line stands last."""
        lines = self._lines[kind]
        lines.pop(label, None)
        lines[label] = (status, self.loop.time())

    def _list(self, path: str, query: Mapping[str, str]) -> Any:
        lines = self._lines[_KINDS[path]]
        page, size = int(query.get("page", 0)), int(query.get("size", 100))
        names: Iterable[str] = self._sorted
        if "label" in query:
            names = [query["label"]]
        elif "sort" in query:
            names = reversed(lines)
        width, height = DISPLAY_PX
        wanted = [
            {
                "labelCode": name,
                "status": lines.get(name, ("SUCCESS", 0.0))[0],
                "lastUpdated": (OPENING + timedelta(seconds=lines.get(name, ("", 0.0))[1])).isoformat(),
                "width": width,
                "height": height,
            }
            for name in islice(names, page * size, (page + 1) * size)
        ]
        return {"list": wanted} if wanted else None


class _Wire(httpx.AsyncBaseTransport):
    def __init__(self, server: AimsServer) -> None:
        self._server = server

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(ANSWER_S)
        raw = await request.aread()
        try:
            return self._server.answer(request.method, request.url.path, dict(request.url.params), raw)
        except GatewayUnreachable:
            raise httpx.ConnectError("unplugged") from None
