"""Who sends the store its orders, and what waits at each; from here one is added, or opened to change it."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.buttons import icon_button, outline_button, primary_button
from mobile.components.card import card
from mobile.components.due_time import clock_caption
from mobile.components.empty import empty
from mobile.components.frame import frame, header
from mobile.components.label_facts import facts_caption
from mobile.components.notice import notice
from mobile.components.waiting import waiting
from mobile.screens.top import back_button, banner, words
from mobile.services.channels_api import Channel
from mobile.state.app_state import AppState
from mobile.state.channels_state import ChannelsState
from mobile.state.link_state import LinkState
from mobile.state.screens import Screen


@ft.component
def ChannelsScreen(app: AppState, state: ChannelsState, link: LinkState) -> ft.Control:
    say = words(app)

    async def load() -> None:
        await state.load()

    def add() -> None:
        app.setup.channel.add()
        app.open(Screen.CHANNEL)

    ft.use_effect(load, [link.is_online])
    body: list[ft.Control] = []
    if state.problem:
        body.append(notice("channels-problem", say(state.problem)))
    if state.channels is not None:
        if not link.is_online:
            body.append(notice("channels-old", say("board.offline")))
        body += [_channel(app, say, each) for each in state.channels]
        if not state.channels:
            body.append(empty("channels-none", ft.Icons.STOREFRONT, say("channels.none"), say("channels.none_hint")))
        body.append(_messages(app, say, state))
    elif not link.is_online:
        body = [empty("channels-offline", ft.Icons.CLOUD_OFF, say("labels.offline"), say("channels.offline_hint"))]
    elif state.problem:
        body.append(outline_button("channels-again", say("outcome.again"), load, icon=ft.Icons.REPLAY))
    else:
        body.append(waiting("channels-waiting", say("labels.waiting")))
    footer: list[ft.Control] = [
        primary_button("channels-add", say("channels.add"), add, icon=ft.Icons.ADD, is_enabled=link.is_online)
    ]
    reload = icon_button("channels-reload", ft.Icons.REFRESH, say("labels.reload"), load)
    head = header(say("channels.title"), left=back_button(app), right=[reload])
    return frame(
        "screen-channels", banner=banner(app), header=head, body=body, footer=footer, spacing_dp=theme.WIDE_GAP_DP
    )


def _messages(app: AppState, say: Say, state: ChannelsState) -> ft.Control:
    count = state.to_see_to
    text = say("channels.messages")
    return outline_button(
        "channels-messages",
        f"{text}\n{say('channels.to_see_to', count=count)}" if count else text,
        lambda: app.open(Screen.MESSAGES),
        icon=ft.Icons.MARK_EMAIL_UNREAD if count else ft.Icons.MAIL,
        colour=theme.WRONG if count else theme.INK,
    )


def _channel(app: AppState, say: Say, channel: Channel) -> ft.Control:
    def opened() -> None:
        app.setup.channel.change(channel)
        app.open(Screen.CHANNEL)

    troubles = {
        "channels.to_see_to": channel.to_see_to,
        "channels.held": channel.held_orders,
        "channels.undelivered": channel.undelivered,
    }
    told = "\n".join(say(key, count=count) for key, count in troubles.items() if count)
    heard = channel.last_message_at
    last = say("channels.last", clock=clock_caption(heard)) if heard else say("channels.silent")
    behind = say("channels.unacknowledged", count=channel.unacknowledged) if channel.unacknowledged else ""
    state = say("channels.on" if channel.is_enabled else "channels.paused")
    ink = theme.WRONG if told else theme.RIGHT if channel.is_enabled else theme.QUIET
    edit = icon_button(
        f"channel-open-{channel.id}", ft.Icons.EDIT, say("channels.change", name=channel.name), opened, is_framed=True
    )
    return card(
        f"channel-{channel.id}",
        ft.Icons.STOREFRONT if channel.is_enabled else ft.Icons.PAUSE_CIRCLE,
        channel.name,
        words="\n".join(line for line in (state, told) if line),
        facts=facts_caption((channel.adapter, last), (behind,)),
        action=edit,
        ink=ink,
        edge=theme.WRONG if told else theme.LINE,
    )
