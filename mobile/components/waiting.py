"""Something was asked for and has not come yet."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.components.mark import mark


def waiting(identifier: str, words: str) -> ft.Control:
    """A turning ring and what is waited for."""
    ring = ft.ProgressRing(width=64, height=64, color=theme.INK)
    return mark(
        identifier,
        ft.Container(
            padding=ft.Padding.only(top=110),
            content=ft.Column(
                [ring, ft.Text(words, size=18, color=theme.QUIET, text_align=ft.TextAlign.CENTER)],
                spacing=18,
                horizontal_alignment=ft.CrossAxisAlignment.CENTER,
            ),
        ),
    )
