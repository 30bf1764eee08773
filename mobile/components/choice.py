"""One of a few: buttons side by side, the chosen one filled and ticked; they wrap where letters are large."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft

from mobile import theme
from mobile.components.buttons import strut


def choice(
    identifier: str, options: list[tuple[str, str]], chosen: str, on_choose: Callable[[str], Callable[[], Any]]
) -> ft.Control:
    """`options`: value and caption. Each button is `<identifier>-<value>`; a screen reader hears which is chosen."""
    return ft.Row(
        [_option(f"{identifier}-{value}", caption, value == chosen, on_choose(value)) for value, caption in options],
        spacing=theme.GAP_DP,
        run_spacing=theme.GAP_DP,
        wrap=True,
    )


def _option(identifier: str, caption: str, is_chosen: bool, on_choose: Callable[[], Any]) -> ft.Control:
    ink = theme.PAPER if is_chosen else theme.INK
    icon = ft.Icons.CHECK_CIRCLE if is_chosen else ft.Icons.RADIO_BUTTON_UNCHECKED
    button = ft.Button(
        content=ft.Row(
            [
                strut(theme.TOUCH_HEIGHT_DP),
                ft.Icon(icon, color=ink, size=20),
                ft.Text(caption, style=theme.bold(18, ink)),
            ],
            spacing=8,
            tight=True,
        ),
        on_click=on_choose,
        style=ft.ButtonStyle(
            bgcolor=theme.INK if is_chosen else theme.PAPER,
            color=ink,
            elevation=0,
            padding=ft.Padding.symmetric(horizontal=10, vertical=0),
            side=ft.BorderSide(2, theme.INK),
            shape=ft.RoundedRectangleBorder(radius=theme.CORNER_DP),
        ),
    )
    return ft.Semantics(identifier=identifier, content=button, selected=is_chosen)
