"""A command is answered once and for all. Read on the way between phone and backend, however often it is sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tests.simulation.actors.picker import Picker
from tests.simulation.promises import Require

WRONG_SCAN = "scan.record_wrong"


class Answers:
    """`note` hears everything that is noted in the world; `wrong_scan` each one that was recorded."""

    def __init__(self, require: Require, pickers: Sequence[Picker]) -> None:
        self._require = require
        self._pickers = pickers
        self._pick_of: dict[str, str | None] = {}  # command -> its pick, unless it was applied
        self._results: dict[str, bool] = {}
        self._wrong_scans_sent: set[str] = set()
        self._wrong_scans = 0

    def note(self, kind: str, text: str) -> None:
        if kind.endswith(" up") and '"kind":"command"' in text:
            command = json.loads(text)
            self._pick_of[command["id"]] = command["body"].get("pick_id")
            if command["name"] == WRONG_SCAN:
                self._wrong_scans_sent.add(command["id"])
        elif kind.endswith(" down") and '"kind":"result"' in text:
            self._answered(json.loads(text))

    def wrong_scan(self) -> None:
        self._wrong_scans += 1
        recorded, sent = self._wrong_scans, len(self._wrong_scans_sent)
        self._require(recorded <= sent, f"{recorded} wrong scans are recorded, {sent} were sent")

    def _answered(self, result: dict[str, Any]) -> None:
        command_id, is_applied = result["command_id"], result["is_applied"]
        first = self._results.setdefault(command_id, is_applied)
        self._require(first == is_applied, f"command {command_id} was answered {first}, and now {is_applied}")
        if is_applied:
            self._pick_of.pop(command_id, None)
            return
        pick_id = self._pick_of[command_id]
        for picker in self._pickers:
            picker.refused.add(pick_id)
        problem = result["problem"]
        status = problem["facts"].get("status")
        self._require(problem["code"] != "internal", f"a mistake of ours: {problem['detail']}")
        is_twice = problem["code"] == "pick_already_done" and status in ("picked", "short")
        self._require(not is_twice, f"command {command_id} took effect, and was refused: {problem['detail']}")
