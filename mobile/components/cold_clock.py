"""How long something cold may still be out of the cold: a flake and minutes, a warning near the end."""

from __future__ import annotations

import math
from datetime import datetime

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.mark import announce, mark
from shared.cold import SECONDS_PER_MINUTE, ColdClock, ColdLevel


def cold_clock(say: Say, clock: ColdClock, now: datetime) -> ft.Control:
    """Quiet while there is time; in a frame and read aloud when there is not."""
    level, minutes = clock.level(now), minutes_shown(clock.left_s(now))
    key = "cold.over" if level is ColdLevel.OVER else "cold.left"
    text = say(key, letter=clock.letter, what=say(f"cold.{clock.temperature}"), minutes=minutes)
    fill, ink = {
        ColdLevel.RUNNING: (theme.MIST, theme.INK),
        ColdLevel.SOON: (theme.DECIDE_SOFT, theme.INK),
        ColdLevel.OVER: (theme.WRONG_SOFT, theme.WRONG),
    }[level]
    content = ft.Container(
        bgcolor=fill,
        border=ft.Border.all(2, ink) if level is not ColdLevel.RUNNING else None,
        border_radius=theme.CORNER_DP,
        padding=ft.Padding.symmetric(horizontal=12, vertical=6),
        content=ft.Row(
            [
                ft.Icon(ft.Icons.AC_UNIT, size=26, color=ink),
                ft.Text(text, style=theme.bold(18, ink), expand=True, max_lines=2),
            ],
            spacing=10,
        ),
    )
    return mark("cold-clock", content) if level is ColdLevel.RUNNING else announce("cold-clock", content)


def minutes_shown(left_s: float) -> int:
    """Whole minutes left, or too long where `left_s` is below nought: begun ones count, nobody is told of 0 minutes."""
    return max(1, math.ceil(abs(left_s) / SECONDS_PER_MINUTE))
