"""The store's gateways and how each of them does; from here one is added, or opened to change it."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.components.buttons import icon_button, outline_button, primary_button
from mobile.components.empty import empty
from mobile.components.frame import frame, header
from mobile.components.notice import notice
from mobile.components.waiting import waiting
from mobile.screens.gateway_card import gateway_card
from mobile.screens.top import back_button, banner, words
from mobile.services.labels_api import Gateway
from mobile.state.app_state import AppState
from mobile.state.labels_state import LabelsState
from mobile.state.link_state import LinkState
from mobile.state.screens import Screen


@ft.component
def GatewaysScreen(app: AppState, state: LabelsState, link: LinkState) -> ft.Control:
    say = words(app)

    async def load() -> None:
        await state.load()

    def add() -> None:
        app.setup.gateway.add()
        app.open(Screen.GATEWAY)

    def edit(gateway: Gateway) -> ft.Control:
        def opened() -> None:
            app.setup.gateway.change(gateway)
            app.open(Screen.GATEWAY)

        caption = say("gateways.change", name=gateway.name)
        return icon_button(f"gateway-open-{gateway.name}", ft.Icons.EDIT, caption, opened, is_framed=True)

    ft.use_effect(load, [link.is_online])
    body: list[ft.Control] = []
    if state.health is not None:
        if not link.is_online:
            body.append(notice("gateways-old", say("board.offline")))
        elif state.problem:
            body.append(notice("gateways-problem", say(state.problem)))
        away_first = sorted(state.gateways, key=lambda each: (not each.is_enabled, each.is_reachable, each.name))
        body += [gateway_card(say, each, edit(each)) for each in away_first]
        if not state.gateways:
            body.append(empty("gateways-none", ft.Icons.ROUTER, say("gateways.none"), say("gateways.none_hint")))
    elif not link.is_online:
        body.append(empty("gateways-offline", ft.Icons.CLOUD_OFF, say("labels.offline"), say("gateways.offline_hint")))
    elif not state.problem:
        body.append(waiting("gateways-waiting", say("labels.waiting")))
    else:
        body.append(notice("gateways-problem", say(state.problem)))
        body.append(outline_button("gateways-again", say("outcome.again"), load, icon=ft.Icons.REPLAY))
    footer: list[ft.Control] = [
        primary_button("gateways-add", say("gateways.add"), add, icon=ft.Icons.ADD, is_enabled=link.is_online)
    ]
    reload = icon_button("gateways-reload", ft.Icons.REFRESH, say("labels.reload"), load)
    head = header(say("gateways.title"), left=back_button(app), right=[reload])
    return frame(
        "screen-gateways", banner=banner(app), header=head, body=body, footer=footer, spacing_dp=theme.WIDE_GAP_DP
    )
