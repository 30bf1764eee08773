"""Another product for what is missing: at most three, where they stand, and a scan that says which one it is."""

from __future__ import annotations

from functools import partial

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.buttons import primary_button
from mobile.components.frame import frame, header
from mobile.components.mark import mark
from mobile.components.money import price_caption
from mobile.components.product_card import product_picture
from mobile.components.quantities import quantity_caption
from mobile.components.stepper import stepper
from mobile.components.tote_badge import tote_badge
from mobile.screens.top import back_button, banner, words
from mobile.state.app_state import AppState
from mobile.state.link_state import LinkState
from mobile.state.screens import Screen
from mobile.state.substitute_state import GRAMS_STEP, SubstituteState
from shared.picking import Pick
from shared.products import UnitOfMeasure
from shared.substitution import SubstituteCandidate


@ft.component
def SubstituteScreen(app: AppState, substitute: SubstituteState, link: LinkState) -> ft.Control:
    say = words(app)
    pick = substitute.pick
    if pick is None:
        return ft.Container()
    body: list[ft.Control] = [_instead_of(say, pick, substitute.missing, app)]
    body.append(ft.Text(say(f"substitute.wish.{pick.wish}"), size=18, color=theme.INK))
    scanned = substitute.scanned.product.id if substitute.scanned else None
    for index, candidate in enumerate(substitute.candidates(pick)):
        shown = _candidate(say, candidate, index, app, is_scanned=candidate.product.id == scanned)
        shown.on_click = partial(substitute.seek, candidate.product.id)
        if candidate.product.id == substitute.sought_id and scanned is None:
            shown.border = ft.Border.all(3, theme.INK)
        body.append(mark(f"substitute-candidate-{index}", shown))
    if substitute.scanned is not None and (substitute.missing > 1 or pick.product.unit is UnitOfMeasure.GRAM):
        body.append(_how_many(say, substitute, pick))
    head = header(say("substitute.title"), left=back_button(app))
    footer = [_primary(app, substitute, pick, say)]
    return frame("screen-substitute", banner=banner(app), header=head, body=body, footer=footer, spacing_dp=10)


def _instead_of(say: Say, pick: Pick, missing: int, app: AppState) -> ft.Control:
    """What was ordered, how much of it is missing, and for which tote."""
    return ft.Row(
        [
            product_picture(pick.product, 56),
            ft.Column(
                [
                    ft.Text(say("substitute.instead_of"), size=theme.TEXT_SP, color=theme.QUIET),
                    ft.Text(
                        pick.product.names.in_language(app.language),
                        style=theme.bold(20),
                        max_lines=2,
                        overflow=ft.TextOverflow.ELLIPSIS,
                    ),
                    ft.Text(
                        " · ".join(
                            part
                            for part in (pick.product.size, price_caption(say, pick.product, app.shift.currency))
                            if part
                        ),
                        size=theme.TEXT_SP,
                        color=theme.QUIET,
                    ),
                ],
                spacing=0,
                tight=True,
                expand=True,
            ),
            ft.Text(quantity_caption(say, missing, pick.product), style=theme.bold(30)),
            tote_badge(pick.tote_letter, 52),
        ],
        spacing=12,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )


def _candidate(
    say: Say, candidate: SubstituteCandidate, index: int, app: AppState, *, is_scanned: bool
) -> ft.Container:
    """A product and its address, as large as an address must be; the scanned one has a tick and an edge."""
    product = candidate.product
    below = " · ".join(part for part in (product.size, price_caption(say, product, app.shift.currency)) if part)
    names = ft.Column(
        [
            ft.Text(
                product.names.in_language(app.language),
                style=theme.bold(20),
                max_lines=2,
                overflow=ft.TextOverflow.ELLIPSIS,
            ),
            ft.Text(below, size=18),
            mark(
                f"substitute-address-{index}",
                ft.Text(candidate.location.address, style=theme.bold(30), no_wrap=True),
                label=candidate.location.address,
            ),
        ],
        spacing=0,
        tight=True,
        expand=True,
    )
    parts: list[ft.Control] = [product_picture(product, 72), names]
    if is_scanned:
        parts.append(ft.Icon(ft.Icons.CHECK_CIRCLE, size=40, color=theme.RIGHT))
    return ft.Container(
        bgcolor=theme.RIGHT_SOFT if is_scanned else theme.PAPER,
        border=ft.Border.all(3 if is_scanned else 2, theme.RIGHT if is_scanned else theme.LINE),
        border_radius=theme.CORNER_DP,
        padding=12,
        ink=True,
        content=ft.Row(parts, spacing=14, vertical_alignment=ft.CrossAxisAlignment.CENTER),
    )


def _how_many(say: Say, substitute: SubstituteState, pick: Pick) -> ft.Control:
    is_weighed = pick.product.unit is UnitOfMeasure.GRAM
    step = GRAMS_STEP if is_weighed else 1
    return stepper(
        say,
        "substitute-quantity",
        say("substitute.how_many_grams") if is_weighed else say("substitute.how_many"),
        quantity_caption(say, substitute.quantity, pick.product),
        fewer=lambda: substitute.change_quantity(-step),
        more=lambda: substitute.change_quantity(step),
    )


def _primary(app: AppState, substitute: SubstituteState, pick: Pick, say: Say) -> ft.Control:
    """Scanning is the action; the button stands in for it, and then says yes."""
    if substitute.scanned is None:
        return primary_button(
            "substitute-type-code",
            say("substitute.scan"),
            lambda: app.open(Screen.TYPED_CODE),
            icon=ft.Icons.BARCODE_READER,
            hint=say("stop.scan_hint"),
        )
    shown = quantity_caption(say, substitute.quantity, pick.product)
    return primary_button(
        "substitute-do",
        say("substitute.do", quantity=shown, letter=pick.tote_letter),
        app.give_substitute,
        icon=ft.Icons.SWAP_HORIZ,
        colour=theme.RIGHT,
        is_enabled=substitute.is_possible,
    )
