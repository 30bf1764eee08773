"""What a fake AIMS keeps: labels that check in, the LED status list, tokens. Seconds in, answers out."""

from __future__ import annotations

import base64
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from backend.labels.drivers.solum_aims.protocol import DURATIONS, OFF

ANSWERS_WITHIN_S = (2.0, 8.0)
GIVES_UP_AFTER_S = 60.0
START = datetime(2026, 1, 5, 8, tzinfo=UTC)
Answer = tuple[int, Any]

_SECONDS = {text: seconds for seconds, text in DURATIONS.items()} | {OFF: 0}


@dataclass
class FakeLabel:
    """`is_silent`: it never checks in."""

    code: str
    is_silent: bool = False
    colour: str = ""
    until_s: float = 0.0
    page: int = 1
    pictures: dict[int, bytes] = field(default_factory=dict)
    status: str = "SUCCESS"
    updated_s: float = 0.0


@dataclass(frozen=True)
class _Waiting:
    """A command on its way to a label."""

    due_s: float
    kind: str
    label: str
    change: Mapping[str, Any]


class FakeStore:
    """One company, one store."""

    def __init__(self, labels: Sequence[FakeLabel], *, seed: int = 0, token_lasts_s: float = 3600.0) -> None:
        self.labels = {label.code: label for label in labels}
        self.led_lines: dict[str, tuple[str, float]] = {}
        self.taken: dict[str, int] = {}
        self.refuses: set[str] = set()
        self.tokens: dict[str, float] = {}
        self.token_lasts_s = token_lasts_s
        self.signed_in = 0
        self.batches: list[int] = []
        self._chance = random.Random(seed)
        self._waiting: dict[tuple[str, str], _Waiting] = {}

    # Tokens

    def sign_in(self, username: str, password: str, now_s: float) -> Answer:
        if (username, password) != ("picker", "hush"):
            return 406, {"responseCode": "406", "responseMessage": "Authentication Failed"}
        self.signed_in += 1
        token = f"token-{self.signed_in}"
        self.tokens[token] = now_s + self.token_lasts_s
        message = {"access_token": token, "refresh_token": "refresh", "token_type": "Bearer"}
        return 200, {"responseCode": "200", "responseMessage": {**message, "expires_in": self.token_lasts_s}}

    def lets_in(self, authorization: str, now_s: float) -> bool:
        return self.tokens.get(authorization.removeprefix("Bearer "), -1.0) > now_s

    # Commands

    def blink(self, body: Mapping[str, Any], now_s: float) -> Answer:
        self.settle(now_s)
        entries = body["ledBlinkList"]
        codes = {each["labelCode"] for each in entries}
        refused = codes & self.refuses
        if codes - self.labels.keys() or refused or any(each["duration"] not in _SECONDS for each in entries):
            if len(codes) == 1:
                self.refuses -= refused
            return 405, {"responseCode": "405", "responseMessage": "Parameter is invalid"}
        self.batches.append(len(entries))
        for each in entries:
            if each["duration"] != OFF:
                self.taken[each["labelCode"]] = self.taken.get(each["labelCode"], 0) + 1
            self.led_lines[each["labelCode"]] = ("PROCESSING", now_s)
            self._send("led", each["labelCode"], each, now_s)
        return 200, {"responseCode": "200", "responseMessage": "SUCCESS"}

    def push_image(self, body: Mapping[str, Any], now_s: float) -> Answer:
        self.settle(now_s)
        label = self.labels.get(body["labelCode"])
        if label is None or label.code in self.refuses:
            self.refuses.discard(body["labelCode"])
            return 405, {"responseCode": "405", "responseMessage": "Parameter is Invalid"}
        label.status, label.updated_s = "PROCESSING", now_s
        self._send("image", label.code, body, now_s)
        return 200, {"responseCode": "200", "responseMessage": "SUCCESS"}

    def turn_page(self, body: Mapping[str, Any]) -> Answer:
        changes = body["pageChangeList"]
        if any(each["labelCode"] not in self.labels for each in changes):
            return 405, {"responseCode": "405", "responseMessage": "Parameter is invalid"}
        for each in changes:
            self.labels[each["labelCode"]].page = each["page"]
        return 200, {"responseCode": "200", "responseMessage": "SUCCESS"}

    def _send(self, kind: str, code: str, change: Mapping[str, Any], now_s: float) -> None:
        low_s, high_s = ANSWERS_WITHIN_S
        after_s = GIVES_UP_AFTER_S if self.labels[code].is_silent else self._chance.uniform(low_s, high_s)
        self._waiting[kind, code] = _Waiting(now_s + after_s, kind, code, change)

    def settle(self, now_s: float) -> None:
        """Labels check in; those that do not are given up."""
        due = sorted((each for each in self._waiting.values() if each.due_s <= now_s), key=lambda each: each.due_s)
        for each in due:
            del self._waiting[each.kind, each.label]
            label = self.labels[each.label]
            outcome = "TIMEOUT" if label.is_silent else "SUCCESS"
            if each.kind == "led":
                self.led_lines[label.code] = (outcome, each.due_s)
                if not label.is_silent:
                    label.colour = each.change["color"]
                    label.until_s = each.due_s + _SECONDS[each.change["duration"]]
            else:
                label.status, label.updated_s = outcome, each.due_s
                if not label.is_silent:
                    label.pictures[each.change["page"]] = base64.b64decode(each.change["image"])

    # Lists

    def led_statuses(self, query: Mapping[str, str], now_s: float) -> Answer:
        self.settle(now_s)
        newest = sorted(self.led_lines.items(), key=lambda line: line[1][1], reverse=True)
        lines = [
            {"labelCode": code, "status": status, "lastUpdated": _instant(at_s)} for code, (status, at_s) in newest
        ]
        return _page(lines, query, "ledStatusList")

    def label_list(self, query: Mapping[str, str], now_s: float) -> Answer:
        self.settle(now_s)
        lines = [
            {
                "labelCode": label.code,
                "labelType": "GRAPHIC_2_9_RED_NFC",
                "status": label.status,
                "signal": "EXCELLENT",
                "battery": "GOOD",
                "firmwareVersion": "2.7",
                "width": 296,
                "height": 128,
                "lastUpdated": _instant(label.updated_s),
            }
            for code, label in sorted(self.labels.items(), key=_newest_first if "sort" in query else None)
            if query.get("label", code) == code
        ]
        return _page(lines, query, "labelList")

    def kind(self, code: str) -> Answer:
        if code not in self.labels:
            return 405, {"responseCode": "405", "responseMessage": "Invalid input"}
        kind = {"labelCode": code, "displayWidth": 296, "displayHeight": 128, "totalPage": 7, "colorType": "BINARY"}
        return 200, {"responseCode": "200", "responseMessage": kind}

    def blinking(self, now_s: float) -> Mapping[str, str]:
        self.settle(now_s)
        return {code: label.colour for code, label in self.labels.items() if label.until_s > now_s}


def _newest_first(item: tuple[str, FakeLabel]) -> tuple[float, str]:
    return -item[1].updated_s, item[0]


def _page(lines: Sequence[Mapping[str, Any]], query: Mapping[str, str], name: str) -> Answer:
    page, size = int(query.get("page", 0)), int(query.get("size", 100))
    wanted = lines[page * size : (page + 1) * size]
    return (200, {"responseCode": "200", "responseMessage": "OK", name: wanted}) if wanted else (204, None)


def _instant(at_s: float) -> str:
    return (START + timedelta(seconds=at_s)).isoformat(timespec="milliseconds")
