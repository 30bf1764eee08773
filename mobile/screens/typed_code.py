"""The barcode cannot be scanned: its digits are typed and judged by the same rule."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.components.buttons import primary_button
from mobile.components.frame import frame, header
from mobile.components.keypad import keypad, use_digits
from mobile.components.mark import mark
from mobile.components.product_card import product_card
from mobile.screens.camera import camera_button
from mobile.screens.top import back_button, banner, words
from mobile.state.app_state import AppState
from mobile.state.link_state import LinkState
from mobile.state.pick_state import PickState

DIGITS_MAX = 14
DIGITS_MIN = 4  # a SKU may be short; a barcode has 8 or more


@ft.component
def TypedCodeScreen(app: AppState, pick_state: PickState, link: LinkState) -> ft.Control:
    say = words(app)
    digits = use_digits()
    pick = pick_state.current

    async def check() -> None:
        if digits.count >= (1 if pick_state.in_hand else DIGITS_MIN):
            typed = digits.take()
            app.back()
            await app.take_typed(typed)

    is_ordered = pick is not None and app.substitute.pick is None  # a substitute is one of several
    body: list[ft.Control] = []
    if pick is not None and is_ordered:
        body.append(product_card(pick.product, app.languages, picture_dp=60))
    body += [
        ft.Text(say("typed.hint"), size=18, color=theme.QUIET, text_align=ft.TextAlign.CENTER),
        mark(
            "typed-digits",
            ft.Container(
                content=ft.Text(
                    digits.shown or " ", style=theme.bold(36), text_align=ft.TextAlign.CENTER, no_wrap=True
                ),
                border=ft.Border.all(2, theme.INK),
                border_radius=theme.CORNER_DP,
                alignment=ft.Alignment.CENTER,
                height=72,
            ),
        ),
    ]
    footer: list[ft.Control] = [
        keypad(say, digits, digits_max=DIGITS_MAX),
        primary_button("typed-do", say("typed.do"), check, icon=ft.Icons.CHECK),
    ]
    head = header(say("typed.title"), left=back_button(app), right=camera_button(app))
    return frame("screen-typed-code", banner=banner(app), header=head, body=body, footer=footer)
