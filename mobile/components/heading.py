"""The title of a part of a screen, with how many there are."""

from __future__ import annotations

import flet as ft

from mobile import theme


def heading(title: str, count: int | None = None, *, ink: str = theme.INK) -> ft.Control:
    parts: list[ft.Control] = [ft.Text(title, style=theme.bold(22, ink), expand=True)]
    if count is not None:
        parts.append(ft.Text(str(count), style=theme.bold(22, ink)))
    return ft.Row(parts, spacing=10)
