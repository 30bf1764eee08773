"""Something went wrong, said in a sentence beside a sign; read aloud at once."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.components.mark import announce


def notice(identifier: str, text: str, *, is_wrong: bool = True) -> ft.Control:
    """Vermillion with a warning sign; blue with a tick when it is good news."""
    fill, ink = (theme.WRONG_SOFT, theme.WRONG) if is_wrong else (theme.RIGHT_SOFT, theme.RIGHT)
    icon = ft.Icons.REPORT_PROBLEM if is_wrong else ft.Icons.CHECK_CIRCLE
    content = ft.Container(
        bgcolor=fill,
        border=ft.Border.all(2, ink),
        border_radius=theme.CORNER_DP,
        padding=14,
        content=ft.Row(
            [ft.Icon(icon, size=30, color=ink), ft.Text(text, size=18, color=theme.INK, expand=True)], spacing=12
        ),
    )
    return announce(identifier, content)
