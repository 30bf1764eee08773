"""Fewer than ordered: how many, and why. Two steps, so that a slip of a glove reports nothing."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.buttons import outline_button, primary_button
from mobile.components.frame import frame, header
from mobile.components.mark import mark
from mobile.components.product_card import product_card
from mobile.components.quantities import quantity_caption
from mobile.components.short_reasons import reason_caption
from mobile.components.stepper import stepper
from mobile.screens.top import back_button, banner, words
from mobile.state.app_state import AppState
from mobile.state.link_state import LinkState
from mobile.state.pick_state import PickState
from mobile.state.screens import Screen
from mobile.state.substitute_state import SubstituteState
from shared.picking import Pick, ShortReason
from shared.products import UnitOfMeasure
from shared.short_reasons import StoreReason, reasons_or_standard

GRAMS_STEP = 50
REASONS_AT_EASE = 5  # more of them stand closer together


@ft.component
def ShortScreen(app: AppState, pick_state: PickState, substitute: SubstituteState, link: LinkState) -> ft.Control:
    say = words(app)
    pick = pick_state.current
    found, set_found = ft.use_state(min(pick_state.counted, _most(pick)) if pick else 0)
    no_reason: StoreReason | None = None
    reason, set_reason = ft.use_state(no_reason)
    if pick is None:
        return ft.Container()

    async def report() -> None:
        if reason is None:
            return
        if await pick_state.report_short(reason.meaning, found, reason.own_code) is not None:
            app.back()

    async def report_blocked() -> None:
        if await pick_state.report_blocked_aisle():
            app.back()

    def look_for_another() -> None:
        usual = ShortReason.TOO_FEW if found else ShortReason.NOT_ON_SHELF
        meant, own = (reason.meaning, reason.own_code) if reason else (usual, "")
        if substitute.look(meant, found, own):
            app.open(Screen.SUBSTITUTE)

    body: list[ft.Control] = [product_card(pick.product, app.languages, picture_dp=60)]
    if pick.quantity_ordered > 1:
        body.append(_found(say, pick, found, set_found))
    body.append(ft.Text(say("short.reason"), style=theme.bold(20)))
    reasons = reasons_or_standard(app.work.store_rules.short_reasons)
    is_tight = bool(substitute.candidates(pick)) or len(reasons) > REASONS_AT_EASE
    body += [_reason(say, app.language, one, reason == one, set_reason, is_tight=is_tight) for one in reasons]
    if not pick.is_cut_off:
        blocked = say("short.blocked", aisle=pick.location.aisle)
        body.append(outline_button("short-blocked", blocked, report_blocked, icon=ft.Icons.BLOCK))
    footer: list[ft.Control] = []
    if is_tight:
        another = say("short.another")
        footer.append(outline_button("short-another", another, look_for_another, icon=ft.Icons.SWAP_HORIZ))
    footer.append(
        primary_button(
            "short-do",
            say("short.do"),
            report,
            icon=ft.Icons.ARROW_FORWARD,
            colour=theme.WRONG,
            is_enabled=reason is not None,
        )
    )
    head = header(say("short.title"), left=back_button(app))
    return frame(
        "screen-short", banner=banner(app), header=head, body=body, footer=footer, spacing_dp=5 if is_tight else 9
    )


def _most(pick: Pick) -> int:
    """As many as may be found where it is short."""
    return min(pick.quantity_ordered - 1, pick.quantity_wanted)


def _found(say: Say, pick: Pick, found: int, set_found: Callable[[int], None]) -> ft.Control:
    is_weighed = pick.product.unit is UnitOfMeasure.GRAM
    step = GRAMS_STEP if is_weighed else 1
    fewer, more = max(0, found - step), min(_most(pick), found + step)
    return stepper(
        say,
        "short-found",
        say("short.found_grams") if is_weighed else say("short.found"),
        quantity_caption(say, found, pick.product),
        fewer=lambda: set_found(fewer),
        more=lambda: set_found(more),
    )


def _reason(
    say: Say,
    language: str,
    reason: StoreReason,
    is_chosen: bool,
    set_reason: Callable[[StoreReason], None],
    *,
    is_tight: bool,
) -> ft.Control:
    ink = theme.PAPER if is_chosen else theme.INK
    row = ft.Row(
        [
            ft.Icon(ft.Icons.CHECK_CIRCLE if is_chosen else ft.Icons.RADIO_BUTTON_UNCHECKED, color=ink, size=28),
            ft.Text(reason_caption(say, reason, language), style=theme.bold(20, ink), expand=True),
        ],
        spacing=14,
    )
    choice = ft.Button(
        content=row,
        height=theme.TOUCH_HEIGHT_DP if is_tight else 64,
        on_click=lambda: set_reason(reason),
        style=ft.ButtonStyle(
            bgcolor=theme.INK if is_chosen else theme.PAPER,
            color=ink,
            elevation=0,
            padding=ft.Padding.symmetric(horizontal=16),
            side=ft.BorderSide(2, theme.INK),
            shape=ft.RoundedRectangleBorder(radius=theme.CORNER_DP),
        ),
    )
    return mark(f"short-reason-{reason.code.replace('_', '-')}", choice)
