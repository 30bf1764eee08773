"""One order on the live board: the promise, who walks for it, and elapsed time against its target."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import flet as ft

from mobile import theme
from mobile.captions import Say, is_caption
from mobile.components.due_time import clock_caption, duration_caption, late_sign, left_caption
from mobile.components.light_swatch import LightSwatch
from mobile.components.mark import mark
from shared.labels import BlinkPattern, LightColour

DONE_STATUSES = frozenset({"ready", "completed", "cancelled"})


@dataclass(frozen=True)
class BoardLine:
    """What the row shows; `elapsed_s` and `target_s` are None before the walk."""

    order_id: str
    display_code: str
    channel_name: str
    status: str
    due_at: datetime
    lines_total: int
    lines_done: int
    lines_short: int
    picker_name: str
    colour: LightColour | None
    pattern: BlinkPattern | None
    elapsed_s: float | None
    target_s: float | None


def board_order(say: Say, order: BoardLine, now: datetime) -> ft.Control:
    """Late orders carry a filled sign and a thick edge besides their colour."""
    is_late = order.due_at < now and order.status not in DONE_STATUSES
    rows: list[ft.Control] = [_promise(say, order, now, is_late), _progress(say, order), _picker(say, order)]
    if order.elapsed_s is not None and order.target_s:
        rows.append(_pace(say, order.elapsed_s, order.target_s))
    return mark(
        f"board-order-{order.order_id}",
        ft.Container(
            border=ft.Border.all(4 if is_late else 2, theme.LATE if is_late else theme.LINE),
            border_radius=theme.CORNER_DP,
            padding=12,
            content=ft.Column(rows, spacing=6, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        ),
    )


def _promise(say: Say, order: BoardLine, now: datetime, is_late: bool) -> ft.Control:
    ink = theme.LATE if is_late else theme.INK
    left = (
        late_sign(say, order.due_at, now)
        if is_late
        else ft.Text(left_caption(say, order.due_at, now) if order.status not in DONE_STATUSES else "", size=18)
    )
    return ft.Row(
        [
            ft.Text(clock_caption(order.due_at), style=theme.bold(26, ink)),
            left,
            ft.Container(expand=True),
            ft.Text(order.display_code, style=theme.bold(20), max_lines=1),
        ],
        spacing=10,
    )


def _progress(say: Say, order: BoardLine) -> ft.Control:
    share = order.lines_done / order.lines_total if order.lines_total else 0.0
    words = say("board.lines", done=order.lines_done, total=order.lines_total)
    parts: list[ft.Control] = [
        ft.ProgressBar(value=min(1.0, share), bar_height=10, color=theme.RIGHT, bgcolor=theme.LINE, expand=True),
        ft.Text(words, size=theme.TEXT_SP),
    ]
    if order.lines_short:
        parts.append(ft.Icon(ft.Icons.REPORT_PROBLEM, size=18, color=theme.WRONG))
        parts.append(ft.Text(say("board.short", count=order.lines_short), style=theme.bold(theme.TEXT_SP, theme.WRONG)))
    return ft.Row(parts, spacing=8)


def _picker(say: Say, order: BoardLine) -> ft.Control:
    status_key = f"board.status.{order.status}"
    status = say(status_key) if is_caption(status_key) else order.status
    parts: list[ft.Control] = [
        ft.Text(order.picker_name or say("board.nobody"), size=theme.TEXT_SP, weight=ft.FontWeight.BOLD),
    ]
    if order.colour and order.pattern:
        parts.append(LightSwatch(order.colour, order.pattern, 34, 20))
    below = " · ".join(part for part in (status, order.channel_name) if part)
    parts.append(ft.Text(below, size=theme.TEXT_SP, color=theme.QUIET, expand=True, text_align=ft.TextAlign.END))
    return ft.Row(parts, spacing=8)


def _pace(say: Say, elapsed_s: float, target_s: float) -> ft.Control:
    is_over = elapsed_s > target_s
    ink = theme.LATE if is_over else theme.INK
    words = say("board.elapsed", elapsed=duration_caption(say, elapsed_s), target=duration_caption(say, target_s))
    parts: list[ft.Control] = [
        ft.Icon(ft.Icons.ALARM if is_over else ft.Icons.TIMER, size=20, color=ink),
        ft.Text(words, style=theme.bold(theme.TEXT_SP, ink)),
    ]
    if is_over:
        parts.append(ft.Text(say("board.over_target"), size=theme.TEXT_SP, color=ink))
    return ft.Row(parts, spacing=8)
