"""Tells the phones of a store which labels were pressed; each knows by itself whether it stands there."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any

from backend.sync.lights_feed import Publish
from backend.sync.live import PRESSES
from shared.clock import Clock
from shared.labels import PRESS_LASTS_S, LabelPressed


class PressesFeed:
    """`note` is called by the labels room for each press; `publish` is the hub's, and may say only the last body.

    So a body names every press of the last seconds, and a phone that came back in between has missed none.
    """

    def __init__(self, publish: Publish, clock: Clock) -> None:
        self._publish = publish
        self._clock = clock
        self._last: dict[str, deque[LabelPressed]] = {}

    def note(self, store_id: str, pressed: LabelPressed) -> None:
        last = self._last.setdefault(store_id, deque())
        last.append(pressed)
        over_at = self._clock.now() - timedelta(seconds=PRESS_LASTS_S)
        while last[0].pressed_at < over_at and len(last) > 1:
            last.popleft()
        self._publish(store_id, PRESSES, partial(_told, tuple(last)))


def _told(presses: Iterable[LabelPressed]) -> dict[str, Any]:
    return {"presses": [pressed.model_dump(mode="json") for pressed in presses]}
