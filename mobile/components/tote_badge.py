"""The letter of a tote, the way it hangs on the trolley: a bordered square, seen from a metre away."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.components.letters import Figure


def tote_badge(letter: str, size_dp: int, *, is_inverted: bool = False) -> ft.Control:
    """Black on white with a thick edge; inverted on dark and coloured grounds."""
    fill, ink = (theme.PAPER, theme.INK) if not is_inverted else (theme.INK, theme.PAPER)
    return ft.Container(
        width=size_dp,
        height=size_dp,
        bgcolor=fill,
        border=ft.Border.all(max(2, size_dp // 18), theme.INK),
        border_radius=max(6, size_dp // 7),
        alignment=ft.Alignment.CENTER,
        content=Figure(letter, round(size_dp * 0.66), colour=ink, line_height=1.0),
        padding=ft.Padding.only(bottom=size_dp * 0.1),  # the font's line sits low
    )
