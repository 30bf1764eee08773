"""One message of a channel, whole: why it was not taken, mended where it may be, and tried again."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.buttons import outline_button, primary_button
from mobile.components.card import card
from mobile.components.due_time import clock_caption
from mobile.components.frame import frame, header
from mobile.components.label_facts import facts_caption
from mobile.components.notice import notice
from mobile.components.selectable_text import selectable_text
from mobile.components.text_entry import text_entry
from mobile.components.waiting import waiting
from mobile.screens.messages import ICONS, TO_SEE_TO, verdict_caption
from mobile.screens.top import back_button, banner, evidence_caption, with_evidence, words
from mobile.services.channels_api import WholeMessage
from mobile.state.app_state import AppState
from mobile.state.channels_state import ChannelsState
from mobile.state.link_state import LinkState

BODY_SHOWN = 8_000  # characters; a phone that draws more of them stutters


@ft.component
def MessageScreen(app: AppState, state: ChannelsState, link: LinkState) -> ft.Control:
    say = words(app)

    async def load() -> None:
        await state.load_whole()

    ft.use_effect(load, [link.is_online])
    body = _notices(say, state, link)
    footer: list[ft.Control] = []
    whole = state.whole
    if whole is not None:
        body += _whole(say, state, whole)
        if whole.verdict in TO_SEE_TO:
            may = link.is_online and not state.is_busy
            text = say("message.replay")
            footer.append(primary_button("message-replay", text, state.replay, icon=ft.Icons.REPLAY, is_enabled=may))
    elif link.is_online and not state.problem:
        body.append(waiting("message-waiting", say("messages.waiting")))
    elif link.is_online:
        body.append(outline_button("message-again", say("outcome.again"), load, icon=ft.Icons.REPLAY))
    title = state.name_of(state.opened.channel_id) if state.opened is not None else ""
    head = header(title, left=back_button(app))
    return frame("screen-message", banner=banner(app), header=head, body=body, footer=footer, spacing_dp=14)


def _notices(say: Say, state: ChannelsState, link: LinkState) -> list[ft.Control]:
    if not link.is_online:
        return [notice("message-cut-off", say("gateway.offline"))]
    if state.problem:
        text = say(state.problem)
        return [notice("message-problem", with_evidence(say, text, state.detail))]
    if state.count_new is not None:
        key = "message.replayed" if state.count_new else "message.nothing_new"
        return [notice("message-replayed", say(key, count=state.count_new), is_wrong=False)]
    return []


def _whole(say: Say, state: ChannelsState, whole: WholeMessage) -> list[ft.Control]:
    is_waiting = whole.verdict in TO_SEE_TO
    ink = theme.WRONG if is_waiting else theme.QUIET if whole.verdict == "ignored" else theme.RIGHT
    shown: list[ft.Control] = [
        card(
            "message-verdict",
            ICONS.get(whole.verdict, ft.Icons.ERROR),
            verdict_caption(say, whole.verdict),
            beside=clock_caption(whole.received_at),
            facts=facts_caption(
                (say("message.answered", status=whole.answer_status),),
                (evidence_caption(say, whole.detail),),
                (whole.path, whole.query),
            ),
            ink=ink,
            edge=theme.WRONG if is_waiting else theme.LINE,
        )
    ]
    if state.may_mend:
        text = whole.body if state.mended is None else state.mended
        hint = say("message.mend_hint")
        shown.append(text_entry("message-body", say("message.body"), text, state.mend, hint=hint, is_long=True))
    else:
        if is_waiting:
            key = "message.as_it_came" if whole.verdict == "refused" else "message.no_text"
            shown.append(notice("message-as-it-came", say(key), is_wrong=False))
        shown.append(ft.Text(say("message.body"), style=theme.bold(18)))
        text = whole.body[:BODY_SHOWN]
        shown.append(selectable_text("message-body", text, ft.TextStyle(size=theme.TEXT_SP, font_family="monospace")))
    headers = "\n".join(f"{name}: {value}" for name, value in whole.headers.items())
    return [*shown, ft.Text(headers, size=theme.TEXT_SP, color=theme.QUIET)]
