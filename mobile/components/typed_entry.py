"""A code that cannot be scanned is typed: letters and digits, taken as if they had been scanned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft

from mobile import theme
from mobile.components.buttons import named_button
from mobile.components.mark import mark

CODE_MAX = 64


@ft.component
def TypedEntry(identifier: str, caption: str, tooltip: str, on_entered: Callable[[str], Any]) -> ft.Control:
    """Empty again after each, ready for the next."""
    typed, set_typed = ft.use_state("")

    def enter() -> None:
        if typed.strip():
            on_entered(typed.strip())
            set_typed("")

    is_ready = bool(typed.strip())
    field = ft.TextField(
        label=caption,
        value=typed,
        on_change=lambda event: set_typed(event.control.value),
        on_submit=enter,
        max_length=CODE_MAX,
        counter="",
        autocorrect=False,
        enable_suggestions=False,
        text_size=20,
        border_width=2,
        border_color=theme.INK,
        border_radius=theme.CORNER_DP,
    )
    button = ft.IconButton(
        icon=ft.Icons.KEYBOARD_RETURN,
        icon_color=theme.PAPER if is_ready else theme.QUIET,
        bgcolor=theme.INK if is_ready else theme.MIST,
        icon_size=28,
        width=theme.TOUCH_HEIGHT_DP,
        height=theme.TOUCH_HEIGHT_DP,
        tooltip=tooltip,
        disabled=not is_ready,
        on_click=enter,
    )
    return ft.Row(
        [
            mark(identifier, field, expand=True),
            named_button(f"{identifier}-do", tooltip, button, enter, is_off=not is_ready),
        ],
        spacing=10,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )
