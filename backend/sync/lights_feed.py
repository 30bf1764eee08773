"""Tells the shelf view which labels shine, and pickers which labels do not answer, whenever that changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backend.sync.live import LIGHTS, SILENT
from shared.labels import LabelLight, LightPhase

Publish = Callable[[str, str, dict[str, Any]], None]


class LightsFeed:
    """`note` is called by the labels room for each change; `publish` is the hub's, which says it a few times a second.

    The whole picture is sent each time: it is small, for only few labels shine at once, and nobody can miss a part.
    Pickers see the light itself; their phones hear of a label only when it should shine and does not.
    """

    def __init__(self, publish: Publish) -> None:
        self._publish = publish
        self._shining: dict[str, dict[str, dict[str, Any]]] = {}

    def note(self, store_id: str, light: LabelLight) -> None:
        shining = self._shining.setdefault(store_id, {})
        before = shining.get(light.label_id, {})
        if light.phase is LightPhase.DARK:
            shining.pop(light.label_id, None)
        else:
            shining[light.label_id] = light.model_dump(mode="json")
        self._publish(store_id, LIGHTS, {"labels": list(shining.values()), "is_full": True})
        if LightPhase.SILENT in (light.phase, before.get("phase")):
            silent = [each for each in shining.values() if each["phase"] == LightPhase.SILENT]
            self._publish(store_id, SILENT, {"labels": silent, "is_full": True})
