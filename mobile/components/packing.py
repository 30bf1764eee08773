"""Packing one order at the desk: how many bags, and where they stand. Values in, taps out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.buttons import OnTap, icon_button, primary_button
from mobile.components.mark import mark
from mobile.components.tote_badge import tote_badge
from shared.picking import Tote


class Counted(Protocol):
    """How far the packing of an order is."""

    @property
    def bags(self) -> int: ...
    @property
    def needs_place(self) -> bool: ...
    @property
    def is_counted(self) -> bool: ...
    @property
    def count(self) -> Callable[[int], Awaitable[None]]: ...


def pack_card(say: Say, tote: Tote, packing: Counted) -> ft.Control:
    """The order in hand, and its bags."""
    bags = packing.bags

    async def fewer() -> None:
        await packing.count(bags - 1)

    async def more() -> None:
        await packing.count(bags + 1)

    words: list[ft.Control] = [
        ft.Text(tote.display_code, style=theme.bold(28), max_lines=1),
        ft.Text(say("pack.hint"), size=18, color=theme.INK, max_lines=3),
    ]
    counter = ft.Row(
        [
            ft.Icon(ft.Icons.SHOPPING_BAG, size=40, color=theme.INK),
            mark("pack-bags", ft.Text(str(bags), style=theme.bold(64)), label=say("pack.bags", count=bags)),
            ft.Container(expand=True),
            icon_button("pack-fewer", ft.Icons.REMOVE, say("short.fewer"), fewer, is_framed=True),
            icon_button("pack-more", ft.Icons.ADD, say("short.more"), more, is_framed=True),
        ],
        spacing=14,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )
    head = ft.Row([tote_badge(tote.letter, 92), ft.Column(words, spacing=2, tight=True, expand=True)], spacing=14)
    return mark(
        "pack-card",
        ft.Container(
            bgcolor=theme.RIGHT_SOFT,
            border=ft.Border.all(3, theme.RIGHT),
            border_radius=theme.CORNER_DP,
            padding=14,
            content=ft.Column([head, counter], spacing=8, tight=True),
        ),
    )


def pack_button(say: Say, tote: Tote, packing: Counted, pack: OnTap) -> ft.Control:
    """What is asked for next; where a place is, only its code packs the order."""
    if packing.needs_place:
        text = say("pack.scan_place") if packing.is_counted else say("pack.scan_bags")
        return primary_button("pack-do", text, pack, icon=ft.Icons.BARCODE_READER, is_enabled=False)
    return primary_button(
        "pack-do",
        say("pack.do", letter=tote.letter),
        pack,
        icon=ft.Icons.SHOPPING_BAG,
        hint="" if packing.is_counted else say("pack.count_first"),
        is_enabled=packing.is_counted,
    )


def packed_words(say: Say, tote: Tote) -> list[ft.Control]:
    """Under a tote that is packed."""
    if not tote.is_packed:
        return []
    text = " · ".join(part for part in (say("pack.bags", count=tote.bags), tote.place) if part)
    return [ft.Text(text, style=theme.bold(18, theme.RIGHT), max_lines=1)]
