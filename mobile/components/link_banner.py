"""One strip on top: whether the backend is there and how many picks wait. Silent while all is well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.mark import mark


def link_banner(
    say: Say,
    *,
    status: str,
    waiting: int,
    problems: int,
    on_problems: Callable[[], Any],
) -> ft.Control:
    """Offline: dark with a struck-out cloud. Outdated: the colour of mistakes. Sending: light with arrows. Refused
    commands: their own strip to tap.
    """
    strips: list[ft.Control] = []
    if status == "offline":
        strips.append(
            _strip("link-offline", ft.Icons.CLOUD_OFF, say("link.offline"), _waiting(say, waiting), theme.INK)
        )
    elif status == "outdated":
        strips.append(
            _strip("link-outdated", ft.Icons.SYSTEM_UPDATE, say("link.outdated"), _waiting(say, waiting), theme.WRONG)
        )
    elif status == "connecting":
        strips.append(
            _strip("link-connecting", ft.Icons.SYNC, say("link.connecting"), _waiting(say, waiting), theme.MIST)
        )
    elif waiting:
        strips.append(_strip("link-waiting", ft.Icons.SYNC, _waiting(say, waiting), "", theme.MIST))
    if problems:
        text = say("link.problems", count=problems)
        strip = _strip("link-problems", ft.Icons.REPORT_PROBLEM, text, say("problems.look"), theme.WRONG)
        strips.append(ft.GestureDetector(content=strip, on_tap=on_problems))
    return ft.Column(strips, spacing=0, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def waiting_caption(say: Say, waiting: int) -> str:
    """How many picks wait, as a sentence."""
    return _waiting(say, waiting) or say("link.nothing_waits")


def _waiting(say: Say, waiting: int) -> str:
    return say("link.waiting", count=waiting) if waiting else ""


def _strip(identifier: str, icon: ft.IconData, text: str, right: str, fill: str) -> ft.Control:
    ink = theme.TEXT_ON[fill]
    return mark(
        identifier,
        ft.Container(
            bgcolor=fill,
            padding=ft.Padding.symmetric(horizontal=theme.EDGE_DP, vertical=7),
            content=ft.Row(
                [
                    ft.Icon(icon, size=20, color=ink),
                    ft.Text(text, style=theme.bold(theme.TEXT_SP, ink), expand=True),
                    ft.Text(right, size=theme.TEXT_SP, color=ink),
                ],
                spacing=10,
            ),
        ),
    )
