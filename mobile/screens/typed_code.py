"""The barcode cannot be scanned: its digits are typed and judged by the same rule."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.components.buttons import primary_button
from mobile.components.frame import frame, header
from mobile.components.keypad import keypad
from mobile.components.mark import mark
from mobile.components.product_card import product_card
from mobile.screens.camera import camera_button
from mobile.screens.top import back_button, banner, words
from mobile.state.app_state import AppState
from mobile.state.keypad_state import KeypadState
from mobile.state.link_state import LinkState
from mobile.state.pick_state import PickState


@ft.component
def TypedCodeScreen(app: AppState, pick_state: PickState, keys: KeypadState, link: LinkState) -> ft.Control:
    say = words(app)
    digits, pick = app.typed.digits, pick_state.current
    if digits is None:
        return ft.Container()
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
        keypad(say, digits),
        primary_button("typed-do", say("typed.do"), app.typed.take_typed, icon=ft.Icons.CHECK),
    ]
    head = header(say("typed.title"), left=back_button(app), right=camera_button(app))
    return frame("screen-typed-code", banner=banner(app), header=head, body=body, footer=footer)
