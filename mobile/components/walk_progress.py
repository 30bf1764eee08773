"""How far the walk has come, as a row of segments and in words."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.hand import Sides
from mobile.components.mark import mark

SEGMENTS_MAX = 24  # beyond this a plain bar is easier to read


def walk_progress(say: Say, *, done: int, total: int, right: list[ft.Control]) -> ft.Control:
    """Filled up to what is done; the words say the same."""
    caption = say("stop.progress", done=done, total=total)
    count = min(total, SEGMENTS_MAX)
    filled = round(done * count / total) if total else 0
    segments: list[ft.Control] = [
        ft.Container(expand=True, height=10, border_radius=3, bgcolor=theme.INK if index < filled else theme.LINE)
        for index in range(count)
    ]
    words = ft.Column([ft.Text(caption, style=theme.bold(18)), ft.Row(segments, spacing=3)], spacing=4, tight=True)
    walked = mark("stop-progress", words, expand=True)
    return Sides([], walked, right, 8, start_dp=theme.EDGE_DP, end_dp=8)
