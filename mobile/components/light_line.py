"""One line on the light at a stop: what to look for, shining as on the shelf, or what to go by where none does."""

from __future__ import annotations

from collections.abc import Sequence

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.light_swatch import LightSwatch
from mobile.components.mark import mark
from shared.labels import Look


def light_line(say: Say, title: str, looks: Sequence[Look], *, are_alternatives: bool = False) -> ft.Control:
    """`title` above the looks' names. `are_alternatives`: any of them will do; else they come one after the other."""
    names = [_name(say, look) if len(looks) == 1 else say(f"colour.{look.colour}") for look in looks]
    joined = say("light.or", one=names[0], other=names[-1]) if are_alternatives else " · ".join(names)
    many = len(looks) > 1
    return mark(
        "stop-light",
        ft.Row(
            [
                *(LightSwatch(look.colour, look.pattern, width_dp=34 if many else 56) for look in looks),
                ft.Column(
                    [
                        ft.Text(title, size=theme.TEXT_SP, color=theme.BOARD_INK),
                        ft.Text(joined, style=theme.bold(18 if many else 20, theme.BOARD_INK)),
                    ],
                    spacing=-2,
                    tight=True,
                    expand=True,
                ),
            ],
            spacing=8 if many else 14,
        ),
    )


def no_light_line(text: str) -> ft.Control:
    return mark(
        "stop-light",
        ft.Row(
            [
                ft.Icon(ft.Icons.LABEL_OFF, color=theme.DECIDE, size=28),
                ft.Text(text, style=theme.bold(18, theme.DECIDE), expand=True),
            ],
            spacing=12,
        ),
    )


def _name(say: Say, look: Look) -> str:
    return f"{say(f'colour.{look.colour}')} · {say(f'pattern.{look.pattern}')}"
