"""The answer to a scan, filling the phone: a colour, a shape and a word that cannot be mistaken for another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flet as ft

from mobile import theme
from mobile.components.letters import Figure
from mobile.components.mark import announce

CLOSES_AFTER_S = 1.1
TITLE_GROWS_TO = 1.3


@dataclass(frozen=True)
class VerdictLook:
    """One class of outcome: what it looks like whatever it says."""

    fill: str
    icon: ft.IconData


RIGHT = VerdictLook(theme.RIGHT, ft.Icons.CHECK_CIRCLE)
WRONG = VerdictLook(theme.WRONG, ft.Icons.DANGEROUS)  # an octagon with a cross
REFUSED = VerdictLook(theme.WRONG, ft.Icons.REPORT_PROBLEM)
ALREADY = VerdictLook(theme.BOARD, ft.Icons.HISTORY)
DECIDE = VerdictLook(theme.DECIDE, ft.Icons.HELP)


@ft.component
def Verdict(
    *,
    identifier: str,
    number: int,
    look: VerdictLook,
    title: str,
    lines: list[str],
    details: list[ft.Control],
    actions: list[ft.Control],
    closes_itself: bool,
    on_close: Callable[[int], Any],
) -> ft.Control:
    """`number` tells two equal verdicts apart; a good one goes by itself, a bad one waits for a tap or a scan."""

    async def close_later() -> None:
        if closes_itself:
            await asyncio.sleep(CLOSES_AFTER_S)
            on_close(number)

    ft.use_effect(close_later, [number])
    ink = theme.TEXT_ON[look.fill]
    words: list[ft.Control] = [
        ft.Icon(look.icon, size=148, color=ink),
        Figure(title, 46, colour=ink, text_align=ft.TextAlign.CENTER, no_wrap=False, grows_to=TITLE_GROWS_TO),
    ]
    words += [ft.Text(line, style=theme.bold(22, ink), text_align=ft.TextAlign.CENTER) for line in lines if line]
    words += details
    body = ft.Column(
        words,
        spacing=12,
        alignment=ft.MainAxisAlignment.CENTER,
        horizontal_alignment=ft.CrossAxisAlignment.CENTER,
        scroll=ft.ScrollMode.AUTO,
        expand=True,
    )
    parts: list[ft.Control] = [body]
    if actions:
        parts.append(ft.Column(actions, spacing=12, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH))
    surface = ft.Container(
        bgcolor=look.fill,
        expand=True,
        padding=ft.Padding.only(left=theme.EDGE_DP, right=theme.EDGE_DP, top=24, bottom=18),
        on_click=lambda: on_close(number),
        content=ft.SafeArea(
            expand=True,
            content=ft.Column(parts, expand=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        ),
    )
    return announce(identifier, surface)
