"""How far was walked today, and what sharing walks has saved: one line for a supervisor."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.amounts import decimal_caption
from mobile.components.mark import mark

METRES_PER_KILOMETRE = 1000
METRES_IN_WORDS_MAX = 999.5  # from here on it would be said as 1000 m


def walked_today(say: Say, walked_m: float, saved_m: float | None, metres_per_line: float | None) -> ft.Control:
    """In words first, the metres a line below; nothing of a saving where there is none."""
    rows: list[ft.Control] = [ft.Text(walked_caption(say, walked_m, saved_m), style=theme.bold(18))]
    if metres_per_line is not None:
        rows.append(ft.Text(per_line_caption(say, metres_per_line), size=theme.TEXT_SP, color=theme.QUIET))
    words = ft.Column(rows, spacing=0, tight=True, expand=True)
    row = ft.Row([ft.Icon(ft.Icons.DIRECTIONS_WALK, size=28, color=theme.QUIET), words], spacing=10)
    return mark("board-walked", row)


def walked_caption(say: Say, walked_m: float, saved_m: float | None) -> str:
    """`Walked 4.1 km, saved 9.7 km (70 %)`: the share of the way there would have been without sharing."""
    walked = distance_caption(say, walked_m)
    if saved_m is None or round(saved_m) <= 0:
        return say("board.walked", walked=walked)
    percent = round(100 * saved_m / (walked_m + saved_m))
    return say("board.saved", walked=walked, saved=distance_caption(say, saved_m), percent=percent)


def per_line_caption(say: Say, metres_per_line: float) -> str:
    return say("board.metres_per_line", metres=decimal_caption(say, metres_per_line, 1))


def distance_caption(say: Say, metres: float) -> str:
    """`820 m` or `4.1 km`."""
    if metres < METRES_IN_WORDS_MAX:
        return say("metres", metres=round(metres))
    return say("kilometres", kilometres=decimal_caption(say, metres / METRES_PER_KILOMETRE, 1))
