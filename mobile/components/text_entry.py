"""Something written, a word or many lines; what it is for stands above it, what is wrong below."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from mobile import theme
from mobile.components.mark import mark


def text_entry(
    identifier: str,
    caption: str,
    value: str,
    on_change: Callable[[str], None],
    *,
    hint: str = "",
    is_secret: bool = False,
    is_number: bool = False,
    is_long: bool = False,
    is_wrong: bool = False,
    is_enabled: bool = True,
) -> ft.Control:
    """`hint` stands quietly below. A secret is never shown while it is typed."""
    field = ft.TextField(
        label=caption,
        value=value,
        on_change=lambda event: on_change(event.control.value or ""),
        helper=ft.Text(hint, size=theme.TEXT_SP, color=theme.QUIET) if hint else None,
        password=is_secret,
        can_reveal_password=False,
        keyboard_type=ft.KeyboardType.NUMBER if is_number else ft.KeyboardType.TEXT,
        multiline=is_long,
        min_lines=3 if is_long else None,
        max_lines=8 if is_long else 1,
        autocorrect=False,
        enable_suggestions=False,
        disabled=not is_enabled,
        text_size=18,
        border_width=2,
        border_color=theme.WRONG if is_wrong else theme.INK,
        border_radius=theme.CORNER_DP,
    )
    return mark(identifier, field)
