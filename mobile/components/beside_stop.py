"""What stands beside the stop itself: other picks at the same place, the way on, and the last pick, to take it back."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.buttons import OnTap, icon_button
from mobile.components.mark import mark
from mobile.components.quantities import quantity_caption
from mobile.components.tote_badge import tote_badge
from shared.picking import Pick


def also_here(say: Say, pick: Pick, language: str) -> ft.Control:
    """One more pick at this place: how many, into which tote."""
    quantity = quantity_caption(say, pick.quantity_ordered, pick.product)
    text = f"{say('stop.also_here')}: {quantity} × {pick.product.names.in_language(language)}"
    return mark(
        f"also-here-{pick.id}",
        ft.Row(
            [
                ft.Text(text, style=theme.bold(18), expand=True, max_lines=2, overflow=ft.TextOverflow.ELLIPSIS),
                tote_badge(pick.tote_letter, 40),
            ],
            spacing=10,
        ),
    )


def way_on(
    say: Say,
    following: Pick | None,
    last: Pick | None,
    language: str,
    *,
    undo: OnTap,
    shelf_empty: OnTap | None,
) -> ft.Control:
    """Where the walk goes on and, in the same row, what was taken `last`: the body has no room for two.

    `shelf_empty` is None once it was said.
    """
    caption = say("stop.last")
    if following is not None:
        caption = f"{say('stop.next')}  {following.location.address}"
    lines: list[ft.Control] = [mark("stop-next", ft.Text(caption, style=theme.bold(18), max_lines=2))]
    buttons: list[ft.Control] = []
    if last is not None:
        taken = f"{say('stop.last_pick')}: {last.product.names.in_language(language)}"
        said = ft.Text(taken, size=theme.TEXT_SP, color=theme.QUIET, max_lines=1, overflow=ft.TextOverflow.ELLIPSIS)
        lines.append(mark("last-pick", said))
        buttons = _of_last(say, undo, shelf_empty)
    sign = ft.Icons.FLAG if following is None else ft.Icons.DIRECTIONS_WALK
    return ft.Row(
        [
            ft.Icon(sign, size=24, color=theme.INK),
            ft.Column(lines, spacing=0, tight=True, expand=True),
            *buttons,
        ],
        spacing=10,
    )


def _of_last(say: Say, undo: OnTap, shelf_empty: OnTap | None) -> list[ft.Control]:
    told: ft.Control = ft.Icon(ft.Icons.CHECK, size=28, color=theme.RIGHT, tooltip=say("stop.shelf_empty_said"))
    if shelf_empty is not None:
        icon = ft.Icons.REMOVE_SHOPPING_CART
        told = icon_button("stop-shelf-empty", icon, say("stop.shelf_empty"), shelf_empty, is_framed=True)
    return [icon_button("stop-undo", ft.Icons.UNDO, say("stop.undo"), undo, is_framed=True), told]
