"""The hand-over desk: what waits and where it stands; then one order, its bags, its PIN."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.captions import Say, is_caption
from mobile.components.buttons import OnTap, outline_button, primary_button, strut
from mobile.components.due_time import clock_caption
from mobile.components.empty import empty
from mobile.components.frame import frame, header
from mobile.components.mark import mark
from mobile.components.notice import notice
from mobile.components.typed_entry import TypedEntry
from mobile.screens.top import back_button, banner, words
from mobile.services.handover_api import Recipient, WaitingOrder
from mobile.state.app_state import AppState
from mobile.state.handover_state import NO_PIN_NOTE, HandoverState
from mobile.state.keypad_state import KeypadState
from mobile.state.link_state import LinkState

CODE_KINDS = ("totes", "bags", "places")


@ft.component
def HandoverScreen(app: AppState, state: HandoverState, keys: KeypadState, link: LinkState) -> ft.Control:
    say = words(app)
    ft.use_effect(state.load, [])
    order = state.order
    body: list[ft.Control] = []
    if state.given is not None:
        given = say("handover.given", code=state.given.display_code)
        body.append(notice("handover-given", given, is_wrong=False))
    if state.problem:
        body.append(notice("handover-problem", say(state.problem)))
    typed = app.typed.digits.shown if app.typed.digits is not None else ""
    if typed:
        body.append(_typed(say, typed))
    footer: list[ft.Control] = []
    if order is None:
        body += _list(say, state)
        if app.shift.is_supervisor:
            body += [_codes(say, state, kind) for kind in CODE_KINDS]
    else:
        body += _order(say, state, order)
        footer += _footer(app, say, state, order)
    footer.insert(0, TypedEntry("handover-typed", say("handover.type"), say("typed.do"), app.scan_line.put))
    head = header(say("handover.title"), left=back_button(app))
    return frame("screen-handover", banner=banner(app), header=head, body=body, footer=footer, spacing_dp=12)


def _typed(say: Say, typed: str) -> ft.Control:
    """Printed digits, as far as they were scanned."""
    return mark(
        "handover-digits",
        ft.Text(typed, style=theme.bold(44), text_align=ft.TextAlign.CENTER, width=float("inf"), no_wrap=True),
        label=say("handover.typed", digits=typed),
    )


def _codes(say: Say, state: HandoverState, kind: str) -> ft.Control:
    """A sheet to stick on the store's own things."""

    async def keep() -> None:
        await state.print_codes(kind)

    return outline_button(f"handover-codes-{kind}", say(f"handover.print_codes.{kind}"), keep, icon=ft.Icons.PRINT)


def _list(say: Say, state: HandoverState) -> list[ft.Control]:
    if not state.waiting:
        return [empty("handover-empty", ft.Icons.STORE, say("handover.empty"), say("handover.scan_hint"))]
    hint: ft.Control = ft.Text(say("handover.scan_hint"), size=18, color=theme.QUIET)
    return [hint, *(_row(say, order, _choose(state, order)) for order in state.waiting)]


def _choose(state: HandoverState, order: WaitingOrder) -> OnTap:
    return lambda: state.choose(order)


def _row(say: Say, order: WaitingOrder, on_tap: OnTap) -> ft.Control:
    facts = [say("pack.bags", count=order.bags)] if order.bags else []
    facts += [order.place] if order.place else []
    inside = ft.Column(
        [
            ft.Row(
                [
                    ft.Text(order.display_code, style=theme.bold(26), expand=True, max_lines=1),
                    ft.Text(clock_caption(order.due_at), style=theme.bold(22)),
                ]
            ),
            ft.Text(order.channel_name, size=18, color=theme.QUIET, max_lines=1),
            ft.Text(" · ".join(facts), style=theme.bold(20), max_lines=2),
        ],
        spacing=2,
        tight=True,
    )
    button = ft.Button(
        content=ft.Row([strut(theme.TOUCH_HEIGHT_DP), ft.Container(inside, expand=True)], spacing=0),
        on_click=lambda: on_tap(),
        style=ft.ButtonStyle(
            bgcolor=theme.PAPER,
            color=theme.INK,
            elevation=0,
            padding=14,
            side=ft.BorderSide(2, theme.LINE),
            shape=ft.RoundedRectangleBorder(radius=theme.CORNER_DP),
        ),
    )
    return mark(f"handover-order-{order.id}", button)


def _order(say: Say, state: HandoverState, order: WaitingOrder) -> list[ft.Control]:
    place = order.place or say("handover.no_place")
    lines: list[ft.Control] = [
        mark("handover-code", ft.Text(order.display_code, style=theme.bold(44), max_lines=1)),
        ft.Text(order.channel_name, size=20, color=theme.QUIET, max_lines=1),
        mark(
            "handover-place",
            ft.Container(
                bgcolor=theme.INK,
                border_radius=theme.CORNER_DP,
                padding=14,
                content=ft.Text(place, style=theme.bold(34, theme.PAPER), text_align=ft.TextAlign.CENTER),
                alignment=ft.Alignment.CENTER,
            ),
        ),
    ]
    if order.bags:
        text = say("handover.bags", counted=state.counted, bags=order.bags)
        lines.append(_step("handover-bags", text, is_done=state.counted >= order.bags))
    if order.is_age_restricted:
        lines.append(_step("handover-age", say("handover.age"), is_done=state.is_age_checked))
    if order.asks_pin:
        lines.append(_step("handover-pin", say("handover.pin"), is_done=bool(state.pin)))
    if order.delivery is not None:
        lines.append(_recipient(say, order.delivery))
    if order.slip_id:
        slip = say("handover.print_slip")
        lines.append(outline_button("handover-print-slip", slip, state.print_slip, icon=ft.Icons.PRINT))
    return lines


def _recipient(say: Say, to: Recipient) -> ft.Control:
    """Who it is for: what stands on the slip that travels with the bags."""
    kind = f"handover.kind.{to.kind}"
    bold = [to.recipient_name, say("handover.code", code=to.handover_code) if to.handover_code else ""]
    quiet = [*to.address_lines, to.phone, to.route_note]
    texts: list[ft.Control] = [
        *(ft.Text(line, style=theme.bold(24), max_lines=2) for line in bold if line),
        *(ft.Text(line, size=18, color=theme.QUIET, max_lines=3) for line in quiet if line),
    ]
    if is_caption(kind):
        texts.append(ft.Text(say(kind), style=theme.bold(18), max_lines=2))
    return mark("handover-recipient", ft.Column(texts, spacing=2, tight=True))


def _step(identifier: str, text: str, *, is_done: bool) -> ft.Control:
    icon, ink = (ft.Icons.CHECK_CIRCLE, theme.RIGHT) if is_done else (ft.Icons.RADIO_BUTTON_UNCHECKED, theme.INK)
    return mark(
        identifier,
        ft.Row(
            [ft.Icon(icon, size=36, color=ink), ft.Text(text, style=theme.bold(24, ink), expand=True, max_lines=2)],
            spacing=12,
        ),
    )


def _footer(app: AppState, say: Say, state: HandoverState, order: WaitingOrder) -> list[ft.Control]:
    buttons: list[ft.Control] = []
    if order.is_age_restricted and not state.is_age_checked:
        buttons.append(outline_button("handover-age-do", say("handover.age_do"), state.check_age, icon=ft.Icons.BADGE))
    elif state.counted < order.bags:
        text = say("handover.all_here", count=order.bags)
        buttons.append(outline_button("handover-all-here", text, state.count_all, icon=ft.Icons.SHOPPING_BAG))

    if order.bags:
        labels = say("handover.print_labels")
        buttons.insert(0, outline_button("handover-print-labels", labels, state.print_bag_labels, icon=ft.Icons.PRINT))
    if app.shift.is_supervisor and order.asks_pin and not state.pin:

        async def answer_for_it() -> None:
            await state.hand_over(NO_PIN_NOTE)

        buttons.append(
            outline_button("handover-no-pin", say("handover.no_pin"), answer_for_it, icon=ft.Icons.ADMIN_PANEL_SETTINGS)
        )

    async def give() -> None:
        await state.hand_over()

    left = state.missing
    buttons.append(
        primary_button(
            "handover-do",
            say("handover.do"),
            give,
            icon=ft.Icons.CHECK,
            colour=theme.RIGHT,
            hint=say(left[0]) if left else "",
            is_enabled=not left and not state.is_busy,
        )
    )
    return buttons
