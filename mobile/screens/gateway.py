"""One gateway: its driver, that driver's own settings, whether it is used; tried, saved or taken away from here."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.buttons import outline_button, primary_button
from mobile.components.card import card
from mobile.components.choice import choice
from mobile.components.empty import empty
from mobile.components.frame import frame, header
from mobile.components.notice import notice
from mobile.components.text_entry import text_entry
from mobile.components.waiting import waiting
from mobile.screens.settings_entries import settings_entries
from mobile.screens.top import back_button, banner, with_evidence, words
from mobile.services.gateways_api import TestedGateway
from mobile.state.app_state import AppState
from mobile.state.gateway_state import GatewayState
from mobile.state.link_state import LinkState

HEARD_SHOWN = 12


@ft.component
def GatewayScreen(app: AppState, state: GatewayState, link: LinkState) -> ft.Control:
    say = words(app)
    is_asking, set_asking = ft.use_state(False)

    async def load() -> None:
        if not state.is_loaded:
            await state.load()

    async def remove() -> None:
        if is_asking and await state.remove():
            app.back()
        set_asking(not is_asking)

    ft.use_effect(load, [link.is_online])
    is_free = link.is_online and not state.is_busy
    body = _notices(say, app.language, state, link, is_asking=is_asking)
    footer: list[ft.Control] = []
    if state.is_loaded:
        body += _form(say, app.language, state)
        if not state.is_new:
            body += [
                outline_button(
                    "gateway-test", say("gateway.test"), state.test, icon=ft.Icons.NETWORK_CHECK, is_enabled=is_free
                ),
                outline_button(
                    "gateway-remove",
                    say("gateway.remove_sure" if is_asking else "gateway.remove"),
                    remove,
                    icon=ft.Icons.DELETE,
                    colour=theme.WRONG,
                    is_enabled=is_free,
                ),
            ]
        footer.append(
            primary_button(
                "gateway-save",
                say("gateway.save"),
                state.save,
                icon=ft.Icons.CHECK,
                hint=say("gateway.save_hint"),
                is_enabled=is_free and bool(state.domain),
            )
        )
    elif not link.is_online:
        body = [empty("gateway-offline", ft.Icons.CLOUD_OFF, say("labels.offline"), say("gateways.offline_hint"))]
    elif state.problem:
        body.append(outline_button("gateway-again", say("outcome.again"), state.load, icon=ft.Icons.REPLAY))
    else:
        body.append(waiting("gateway-waiting", say("labels.waiting")))
    title = say("gateway.new") if state.is_new else state.name
    head = header(title, left=back_button(app))
    return frame("screen-gateway", banner=banner(app), header=head, body=body, footer=footer, spacing_dp=14)


def _notices(say: Say, language: str, state: GatewayState, link: LinkState, *, is_asking: bool) -> list[ft.Control]:
    shown: list[ft.Control] = []
    if not link.is_online:
        shown.append(notice("gateway-cut-off", say("gateway.offline")))
    elif state.problem:
        text = say(state.problem, field=state.called(state.wrong, language))
        shown.append(notice("gateway-problem", with_evidence(say, text, state.detail)))
    elif is_asking:
        shown.append(notice("gateway-remove-ask", say("gateway.remove_ask")))
    elif state.is_saved:
        shown.append(notice("gateway-saved", say("gateway.saved"), is_wrong=False))
    elif state.tested is not None:
        shown.append(_tested(say, state.tested))
    return shown


def _tested(say: Say, tested: TestedGateway) -> ft.Control:
    if not tested.is_reachable:
        return notice("gateway-tested", with_evidence(say, say("gateways.unreachable"), tested.detail))
    heard = say("gateway.hears", count=tested.heard_total)
    names = say("labels.list_mark").join(tested.heard[:HEARD_SHOWN])
    more = tested.heard_total - min(len(tested.heard), HEARD_SHOWN)
    if names and more:
        names = f"{names}\n{say('labels.more', count=more)}"
    return notice("gateway-tested", f"{heard}\n{names}".strip(), is_wrong=False)


def _form(say: Say, language: str, state: GatewayState) -> list[ft.Control]:
    shown: list[ft.Control] = []
    if state.is_new:
        shown.append(
            text_entry("gateway-name", say("gateway.name"), state.name, state.type_name, is_wrong=state.wrong == "name")
        )
        shown.append(ft.Text(say("gateway.driver"), style=theme.bold(20)))
        options = [(driver.domain, driver.name) for driver in state.drivers]
        shown.append(choice("gateway-driver", options, state.domain, _chooser(state)))
    driver = state.driver
    if driver is None:
        return shown
    tried_on = say("gateway.tried_on", what=driver.verified_on_in(language))
    about = f"{driver.transport_in(language)}\n{tried_on}"
    shown.append(card("gateway-about", ft.Icons.ROUTER, driver.name, facts=about))
    shown += settings_entries("gateway", say, language, state)
    used = [("on", say("gateway.used")), ("off", say("gateway.left_alone"))]
    shown.append(choice("gateway-used", used, "on" if state.is_enabled else "off", lambda value: _switch(state, value)))
    return shown


def _chooser(state: GatewayState) -> Callable[[str], Callable[[], None]]:
    return lambda domain: lambda: state.choose_driver(domain)


def _switch(state: GatewayState, value: str) -> Callable[[], None]:
    def switched() -> None:
        if state.is_enabled != (value == "on"):
            state.switch()

    return switched
