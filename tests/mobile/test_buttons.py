"""What can be pressed can be pressed by a screen reader as well."""

from __future__ import annotations

import flet as ft
from flet.controls.control_event import get_event_field_type

from mobile.components.buttons import Pressable, icon_button, named_button


def press(control: ft.Control) -> None:
    assert isinstance(control, Pressable)
    assert control.on_click is not None
    control.on_click()  # type: ignore[call-arg]


def test_a_screen_reader_presses_what_a_finger_presses() -> None:
    pressed: list[str] = []
    button = icon_button("back", ft.Icons.ARROW_BACK, "Back", lambda: pressed.append("back"))
    press(button)
    assert isinstance(button, Pressable)
    assert isinstance(button.content, ft.IconButton)
    assert button.content.on_click is not None
    button.content.on_click()  # type: ignore[call-arg]
    assert pressed == ["back", "back"]
    assert (button.label, button.button, button.disabled) == ("Back", True, False)


def test_what_is_off_cannot_be_pressed_and_says_so() -> None:
    button = named_button("enter", "Enter", ft.Text("Enter"), lambda: None, is_off=True)
    assert isinstance(button, Pressable)
    assert button.on_click is None
    assert button.disabled


def test_flet_can_read_what_a_press_brings() -> None:
    """It reads that off the annotation, and the app ends with an error at the first press where it cannot."""
    button = icon_button("map", ft.Icons.MAP, "Map", lambda: None)
    assert get_event_field_type(button, "on_click") == ft.Event[ft.Semantics]
