"""One strip on top: whether the backend is there, how many picks wait and for how long. Slim while all is well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.buttons import named_button
from mobile.components.due_time import SECONDS_PER_MINUTE, duration_caption
from mobile.components.mark import mark


def link_banner(
    say: Say,
    *,
    status: str,
    waiting: int,
    waiting_s: float | None = None,
    problems: int,
    on_problems: Callable[[], Any],
    on_update: Callable[[], Any] | None = None,
    may_update: bool = False,
) -> ft.Control:
    """Offline: dark with a struck-out cloud. Outdated: the colour of mistakes. Sending: light with arrows. All sent: a
    slim line. Refused commands, and a new version of the app (`on_update`): strips of their own to tap. `waiting_s` is
    how long the oldest of what waits has waited.
    """
    queue = _queue(say, waiting, waiting_s)
    strips: list[ft.Control] = []
    if status == "offline":
        strips.append(_strip("link-offline", ft.Icons.CLOUD_OFF, say("link.offline"), queue, theme.INK))
    elif status == "outdated":
        strips.append(_strip("link-outdated", ft.Icons.SYSTEM_UPDATE, say("link.outdated"), queue, theme.WRONG))
    elif status == "connecting":
        strips.append(_strip("link-connecting", ft.Icons.SYNC, say("link.connecting"), queue, theme.MIST))
    elif waiting:
        strips.append(_strip("link-waiting", ft.Icons.SYNC, queue, "", theme.MIST, is_slim=True))
    elif status == "online":
        text = say("link.nothing_waits")
        strips.append(_strip("link-all-sent", ft.Icons.CLOUD_DONE, text, "", theme.PAPER, is_slim=True))
    if on_update is not None:
        hint = say("link.update_now" if may_update else "link.update_later")
        tapped = on_update if may_update else None
        strips.append(_strip("link-update", ft.Icons.SYSTEM_UPDATE, say("link.update"), hint, theme.MIST, tapped))
    if problems:
        text = say("link.problems", count=problems)
        look = say("problems.look")
        strips.append(_strip("link-problems", ft.Icons.REPORT_PROBLEM, text, look, theme.WRONG, on_problems))
    return ft.Column(strips, spacing=0, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def waiting_caption(say: Say, waiting: int) -> str:
    """How many picks wait, as a sentence."""
    return _waiting(say, waiting) or say("link.nothing_waits")


def _waiting(say: Say, waiting: int) -> str:
    return say("link.waiting", count=waiting) if waiting else ""


def _queue(say: Say, waiting: int, waiting_s: float | None) -> str:
    """How much waits, and how long the oldest of it does, once that is a minute or more."""
    text = _waiting(say, waiting)
    if not text or waiting_s is None or waiting_s < SECONDS_PER_MINUTE:
        return text
    return say("link.waiting_since", waiting=text, time=duration_caption(say, waiting_s))


def _strip(
    identifier: str,
    icon: ft.IconData,
    text: str,
    below: str,
    fill: str,
    on_tap: Callable[[], Any] | None = None,
    *,
    is_slim: bool = False,
) -> ft.Control:
    """`below` stands on a line of its own: beside each other, long words would squeeze each other into columns."""
    ink = theme.TEXT_ON[fill]
    lines: list[ft.Control] = [ft.Text(text, style=theme.bold(theme.TEXT_SP, ink))]
    if below:
        lines.append(ft.Text(below, size=theme.TEXT_SP, color=ink))
    strip = ft.Container(
        bgcolor=fill,
        padding=ft.Padding.symmetric(horizontal=theme.EDGE_DP, vertical=1 if is_slim else 7),
        content=ft.Row(
            [ft.Icon(icon, size=20, color=ink), ft.Column(lines, spacing=0, tight=True, expand=True)], spacing=10
        ),
    )
    if on_tap is None:
        return mark(identifier, strip)
    return named_button(identifier, f"{text}. {below}", ft.GestureDetector(content=strip, on_tap=on_tap), on_tap)
