"""How the labels do: those to look after first, those that hang nowhere yet, the gateways; and what to do there."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.buttons import OnTap, icon_button, outline_button, primary_button
from mobile.components.card import card
from mobile.components.counts import Count, counts
from mobile.components.empty import empty
from mobile.components.frame import frame, header
from mobile.components.heading import heading
from mobile.components.label_facts import (
    battery_caption,
    facts_caption,
    lost_caption,
    seen_caption,
    trouble_caption,
)
from mobile.components.letters import Beside
from mobile.components.notice import notice
from mobile.components.waiting import waiting
from mobile.screens.gateway_card import gateway_card
from mobile.screens.top import back_button, banner, words
from mobile.services.labels_api import Gateway, LabelHealth, StrayLabel, TendedLabel
from mobile.state.app_state import AppState
from mobile.state.labels_state import LabelsState
from mobile.state.link_state import LinkState
from mobile.state.screens import Screen

SIGNS = {
    "unknown_to_gateway": ft.Icons.HELP,
    "unseen": ft.Icons.SENSORS_OFF,
    "often_dark": ft.Icons.LIGHTBULB_OUTLINE,
    "low_battery": ft.Icons.BATTERY_ALERT,
}


@ft.component
def LabelsScreen(app: AppState, state: LabelsState, link: LinkState) -> ft.Control:
    say = words(app)
    is_asking, set_asking = ft.use_state(False)

    async def load() -> None:
        await state.load()

    async def all_off() -> None:
        if is_asking:
            await state.all_off()
        set_asking(not is_asking)

    ft.use_effect(load, [link.is_online])
    body: list[ft.Control] = _notices(say, state, link)
    if is_asking:
        body.append(notice("labels-all-off-ask", say("labels.all_off_ask")))
    if state.health is not None:
        body += [
            _counts(say, state.health),
            *_gateways_away(say, state.gateways),
            *_more(app, say, all_off, is_asking=is_asking, is_free=link.is_online and not state.is_busy),
        ]
        body += _in_trouble(app, say, state, state.health) + _strays(app, say, state, state.health)
        body += _gateways(say, state.gateways)
    elif not link.is_online:
        body.append(empty("labels-offline", ft.Icons.CLOUD_OFF, say("labels.offline"), say("labels.offline_hint")))
    elif not state.problem:
        body.append(waiting("labels-waiting", say("labels.waiting")))
    else:
        body.append(outline_button("labels-again", say("outcome.again"), load, icon=ft.Icons.REPLAY))
    footer: list[ft.Control] = [
        ft.Row(
            [
                outline_button(
                    "labels-find", say("labels.find"), _open(app, Screen.FIND_LABEL), icon=ft.Icons.SEARCH, expand=True
                ),
                outline_button(
                    "labels-test-aisle",
                    say("labels.test_aisle"),
                    _open(app, Screen.AISLES),
                    icon=ft.Icons.VIEW_COLUMN,
                    expand=True,
                ),
            ],
            spacing=theme.WIDE_GAP_DP,
        ),
        primary_button("labels-hang", say("labels.hang"), _open(app, Screen.HANG_LABEL), icon=ft.Icons.QR_CODE_SCANNER),
    ]
    reload = icon_button("labels-reload", ft.Icons.REFRESH, say("labels.reload"), load)
    head = header(say("labels.title"), left=back_button(app), right=[reload])
    return frame("screen-labels", banner=banner(app), header=head, body=body, footer=footer, spacing_dp=12)


def _open(app: AppState, screen: Screen) -> OnTap:
    return lambda: app.open(screen)


def _notices(say: Say, state: LabelsState, link: LinkState) -> list[ft.Control]:
    shown: list[ft.Control] = []
    if not link.is_online and state.health is not None:
        shown.append(notice("labels-old", say("board.offline")))
    elif state.problem and link.is_online:
        shown.append(notice("labels-problem", say(state.problem)))
    if state.notice:
        text = say(state.notice, count=state.count, aisle=state.aisle, seconds=state.seconds)
        shown.append(notice("labels-notice", text, is_wrong=False))
    return shown


def _counts(say: Say, health: LabelHealth) -> ft.Control:
    ink = theme.WRONG if health.in_trouble else theme.INK
    return counts(
        "labels-count",
        [
            Count("all", say("labels.count"), health.total, ft.Icons.LABEL),
            Count("in-trouble", say("labels.in_trouble"), health.in_trouble, ft.Icons.REPORT_PROBLEM, ink),
            Count("nowhere", say("labels.nowhere"), health.strays_total, ft.Icons.LABEL_OFF),
        ],
    )


def _more(app: AppState, say: Say, all_off: OnTap, *, is_asking: bool, is_free: bool) -> list[ft.Control]:
    caption, ink = ("labels.all_off_sure", theme.WRONG) if is_asking else ("labels.all_off", theme.INK)
    off = outline_button(
        "labels-all-off", say(caption), all_off, icon=ft.Icons.FLASH_OFF, colour=ink, is_enabled=is_free, expand=True
    )

    def way(name: str, screen: Screen, icon: ft.IconData) -> ft.Control:
        return outline_button(f"labels-{name}", say(f"labels.{name}"), _open(app, screen), icon=icon, expand=True)

    return [
        Beside([way("prices", Screen.SHELF_PRICES, ft.Icons.SELL), off]),
        Beside(
            [
                way("gateways", Screen.GATEWAYS, ft.Icons.ROUTER),
                way("bindings", Screen.BINDINGS, ft.Icons.IMPORT_EXPORT),
            ]
        ),
        outline_button("labels-rules", say("labels.rules"), _open(app, Screen.LIGHT_RULES), icon=ft.Icons.NIGHTLIGHT),
    ]


def _in_trouble(app: AppState, say: Say, state: LabelsState, health: LabelHealth) -> list[ft.Control]:
    if not health.total:
        return [card("labels-none", ft.Icons.LABEL, say("labels.none"), facts=say("labels.none_hint"))]
    if not state.in_trouble:
        return [card("labels-well", ft.Icons.CHECK_CIRCLE, say("labels.well"), ink=theme.RIGHT, edge=theme.RIGHT)]
    addresses = {place.id: place.address for place in app.shelf.locations}
    shown: list[ft.Control] = [heading(say("labels.in_trouble"), health.in_trouble, ink=theme.WRONG)]
    shown += [_label(app, say, label, addresses) for label in state.in_trouble]
    return shown + _and_more(say, "labels-trouble-more", health.in_trouble - len(state.in_trouble))


def _label(app: AppState, say: Say, label: TendedLabel, addresses: dict[str, str]) -> ft.Control:
    async def find() -> None:
        app.open(Screen.FIND_LABEL)
        app.scan_line.put(label.external_id)

    facts = facts_caption(
        (battery_caption(say, label.battery_mv), seen_caption(say, label.last_seen_at, app.now)),
        (lost_caption(say, label.failure_rate, label.commands),),
    )
    name = label.external_id
    return card(
        f"label-{name}",
        SIGNS.get(label.troubles[0], ft.Icons.REPORT_PROBLEM),
        name,
        beside=addresses.get(label.location_id, say("labels.no_address")),
        words="\n".join(trouble_caption(say, trouble) for trouble in label.troubles),
        facts=facts,
        action=icon_button(
            f"label-find-{name}", ft.Icons.SEARCH, say("labels.find_this", label=name), find, is_framed=True
        ),
        ink=theme.WRONG,
        edge=theme.WRONG,
    )


def _strays(app: AppState, say: Say, state: LabelsState, health: LabelHealth) -> list[ft.Control]:
    if not health.strays:
        return []
    names = {gateway.id: gateway.name for gateway in state.gateways}
    shown: list[ft.Control] = [heading(say("labels.nowhere"), health.strays_total)]
    shown += [_stray(app, say, stray, names.get(stray.gateway_id, "")) for stray in health.strays]
    return shown + _and_more(say, "labels-nowhere-more", health.strays_total - len(health.strays))


def _stray(app: AppState, say: Say, stray: StrayLabel, gateway: str) -> ft.Control:
    facts = facts_caption(
        (stray.model, gateway),
        (battery_caption(say, stray.battery_mv), seen_caption(say, stray.last_seen_at, app.now)),
    )
    return card(
        f"stray-{stray.external_id}",
        ft.Icons.LABEL_OFF,
        stray.external_id,
        facts=facts,
    )


def _gateways(say: Say, gateways: tuple[Gateway, ...]) -> list[ft.Control]:
    if not gateways:
        return [card("gateways-none", ft.Icons.ROUTER, say("gateways.none"), ink=theme.WRONG, edge=theme.WRONG)]
    shown = [gateway_card(say, gateway) for gateway in gateways if gateway.is_reachable]
    return [heading(say("gateways.title"), len(shown)), *shown] if shown else []


def _gateways_away(say: Say, gateways: tuple[Gateway, ...]) -> list[ft.Control]:
    """Above everything: without it, none of its labels does anything."""
    return [gateway_card(say, each) for each in gateways if each.is_enabled and not each.is_reachable]


def _and_more(say: Say, identifier: str, count: int) -> list[ft.Control]:
    return [card(identifier, ft.Icons.MORE_HORIZ, say("labels.more", count=count))] if count > 0 else []
