"""What stands beside the stop itself: other picks at the same place, and the last one, to take it back."""

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


def last_pick(say: Say, pick: Pick, language: str, *, undo: OnTap, shelf_empty: OnTap | None) -> ft.Control:
    """`shelf_empty` is None once it was said."""
    name = pick.product.names.in_language(language)
    said = ft.Icon(ft.Icons.CHECK, size=28, color=theme.RIGHT, tooltip=say("stop.shelf_empty_said"))
    return mark(
        "last-pick",
        ft.Row(
            [
                ft.Column(
                    [
                        ft.Text(say("stop.last_pick"), size=theme.TEXT_SP, color=theme.QUIET),
                        ft.Text(name, size=18, max_lines=1, overflow=ft.TextOverflow.ELLIPSIS),
                    ],
                    spacing=0,
                    tight=True,
                    expand=True,
                ),
                icon_button("stop-undo", ft.Icons.UNDO, say("stop.undo"), undo, is_framed=True),
                icon_button(
                    "stop-shelf-empty",
                    ft.Icons.REMOVE_SHOPPING_CART,
                    say("stop.shelf_empty"),
                    shelf_empty,
                    is_framed=True,
                )
                if shelf_empty is not None
                else said,
            ],
            spacing=8,
        ),
    )
