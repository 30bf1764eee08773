"""One channel: its kind, that kind's own settings, whether it may send; secrets replaced, keys made and ended here."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from mobile import theme
from mobile.captions import Say, is_caption
from mobile.components.buttons import outline_button, primary_button
from mobile.components.card import card
from mobile.components.choice import choice
from mobile.components.due_time import clock_caption
from mobile.components.empty import empty
from mobile.components.frame import frame, header
from mobile.components.notice import notice
from mobile.components.selectable_text import selectable_text
from mobile.components.text_entry import text_entry
from mobile.components.waiting import waiting
from mobile.screens.settings_entries import settings_entries
from mobile.screens.top import back_button, banner, with_evidence, words
from mobile.services.channels_api import ChannelKey
from mobile.state.app_state import AppState
from mobile.state.channel_state import ChannelState
from mobile.state.link_state import LinkState


@ft.component
def ChannelScreen(app: AppState, state: ChannelState, link: LinkState) -> ft.Control:
    say = words(app)
    ending, set_ending = ft.use_state("")

    async def load() -> None:
        if not state.is_loaded:
            await state.load()

    ft.use_effect(load, [link.is_online])
    is_free = link.is_online and not state.is_busy
    body = _notices(say, app.language, state, link)
    footer: list[ft.Control] = []
    if state.is_loaded:
        body += _form(say, app.language, state)
        if not state.is_new:
            body += _keys(say, state, ending, set_ending, is_free=is_free)
        footer.append(
            primary_button(
                "channel-save",
                say("gateway.save"),
                state.save,
                icon=ft.Icons.CHECK,
                hint=say("gateway.save_hint"),
                is_enabled=is_free and bool(state.kind),
            )
        )
    elif not link.is_online:
        body = [empty("channel-offline", ft.Icons.CLOUD_OFF, say("labels.offline"), say("channels.offline_hint"))]
    elif state.problem:
        body.append(outline_button("channel-again", say("outcome.again"), state.load, icon=ft.Icons.REPLAY))
    else:
        body.append(waiting("channel-waiting", say("labels.waiting")))
    head = header(say("channel.new") if state.is_new else state.name, left=back_button(app))
    return frame("screen-channel", banner=banner(app), header=head, body=body, footer=footer, spacing_dp=14)


def _notices(say: Say, language: str, state: ChannelState, link: LinkState) -> list[ft.Control]:
    if not link.is_online:
        return [notice("channel-cut-off", say("gateway.offline"))]
    if state.problem:
        text = say(state.problem, field=state.called(state.wrong, language))
        return [notice("channel-problem", with_evidence(say, text, state.detail))]
    if state.new_key:
        shown = selectable_text("channel-new-key", state.new_key, theme.bold(18))
        above = ft.Text(say("channel.new_key"), style=theme.bold(18))
        return [
            ft.Container(
                bgcolor=theme.MIST,
                border_radius=theme.CORNER_DP,
                padding=14,
                content=ft.Column([above, shown], spacing=6),
            )
        ]
    if state.is_saved:
        return [notice("channel-saved", say("gateway.saved"), is_wrong=False)]
    return []


def _form(say: Say, language: str, state: ChannelState) -> list[ft.Control]:
    shown: list[ft.Control] = []
    if state.is_new:
        shown.append(ft.Text(say("channel.kind"), style=theme.bold(20)))
        options = [(adapter.name, adapter.caption) for adapter in state.adapters]
        shown.append(choice("channel-kind", options, state.kind, lambda kind: lambda: state.choose_adapter(kind)))
    if state.adapter is None:
        return shown
    key = f"channel.tried.{state.adapter.verified_by}"
    tried = say(key) if is_caption(key) else state.adapter.verified_by
    is_wrong = state.wrong == "name"
    shown += [
        card("channel-about", ft.Icons.STOREFRONT, state.adapter.caption, facts=tried),
        text_entry("channel-name", say("channel.name"), state.name, state.type_name, is_wrong=is_wrong),
    ]
    shown += settings_entries("channel", say, language, state)
    if state.has_new_secret:
        shown.append(ft.Text(say("channel.secret_before"), style=theme.bold(18)))
        options = [("kept", say("channel.good_for_a_day")), ("leaked", say("channel.has_leaked"))]
        chosen = "leaked" if state.has_leaked else "kept"
        shown.append(choice("channel-secret", options, chosen, _leak_chooser(state)))
    elif state.last_secret_until is not None:
        both = say("channel.both_good", clock=clock_caption(state.last_secret_until))
        shown.append(notice("channel-both-good", both, is_wrong=False))
    if not state.is_new:
        used = [("on", say("channel.takes")), ("off", say("channel.pauses"))]
        shown.append(choice("channel-used", used, "on" if state.is_enabled else "off", _switcher(state)))
        shown.append(ft.Text(say("channel.pause_hint"), size=theme.TEXT_SP, color=theme.QUIET))
    return shown


def _leak_chooser(state: ChannelState) -> Callable[[str], Callable[[], None]]:
    return lambda value: lambda: state.say_leaked(has_leaked=value == "leaked")


def _switcher(state: ChannelState) -> Callable[[str], Callable[[], None]]:
    def chooser(value: str) -> Callable[[], None]:
        def switched() -> None:
            if state.is_enabled != (value == "on"):
                state.switch()

        return switched

    return chooser


def _keys(
    say: Say, state: ChannelState, ending: str, set_ending: Callable[[str], None], *, is_free: bool
) -> list[ft.Control]:
    shown: list[ft.Control] = [ft.Text(say("channel.keys"), style=theme.bold(20))]
    shown += [_key(say, state, key, ending, set_ending, is_free=is_free) for key in state.keys]
    shown.append(
        outline_button("channel-add-key", say("channel.add_key"), state.make_key, icon=ft.Icons.KEY, is_enabled=is_free)
    )
    return shown


def _key(
    say: Say, state: ChannelState, key: ChannelKey, ending: str, set_ending: Callable[[str], None], *, is_free: bool
) -> ft.Control:
    is_sure = ending == key.id

    async def end() -> None:
        if is_sure:
            await state.end_key(key.id)
        set_ending("" if is_sure else key.id)

    return card(
        f"channel-key-{key.id}",
        ft.Icons.KEY,
        key.id,
        facts=say("channel.key_made", clock=clock_caption(key.made_at)),
        details=[
            outline_button(
                f"channel-end-key-{key.id}",
                say("channel.end_key_sure" if is_sure else "channel.end_key"),
                end,
                icon=ft.Icons.DELETE,
                colour=theme.WRONG,
                is_enabled=is_free,
            )
        ],
    )
