"""Weighed goods without a scale label: the grams are typed."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.buttons import primary_button
from mobile.components.frame import frame, header
from mobile.components.keypad import keypad
from mobile.components.mark import mark
from mobile.components.product_card import product_card
from mobile.components.quantities import allowed_range, weight_caption
from mobile.screens.top import back_button, banner, words
from mobile.state.app_state import AppState
from mobile.state.keypad_state import KeypadState
from mobile.state.link_state import LinkState
from mobile.state.pick_state import PickState
from shared.picking import PriceBasis


@ft.component
def WeightScreen(app: AppState, pick_state: PickState, keys: KeypadState, link: LinkState) -> ft.Control:
    say = words(app)
    digits, pick = app.typed.digits, pick_state.current
    if pick is None or digits is None:
        return ft.Container()

    fewest_g, most_g = allowed_range(pick)
    shown = weight_caption(say, int(digits.shown)) if digits.shown else " "
    body: list[ft.Control] = [
        product_card(pick.product, app.languages, picture_dp=60),
        ft.Text(
            say("weight.ordered", weight=weight_caption(say, pick.quantity_ordered)),
            style=theme.bold(22),
            text_align=ft.TextAlign.CENTER,
        ),
        mark(
            "weight-range",
            ft.Text(
                say("weight.range", fewest=weight_caption(say, fewest_g), most=weight_caption(say, most_g)),
                size=18,
                color=theme.QUIET,
                text_align=ft.TextAlign.CENTER,
            ),
        ),
        *_paid(say, pick_state.price_basis),
        mark(
            "weight-digits",
            ft.Container(
                content=ft.Text(shown, style=theme.bold(44), text_align=ft.TextAlign.CENTER),
                border=ft.Border.all(2, theme.INK),
                border_radius=theme.CORNER_DP,
                alignment=ft.Alignment.CENTER,
                height=84,
            ),
        ),
    ]
    footer: list[ft.Control] = [
        keypad(say, digits),
        primary_button("weight-do", say("weight.do"), app.typed.take_weight, icon=ft.Icons.SCALE),
    ]
    head = header(say("weight.title"), left=back_button(app))
    return frame("screen-weight", banner=banner(app), header=head, body=body, footer=footer)


def _paid(say: Say, basis: PriceBasis | None) -> list[ft.Control]:
    """What the shopper pays for; nothing where the backend does not say."""
    if basis is None:
        return []
    text = ft.Text(say(f"weight.paid.{basis.value}"), size=18, color=theme.QUIET, text_align=ft.TextAlign.CENTER)
    return [mark("weight-paid", text)]
