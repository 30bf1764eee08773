"""A shift begins: the badge says who, the PIN says it is true. The PIN is never shown, kept or logged."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.components.buttons import outline_button, primary_button
from mobile.components.frame import frame, header
from mobile.components.keypad import keypad
from mobile.components.mark import mark
from mobile.components.notice import notice
from mobile.screens.camera import camera_button
from mobile.screens.top import banner, check_button, words
from mobile.state.app_state import AppState
from mobile.state.keypad_state import KeypadState
from mobile.state.link_state import LinkState
from mobile.state.shift_state import PIN_DIGITS_MIN, ShiftState


@ft.component
def SignInScreen(app: AppState, shift: ShiftState, keys: KeypadState, link: LinkState) -> ft.Control:
    return _Pin(app, shift, keys) if shift.badge else _Badge(app, shift, link)


@ft.component
def _Badge(app: AppState, shift: ShiftState, link: LinkState) -> ft.Control:
    say = words(app)
    badge, set_badge = ft.use_state("")

    def go_on() -> None:
        shift.show_badge(badge)

    field = ft.TextField(
        label=say("sign_in.badge"),
        value=badge,
        on_change=lambda event: set_badge(event.control.value),
        on_submit=go_on,
        autocorrect=False,
        enable_suggestions=False,
        text_size=26,
        text_align=ft.TextAlign.CENTER,
        border_width=2,
        border_color=theme.INK,
        border_radius=theme.CORNER_DP,
    )
    body: list[ft.Control] = [
        ft.Container(
            alignment=ft.Alignment.CENTER,
            padding=ft.Padding.only(top=36, bottom=12),
            content=ft.Icon(ft.Icons.BADGE, size=132, color=theme.INK),
        ),
        ft.Text(say("sign_in.badge_hint"), size=20, text_align=ft.TextAlign.CENTER),
        mark("sign-in-badge", field),
    ]
    if shift.problem:
        body.append(notice("sign-in-problem", say(shift.problem)))
    title = shift.store_name or say("sign_in.title")
    next_button = primary_button(
        "sign-in-next", say("sign_in.next"), go_on, icon=ft.Icons.ARROW_FORWARD, is_enabled=bool(badge.strip())
    )
    strip = banner(app) if link.waiting_picks else None
    return frame(
        "screen-sign-in",
        banner=strip,
        header=header(title, right=[*camera_button(app), *check_button(app)]),
        body=body,
        footer=[next_button],
    )


@ft.component
def _Pin(app: AppState, shift: ShiftState, keys: KeypadState) -> ft.Control:
    say = words(app)
    pin = app.typed.digits
    if pin is None:
        return ft.Container()
    discs: list[ft.Control] = [
        ft.Container(
            width=22,
            height=22,
            border_radius=11,
            bgcolor=theme.INK if index < len(pin.shown) else theme.PAPER,
            border=ft.Border.all(2, theme.INK),
        )
        for index in range(max(PIN_DIGITS_MIN, len(pin.shown)))
    ]
    body: list[ft.Control] = [
        ft.Text(say("sign_in.pin"), style=theme.bold(theme.TITLE_SP), text_align=ft.TextAlign.CENTER),
        mark(
            "pin-digits",
            ft.Container(
                content=ft.Row(discs, alignment=ft.MainAxisAlignment.CENTER, spacing=16),
                padding=ft.Padding.symmetric(vertical=10),
            ),
            label=say("sign_in.pin_entered", count=len(pin.shown)),
        ),
    ]
    if shift.problem:
        body.append(notice("sign-in-problem", say(shift.problem)))
    footer: list[ft.Control] = [
        keypad(say, pin),
        outline_button(
            "sign-in-other-badge", say("sign_in.other_badge"), app.typed.put_badge_away, icon=ft.Icons.BADGE
        ),
        primary_button(
            "sign-in-do",
            say("sign_in.do"),
            app.typed.sign_in,
            icon=ft.Icons.CHECK,
            is_enabled=not shift.is_busy,
        ),
    ]
    return frame("screen-pin", banner=None, header=header(say("sign_in.title")), body=body, footer=footer)
