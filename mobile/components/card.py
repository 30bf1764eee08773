"""One thing of a list: a sign, what it is, what is to be said of it, and perhaps something to do."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.components.mark import mark

TITLE_LINES_MAX = 2


def card(
    identifier: str,
    icon: ft.IconData,
    title: str,
    *,
    beside: str = "",
    words: str = "",
    facts: str = "",
    details: list[ft.Control] | None = None,
    action: ft.Control | None = None,
    edge: str = theme.LINE,
    ink: str = theme.INK,
) -> ft.Control:
    """`beside` stands right of the title; `words` in the colour of the sign; `facts` quietly below."""
    head: list[ft.Control] = [
        ft.Text(
            title,
            style=theme.bold(20),
            expand=True,
            max_lines=TITLE_LINES_MAX,
            overflow=ft.TextOverflow.ELLIPSIS,
        )
    ]
    if beside:
        head.append(ft.Text(beside, style=theme.bold(20), no_wrap=True))
    lines: list[ft.Control] = [ft.Row(head, spacing=10)]
    if words:
        lines.append(ft.Text(words, style=theme.bold(theme.TEXT_SP, ink)))
    if facts:
        lines.append(ft.Text(facts, size=theme.TEXT_SP, color=theme.QUIET))
    lines += details or []
    parts: list[ft.Control] = [ft.Icon(icon, size=30, color=ink), ft.Column(lines, spacing=2, tight=True, expand=True)]
    if action is not None:
        parts.append(action)
    return mark(
        identifier,
        ft.Container(
            border=ft.Border.all(2, edge),
            border_radius=theme.CORNER_DP,
            padding=12,
            content=ft.Row(parts, spacing=12, vertical_alignment=ft.CrossAxisAlignment.CENTER),
        ),
    )
