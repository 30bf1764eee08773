"""Tells the shelf view which labels shine: every light that is not dark, whenever one changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backend.sync.live import LIGHTS
from shared.labels import LabelLight, LightPhase

Publish = Callable[[str, str, dict[str, Any]], None]


class LightsFeed:
    """`note` is called by the labels room for each change; `publish` is the hub's, which says it a few times a second.

    The whole picture is sent each time: it is small, for only few labels shine at once, and nobody can miss a part.
    """

    def __init__(self, publish: Publish) -> None:
        self._publish = publish
        self._shining: dict[str, dict[str, dict[str, Any]]] = {}

    def note(self, store_id: str, light: LabelLight) -> None:
        shining = self._shining.setdefault(store_id, {})
        if light.phase is LightPhase.DARK:
            shining.pop(light.label_id, None)
        else:
            shining[light.label_id] = light.model_dump(mode="json")
        self._publish(store_id, LIGHTS, {"labels": list(shining.values()), "is_full": True})
