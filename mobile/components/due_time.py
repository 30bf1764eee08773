"""When an order is promised, and how long that is: late in its own colour, with its own sign."""

from __future__ import annotations

from datetime import datetime

import flet as ft

from mobile import theme
from mobile.captions import Say

SECONDS_PER_MINUTE = 60
MINUTES_PER_HOUR = 60


def due_time(say: Say, due_at: datetime, now: datetime, *, size_sp: int = 34) -> ft.Control:
    """The clock time large, the time left beside it."""
    is_late = due_at < now
    return ft.Row(
        [
            ft.Text(clock_caption(due_at), style=theme.bold(size_sp, theme.LATE if is_late else theme.INK)),
            late_sign(say, due_at, now) if is_late else ft.Text(left_caption(say, due_at, now), size=18),
        ],
        spacing=12,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
        wrap=True,
    )


def late_sign(say: Say, due_at: datetime, now: datetime) -> ft.Control:
    """A filled sign with a clock in it: lateness is never told by colour alone."""
    return ft.Container(
        bgcolor=theme.LATE,
        border_radius=6,
        padding=ft.Padding.symmetric(horizontal=8, vertical=3),
        content=ft.Row(
            [
                ft.Icon(ft.Icons.ALARM, size=18, color=theme.PAPER),
                ft.Text(left_caption(say, due_at, now), style=theme.bold(theme.TEXT_SP, theme.PAPER)),
            ],
            spacing=6,
            tight=True,
        ),
    )


def clock_caption(at: datetime) -> str:
    """The wall clock where the phone is."""
    return at.astimezone().strftime("%H:%M")


def day_caption(say: Say, at: datetime) -> str:
    """The day where the phone is, with its month, as the language puts them."""
    here = at.astimezone()
    return say("day_of_month", day=here.day, month=here.month)


def left_caption(say: Say, due_at: datetime, now: datetime) -> str:
    seconds = (due_at - now).total_seconds()
    time = duration_caption(say, abs(seconds))
    return say("due.late", time=time) if seconds < 0 else say("due.in", time=time)


def duration_caption(say: Say, seconds: float) -> str:
    minutes = int(seconds // SECONDS_PER_MINUTE)
    if minutes < MINUTES_PER_HOUR:
        return say("minutes", minutes=minutes)
    return say("hours", hours=minutes // MINUTES_PER_HOUR, minutes=minutes % MINUTES_PER_HOUR)
