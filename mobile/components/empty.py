"""Nothing is here, and that is said in a way that does not look like a fault."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.components.mark import mark


def empty(identifier: str, icon: ft.IconData, title: str, hint: str = "") -> ft.Control:
    """A large quiet sign, a sentence, and what will happen next."""
    return mark(
        identifier,
        ft.Container(
            padding=ft.Padding.only(top=110, left=12, right=12),
            content=ft.Column(
                [
                    ft.Icon(icon, size=104, color=theme.QUIET),
                    ft.Text(title, style=theme.bold(26), text_align=ft.TextAlign.CENTER),
                    ft.Text(hint, size=18, color=theme.QUIET, text_align=ft.TextAlign.CENTER),
                ],
                spacing=14,
                horizontal_alignment=ft.CrossAxisAlignment.CENTER,
            ),
        ),
    )
