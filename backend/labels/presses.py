"""Labels that are pressed: the button of one, or a phone held to its NFC, may stand for a scan at the shelf."""

from __future__ import annotations

from collections.abc import Callable

from backend.labels.dispatcher import LabelAddress
from backend.labels.port import ButtonPressed, GatewayEvent
from backend.labels.shelf import Shelf
from shared.labels import LabelPressed

OnPress = Callable[[str, LabelPressed], None]
"""Called with the store and the press, on the event loop; must be quick."""


class Presses:
    """What a gateway says of a label that hangs nowhere is passed over: nobody picks there."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.on_press: list[OnPress] = []

    def heard(self, gateway_id: str, event: GatewayEvent) -> None:
        if not isinstance(event, ButtonPressed):
            return
        label = self._shelf.placed(LabelAddress(gateway_id, event.label_external_id))
        if label is None:
            return
        pressed = LabelPressed(label_id=label.label_id, location_id=label.location_id, pressed_at=event.at)
        for on_press in self.on_press:
            on_press(label.store_id, pressed)
