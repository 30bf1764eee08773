"""What channels sent lately and what became of it; what could not be taken comes first."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.captions import Say, is_caption
from mobile.components.buttons import icon_button, outline_button
from mobile.components.card import card
from mobile.components.choice import choice
from mobile.components.due_time import clock_caption
from mobile.components.empty import empty
from mobile.components.frame import frame, header
from mobile.components.label_facts import facts_caption
from mobile.components.notice import notice
from mobile.components.waiting import waiting
from mobile.screens.top import back_button, banner, evidence_caption, words
from mobile.services.channels_api import Message
from mobile.state.app_state import AppState
from mobile.state.channels_state import ChannelsState
from mobile.state.link_state import LinkState
from mobile.state.screens import Screen

TO_SEE_TO = frozenset(("unreadable", "refused"))
QUIET = frozenset(("ignored", "duplicate"))
ICONS = {
    "taken": ft.Icons.CHECK_CIRCLE,
    "replayed": ft.Icons.CHECK_CIRCLE,
    "ignored": ft.Icons.REMOVE_CIRCLE_OUTLINE,
    "duplicate": ft.Icons.REMOVE_CIRCLE_OUTLINE,
    "refused": ft.Icons.GPP_BAD,
}


@ft.component
def MessagesScreen(app: AppState, state: ChannelsState, link: LinkState) -> ft.Control:
    say = words(app)

    async def load() -> None:
        await state.load_messages()

    async def show_all() -> None:
        await state.show(shows_all=True)

    async def show_to_see_to() -> None:
        await state.show(shows_all=False)

    ft.use_effect(load, [link.is_online])
    options = [("waiting", say("messages.to_see_to")), ("all", say("messages.all"))]
    chooser = {"waiting": show_to_see_to, "all": show_all}
    body: list[ft.Control] = [
        choice("messages-which", options, "all" if state.shows_all else "waiting", lambda value: chooser[value])
    ]
    if not link.is_online:
        body.append(notice("messages-old", say("board.offline")))
    elif state.problem:
        body.append(notice("messages-problem", say(state.problem)))
    if state.messages is not None:
        body += [_message(app, say, state, each) for each in state.messages]
        if not state.messages:
            key = "messages.none" if state.shows_all else "messages.none_to_see_to"
            body.append(empty("messages-none", ft.Icons.CHECK_CIRCLE, say(key)))
    elif link.is_online and not state.problem:
        body.append(waiting("messages-waiting", say("messages.waiting")))
    elif link.is_online:
        body.append(outline_button("messages-again", say("outcome.again"), load, icon=ft.Icons.REPLAY))
    reload = icon_button("messages-reload", ft.Icons.REFRESH, say("labels.reload"), load)
    head = header(say("channels.messages"), left=back_button(app), right=[reload])
    return frame("screen-messages", banner=banner(app), header=head, body=body, spacing_dp=theme.WIDE_GAP_DP)


def verdict_caption(say: Say, verdict: str) -> str:
    """One that a newer backend knows is said by its name."""
    key = f"message.verdict.{verdict}"
    return say(key) if is_caption(key) else verdict


def _message(app: AppState, say: Say, state: ChannelsState, message: Message) -> ft.Control:
    def opened() -> None:
        state.open(message)
        app.open(Screen.MESSAGE)

    is_waiting = message.verdict in TO_SEE_TO
    name = state.name_of(message.channel_id)
    look = icon_button(f"message-open-{message.id}", ft.Icons.CHEVRON_RIGHT, name, opened, is_framed=True)
    return card(
        f"message-{message.id}",
        ICONS.get(message.verdict, ft.Icons.ERROR),
        name,
        beside=clock_caption(message.received_at),
        words=verdict_caption(say, message.verdict),
        facts=facts_caption(
            (say("message.answered", status=message.answer_status),), (evidence_caption(say, message.detail),)
        ),
        action=look,
        ink=theme.WRONG if is_waiting else theme.RIGHT if message.verdict not in QUIET else theme.QUIET,
        edge=theme.WRONG if is_waiting else theme.LINE,
    )
