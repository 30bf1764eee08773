"""Substitutes in the totes of a walk: whose shopper is being asked, and what must come out again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.buttons import icon_button, outline_button
from mobile.components.mark import announce, mark
from mobile.components.notice import notice
from mobile.components.quantities import quantity_caption
from mobile.components.tote_badge import tote_badge
from shared.picking import Pick

SECONDS_PER_MINUTE = 60


def asked_row(say: Say, pick: Pick, language: str, now: datetime) -> ft.Control:
    """A proposal: what instead of what, and how long it may take."""
    given = pick.substitution
    if given is None:
        return ft.Container()
    lines: list[ft.Control] = [
        ft.Text(given.product.names.in_language(language), style=theme.bold(18), max_lines=2),
        ft.Text(
            say("substitute.instead", name=pick.product.names.in_language(language)),
            size=theme.TEXT_SP,
            max_lines=2,
            overflow=ft.TextOverflow.ELLIPSIS,
        ),
    ]
    return mark(
        f"asked-{pick.id}",
        _card(
            theme.DECIDE_SOFT,
            theme.INK,
            [
                tote_badge(pick.tote_letter, 44),
                ft.Column(lines, spacing=0, tight=True, expand=True),
                ft.Text(_left(say, given.answer_by, now), style=theme.bold(22)),
            ],
        ),
    )


def put_back_notice(say: Say, pick: Pick, language: str, on_done: Callable[[], Any]) -> ft.Control:
    """The same in one line, for a picker who is on the way to something else."""
    text = _take_out(say, pick, language)
    done = icon_button(f"put-back-{pick.id}", ft.Icons.CHECK, say("substitute.is_out"), on_done, is_framed=True)
    said = ft.Container(notice(f"refused-{pick.id}", text), expand=True)
    return ft.Row([said, done], spacing=8)


def put_back_row(say: Say, pick: Pick, language: str, on_done: Callable[[], Any]) -> ft.Control:
    """A refused substitute: out of which tote, back to which shelf, and a button that says it is done."""
    given = pick.substitution
    if given is None:
        return ft.Container()
    text = _take_out(say, pick, language)
    words = ft.Row(
        [
            ft.Icon(ft.Icons.UNDO, size=30, color=theme.WRONG),
            ft.Column(
                [
                    ft.Text(text, style=theme.bold(18)),
                    ft.Text(say("substitute.belongs", address=given.location.address), size=theme.TEXT_SP),
                ],
                spacing=0,
                tight=True,
                expand=True,
            ),
            tote_badge(pick.tote_letter, 44),
        ],
        spacing=12,
    )
    button = outline_button(
        f"put-back-{pick.id}", say("substitute.is_out"), on_done, icon=ft.Icons.CHECK, colour=theme.WRONG
    )
    content = ft.Column(
        [announce(f"refused-{pick.id}", words), button],
        spacing=10,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    return ft.Container(
        bgcolor=theme.WRONG_SOFT,
        border=ft.Border.all(2, theme.WRONG),
        border_radius=theme.CORNER_DP,
        padding=12,
        content=content,
    )


def _take_out(say: Say, pick: Pick, language: str) -> str:
    given = pick.substitution
    if given is None:
        return ""
    name = given.product.names.in_language(language)
    quantity = quantity_caption(say, given.quantity, given.product)
    return say("substitute.take_out", quantity=quantity, name=name, letter=pick.tote_letter)


def _card(fill: str, edge: str, parts: list[ft.Control]) -> ft.Control:
    return ft.Container(
        bgcolor=fill,
        border=ft.Border.all(2, edge),
        border_radius=theme.CORNER_DP,
        padding=12,
        content=ft.Row(parts, spacing=12),
    )


def _left(say: Say, answer_by: datetime | None, now: datetime) -> str:
    """`4:05` until it is decided; a word where the backend has not said yet, or is about to."""
    if answer_by is None:
        return say("substitute.not_sent")
    seconds = max(0, round((answer_by - now).total_seconds()))
    return f"{seconds // SECONDS_PER_MINUTE}:{seconds % SECONDS_PER_MINUTE:02d}"
