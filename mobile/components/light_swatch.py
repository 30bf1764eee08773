"""The light to look for, blinking on the phone exactly as on the shelf, with its name beside it."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.components.blinking import use_blink
from shared.labels import BlinkPattern, LightColour


@ft.component
def LightSwatch(colour: LightColour, pattern: BlinkPattern, width_dp: int = 56, height_dp: int = 36) -> ft.Control:
    """A shelf label seen from the front: a dark bar that shines in the picker's colour."""
    is_on = use_blink(pattern)
    lit = theme.LIGHTS[colour]
    return ft.Container(
        width=width_dp,
        height=height_dp,
        bgcolor=lit if is_on else theme.LIGHT_OFF,
        border=ft.Border.all(3, lit),
        border_radius=8,
    )
