"""How the picker likes the phone, what each signal sounds like, and the end of the shift."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

import flet as ft

from mobile import theme
from mobile.captions import LANGUAGE_NAMES, Say
from mobile.components.buttons import outline_button, primary_button
from mobile.components.choice import choice
from mobile.components.frame import frame, header
from mobile.components.letters import Beside
from mobile.components.link_banner import waiting_caption
from mobile.components.mark import mark
from mobile.components.notice import notice
from mobile.screens.top import back_button, banner, words
from mobile.services.signals import Signal
from mobile.state.app_state import AppState
from mobile.state.link_state import LinkState
from mobile.state.preferences_state import TEXT_PERCENTS, VOLUMES, Hand, Look, PreferencesState
from mobile.state.screens import Screen
from mobile.state.shift_state import ShiftState

TESTED = (
    (Signal.OK, ft.Icons.CHECK_CIRCLE),
    (Signal.WRONG, ft.Icons.DANGEROUS),
    (Signal.ALREADY, ft.Icons.HISTORY),
    (Signal.DECIDE, ft.Icons.HELP),
)


@ft.component
def SettingsScreen(app: AppState, shift: ShiftState, link: LinkState, preferences: PreferencesState) -> ft.Control:
    say = words(app)
    is_asking, set_asking = ft.use_state(False)

    async def sign_out() -> None:
        if link.waiting_commands and not is_asking:
            set_asking(True)
        else:
            await app.sign_out()

    body: list[ft.Control] = [
        ft.Text(say("settings.language"), style=theme.bold(20)),
        choice("language", list(LANGUAGE_NAMES.items()), preferences.language, _chooser(preferences, "language")),
        *_choices(say, preferences, "look", list(Look), preferences.now.look),
        *_choices(say, preferences, "hand", list(Hand), preferences.now.hand),
        *_choices(say, preferences, "text_percent", list(map(str, TEXT_PERCENTS)), str(preferences.now.text_percent)),
        *_choices(say, preferences, "volume", list(map(str, range(len(VOLUMES)))), str(preferences.now.volume)),
        *_choices(say, preferences, "vibrates", ["true", "false"], str(preferences.now.vibrates).lower()),
        ft.Text(say("settings.sounds"), style=theme.bold(20)),
        Beside([_sound(app, say, *TESTED[0]), _sound(app, say, *TESTED[1])]),
        Beside([_sound(app, say, *TESTED[2]), _sound(app, say, *TESTED[3])]),
    ]
    body += _pace(say, app)
    if app.scanner_check.is_possible:
        check = partial(app.open, Screen.SCANNER_CHECK)
        body.append(outline_button("open-scanner-check", say("check.title"), check, icon=ft.Icons.BARCODE_READER))
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


def _pace(say: Say, app: AppState) -> list[ft.Control]:
    """The picker's own pace, and whose business it is."""
    today, before = app.pace.today_per_hour, app.pace.before_per_hour
    said = [say("pace.today", count=today)] if today is not None else []
    said += [say("pace.before", count=before)] if before is not None else []
    if not said:
        return []
    words = [ft.Text(line, style=theme.bold(18)) for line in said]
    private = ft.Text(say("pace.private"), size=theme.TEXT_SP, color=theme.QUIET)
    return [ft.Text(say("pace.title"), style=theme.bold(20)), mark("own-pace", ft.Column([*words, private], spacing=2))]


def _choices(say: Say, preferences: PreferencesState, name: str, values: list[str], chosen: str) -> list[ft.Control]:
    """A title and the values of one preference; `settings.<name>.<value>` are their captions."""
    options = [(value, say(f"settings.{name}.{value}")) for value in values]
    title = ft.Text(say(f"settings.{name}"), style=theme.bold(20))
    return [title, choice(name.replace("_", "-"), options, chosen, _chooser(preferences, name))]


def _chooser(preferences: PreferencesState, name: str) -> Callable[[str], Callable[[], Awaitable[None]]]:
    def to(value: str) -> Callable[[], Awaitable[None]]:
        async def chosen() -> None:
            await preferences.change(**{name: value})

        return chosen

    return to


def _sound(app: AppState, say: Say, signal: Signal, icon: ft.IconData) -> ft.Control:
    def play() -> None:
        app.test_signal(signal)

    return outline_button(f"sound-{signal}", say(f"settings.sound.{signal}"), play, icon=icon, expand=True)
