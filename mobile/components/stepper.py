"""A number between two large buttons: one fewer, one more."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.buttons import icon_button
from mobile.components.mark import mark


def stepper(
    say: Say, identifier: str, caption: str, shown: str, *, fewer: Callable[[], None], more: Callable[[], None]
) -> ft.Control:
    """`identifier` names the number; its buttons are `<identifier>-fewer` and `-more`."""
    return ft.Row(
        [
            ft.Text(caption, style=theme.bold(20), expand=True),
            icon_button(f"{identifier}-fewer", ft.Icons.REMOVE, say("short.fewer"), fewer, is_framed=True),
            mark(identifier, ft.Text(shown, style=theme.bold(34))),
            icon_button(f"{identifier}-more", ft.Icons.ADD, say("short.more"), more, is_framed=True),
        ],
        spacing=6,
    )
