"""What is drawn large anyway does not grow with the letters, and rows become columns: nothing leaves the screen."""

from __future__ import annotations

import flet as ft

from mobile import theme

# How much larger letters are than designed, 1 to 2; the app provides it once.
LETTERS = ft.create_context(1.0)
COLUMN_FROM = 1.4  # buttons side by side are one below the other from here on


@ft.component
def Figure(
    value: str,
    size_sp: float,
    *,
    colour: str = theme.INK,
    grows_to: float = 1.0,
    is_bold: bool = True,
    line_height: float | None = None,
    text_align: ft.TextAlign = ft.TextAlign.START,
    no_wrap: bool = True,
) -> ft.Control:
    """A text that becomes at most `grows_to` times as large as designed, for it is large already or has little room."""
    letters = ft.use_context(LETTERS)
    style = ft.TextStyle(
        size=size_sp * min(letters, grows_to) / letters,
        weight=ft.FontWeight.BOLD if is_bold else None,
        color=colour,
        height=line_height,
    )
    return ft.Text(value, style=style, no_wrap=no_wrap, text_align=text_align)


@ft.component
def Beside(parts: list[ft.Control], spacing_dp: int = 10) -> ft.Control:
    """Side by side, as wide as each asks to be; one below the other, and all of them wide, where letters are large."""
    if ft.use_context(LETTERS) < COLUMN_FROM:
        return ft.Row(parts, spacing=spacing_dp)
    for part in parts:
        part.expand = None
    return ft.Column(parts, spacing=spacing_dp, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
