"""New prices: of one product, or a file of them; at once, or from an instant on."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.buttons import outline_button, primary_button
from mobile.components.card import card
from mobile.components.choice import choice
from mobile.components.due_time import clock_caption, day_caption
from mobile.components.frame import frame, header
from mobile.components.notice import notice
from mobile.components.stepper import stepper
from mobile.components.text_entry import text_entry
from mobile.screens.top import back_button, banner, with_evidence, words
from mobile.state.app_state import AppState
from mobile.state.link_state import LinkState
from mobile.state.price_plans_state import PricePlansState


@ft.component
def PlanPricesScreen(app: AppState, state: PricePlansState, link: LinkState) -> ft.Control:
    say = words(app)
    is_free = link.is_online and not state.is_busy
    body = _notices(say, state, link)
    if state.file_name:
        body += [
            card("plan-file", ft.Icons.DESCRIPTION, state.file_name),
            outline_button("plan-no-file", say("plan.no_file"), state.put_file_away, icon=ft.Icons.CLOSE),
        ]
    else:
        is_wrong = bool(state.price.strip()) and state.price_minor is None
        price = f"{say('plan.price')} ({state.currency})" if state.currency else say("plan.price")
        body += [
            text_entry("plan-sku", say("plan.sku"), state.sku, lambda text: state.set(sku=text)),
            text_entry(
                "plan-price",
                price,
                state.price,
                lambda text: state.set(price=text),
                hint=say("plan.price_wrong") if is_wrong else "",
                is_number=True,
                is_wrong=is_wrong,
            ),
            outline_button("plan-file-choose", say("plan.choose"), state.choose, icon=ft.Icons.UPLOAD_FILE),
            ft.Text("sku,price_minor,was_minor,caption,ends_at", size=theme.TEXT_SP, color=theme.QUIET),
        ]
    body += _instant(say, state)
    body.append(text_entry("plan-name", say("plan.name"), state.name, lambda text: state.set(name=text)))
    footer: list[ft.Control] = [
        primary_button(
            "plan-do",
            say("plan.do"),
            state.plan,
            icon=ft.Icons.CHECK,
            hint=say("bindings.all_or_none") if state.file_name else "",
            is_enabled=is_free and state.may_plan,
        )
    ]
    head = header(say("plans.new"), left=back_button(app))
    return frame("screen-plan-prices", banner=banner(app), header=head, body=body, footer=footer, spacing_dp=12)


def _notices(say: Say, state: PricePlansState, link: LinkState) -> list[ft.Control]:
    if not link.is_online:
        return [notice("plan-offline", say("plan.offline"))]
    if state.problem:
        return [notice("plan-problem", with_evidence(say, say(state.problem), *state.lines))]
    if state.planned is not None:
        at = state.planned.begins_at
        told = say("plan.done", count=state.planned.prices, day=day_caption(say, at), time=clock_caption(at))
        return [notice("plan-done", told, is_wrong=False)]
    return []


def _instant(say: Say, state: PricePlansState) -> list[ft.Control]:
    at = state.begins_at

    def chosen(value: str) -> None:
        if value == "now":
            state.at_once()
        elif state.day is None:
            state.later()

    options = [("now", say("plan.at_once")), ("later", say("plan.later"))]
    shown: list[ft.Control] = [
        ft.Text(say("plan.begins"), style=theme.bold(20)),
        choice("plan-begins", options, "now" if at is None else "later", lambda value: lambda: chosen(value)),
    ]
    if at is not None:
        shown += [
            stepper(
                say,
                "plan-day",
                say("plan.day"),
                day_caption(say, at),
                fewer=lambda: state.later(days=-1),
                more=lambda: state.later(days=1),
            ),
            stepper(
                say,
                "plan-time",
                say("plan.time"),
                clock_caption(at),
                fewer=lambda: state.later(minutes=-1),
                more=lambda: state.later(minutes=1),
            ),
        ]
    return shown
