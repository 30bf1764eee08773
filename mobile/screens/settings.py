"""Language, what each signal sounds like, and the end of the shift."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.captions import LANGUAGE_NAMES, Say
from mobile.components.buttons import outline_button, primary_button
from mobile.components.frame import frame, header
from mobile.components.link_banner import waiting_caption
from mobile.components.mark import mark
from mobile.components.notice import notice
from mobile.screens.top import back_button, banner, words
from mobile.services.signals import Signal
from mobile.state.app_state import AppState
from mobile.state.link_state import LinkState
from mobile.state.shift_state import ShiftState

TESTED = (
    (Signal.OK, ft.Icons.CHECK_CIRCLE),
    (Signal.WRONG, ft.Icons.DANGEROUS),
    (Signal.ALREADY, ft.Icons.HISTORY),
    (Signal.DECIDE, ft.Icons.HELP),
)


@ft.component
def SettingsScreen(app: AppState, shift: ShiftState, link: LinkState) -> ft.Control:
    say = words(app)
    is_asking, set_asking = ft.use_state(False)

    async def sign_out() -> None:
        if link.waiting_commands and not is_asking:
            set_asking(True)
        else:
            await app.sign_out()

    body: list[ft.Control] = [
        ft.Text(say("settings.language"), style=theme.bold(20)),
        ft.Column(
            [_language(app, language, name) for language, name in LANGUAGE_NAMES.items()],
            spacing=10,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
        ft.Text(say("settings.sounds"), style=theme.bold(20)),
        ft.Row([_sound(app, say, *TESTED[0]), _sound(app, say, *TESTED[1])], spacing=10),
        ft.Row([_sound(app, say, *TESTED[2]), _sound(app, say, *TESTED[3])], spacing=10),
    ]
    waiting = waiting_caption(say, link.waiting_picks)
    if is_asking:
        body.append(notice("sign-out-warning", say("settings.sign_out_waiting", waiting=waiting)))
    if shift.problem:
        body.append(notice("settings-problem", say(shift.problem)))
    name = shift.profile.name if shift.profile else ""
    about = " · ".join([name, shift.store_name, say("settings.version", version=app.app_version), waiting])
    body.append(ft.Text(about, size=theme.TEXT_SP, color=theme.QUIET))
    caption = say("settings.sign_out_sure") if is_asking else say("settings.sign_out")
    footer = [
        primary_button(
            "sign-out", caption, sign_out, icon=ft.Icons.LOGOUT, colour=theme.WRONG, is_enabled=not shift.is_busy
        )
    ]
    head = header(say("settings.title"), left=back_button(app))
    return frame("screen-settings", banner=banner(app), header=head, body=body, footer=footer, spacing_dp=12)


def _language(app: AppState, language: str, name: str) -> ft.Control:
    async def choose() -> None:
        await app.set_language(language)

    is_chosen = app.language == language
    ink = theme.PAPER if is_chosen else theme.INK
    button = ft.Button(
        content=ft.Row(
            [
                ft.Icon(ft.Icons.CHECK_CIRCLE if is_chosen else ft.Icons.RADIO_BUTTON_UNCHECKED, color=ink, size=26),
                ft.Text(name, style=theme.bold(20, ink)),
            ],
            spacing=14,
        ),
        height=theme.TOUCH_HEIGHT_DP,
        on_click=choose,
        style=ft.ButtonStyle(
            bgcolor=theme.INK if is_chosen else theme.PAPER,
            color=ink,
            elevation=0,
            padding=ft.Padding.symmetric(horizontal=16),
            side=ft.BorderSide(2, theme.INK),
            shape=ft.RoundedRectangleBorder(radius=theme.CORNER_DP),
        ),
    )
    return mark(f"language-{language}", button)


def _sound(app: AppState, say: Say, signal: Signal, icon: ft.IconData) -> ft.Control:
    def play() -> None:
        app.test_signal(signal)

    return outline_button(f"sound-{signal}", say(f"settings.sound.{signal}"), play, icon=icon, expand=True)
