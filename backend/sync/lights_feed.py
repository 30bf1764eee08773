"""Tells the shelf view which labels shine, and pickers which labels do not answer, whenever that changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from backend.sync.live import LIGHTS, SILENT, Body
from shared.labels import LabelLight, LightPhase

Publish = Callable[[str, str, Body], None]


class LightsFeed:
    """`note` is called by the labels room for each change; `publish` is the hub's, which says it a few times a second.

    The whole picture is sent each time: it is small, for only few labels shine at once, and nobody can miss a part.
    It is drawn only when somebody is about to see it. Pickers see the light itself; their phones hear of a label only
    when it should shine and does not, or when several share its light.
    """

    def __init__(self, publish: Publish) -> None:
        self._publish = publish
        self._shining: dict[str, dict[str, LabelLight]] = {}

    def note(self, store_id: str, light: LabelLight) -> None:
        shining = self._shining.setdefault(store_id, {})
        before = shining.get(light.label_id)
        if light.phase is LightPhase.DARK:
            shining.pop(light.label_id, None)
        else:
            shining[light.label_id] = light
        self._publish(store_id, LIGHTS, partial(_picture, shining))
        if _is_pickers_concern(light) or (before is not None and _is_pickers_concern(before)):
            self._publish(store_id, SILENT, partial(_picture, shining, only=_is_pickers_concern))


def _is_pickers_concern(light: LabelLight) -> bool:
    return light.phase is LightPhase.SILENT or (light.sharing is not None and light.phase is not LightPhase.DARK)


def _picture(
    shining: Mapping[str, LabelLight], only: Callable[[LabelLight], bool] = lambda light: True
) -> dict[str, Any]:
    shown = [light.model_dump(mode="json") for light in shining.values() if only(light)]
    return {"labels": shown, "is_full": True}
