"""A few figures side by side, each with its sign above what it counts."""

from __future__ import annotations

from dataclasses import dataclass

import flet as ft

from mobile import theme
from mobile.components.mark import mark


@dataclass(frozen=True)
class Count:
    """`name` ends the identifier."""

    name: str
    caption: str
    count: int
    icon: ft.IconData
    ink: str = theme.INK


def counts(identifier: str, shown: list[Count]) -> ft.Control:
    """Columns of one width, their captions below each other's."""
    return ft.Row(
        [
            mark(
                f"{identifier}-{one.name}",
                ft.Column(
                    [
                        ft.Row(
                            [
                                ft.Icon(one.icon, size=22, color=one.ink),
                                ft.Text(str(one.count), style=theme.bold(30, one.ink)),
                            ],
                            spacing=6,
                        ),
                        ft.Text(one.caption, size=theme.TEXT_SP, color=one.ink, max_lines=2),
                    ],
                    spacing=-4,
                    tight=True,
                ),
                expand=True,
            )
            for one in shown
        ],
        spacing=8,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )
