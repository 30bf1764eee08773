"""A gateway as it does: reachable, away or switched off; how many labels hang on it, how soon they blink."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.card import card
from mobile.components.label_facts import facts_caption, seconds_caption
from mobile.services.labels_api import Gateway


def gateway_card(say: Say, gateway: Gateway, action: ft.Control | None = None) -> ft.Control:
    is_there, is_off = gateway.is_reachable, not gateway.is_enabled
    latency = ""
    if gateway.latency_p95_s is not None:
        key = "gateways.measured" if gateway.is_latency_measured else "gateways.declared"
        latency = say(key, seconds=seconds_caption(say, gateway.latency_p95_s))
    facts = facts_caption((say("gateways.labels", count=gateway.labels),), (latency,))
    is_told = gateway.detail and not is_there and not is_off
    state = "off" if is_off else "reachable" if is_there else "unreachable"
    ink = theme.QUIET if is_off else theme.RIGHT if is_there else theme.WRONG
    return card(
        f"gateway-{gateway.name}",
        ft.Icons.POWER_OFF if is_off else ft.Icons.ROUTER if is_there else ft.Icons.WIFI_OFF,
        gateway.name,
        words=say(f"gateways.{state}"),
        facts=facts,
        details=[ft.Text(say("evidence", words=gateway.detail), size=theme.TEXT_SP)] if is_told else [],
        action=action,
        ink=ink,
        edge=theme.LINE if is_there or is_off else theme.WRONG,
    )
