"""Which presses of labels are news: each body the backend sends names all of the last seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError

from shared.labels import PRESS_LASTS_S, LabelPressed

_PRESSES = TypeAdapter(list[LabelPressed])


class PressedLabels:
    """Remembers what was seen for as long as it may be said again."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, datetime], None] = {}

    def take(self, body: Mapping[str, Any], now: datetime) -> Sequence[LabelPressed]:
        """Those not seen before and not too old, the earliest first; none of a body that is not understood.

        `now` is the backend's time: a phone that comes back does not take up what was pressed before it went.
        """
        over_at = now - timedelta(seconds=PRESS_LASTS_S)
        self._seen = {key: None for key in self._seen if key[1] >= over_at}
        try:
            presses = _PRESSES.validate_python(body.get("presses"), strict=False)
        except ValidationError:
            return ()
        new = [each for each in presses if each.pressed_at >= over_at and self._key(each) not in self._seen]
        self._seen |= {self._key(each): None for each in new}
        return sorted(new, key=lambda each: each.pressed_at)

    def _key(self, pressed: LabelPressed) -> tuple[str, datetime]:
        return pressed.label_id, pressed.pressed_at
