"""Prices planned for an instant: to come, under way and gone by, and how far each has come on the shelf."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.buttons import icon_button, outline_button, primary_button
from mobile.components.card import card
from mobile.components.counts import Count, counts
from mobile.components.due_time import clock_caption, day_caption
from mobile.components.empty import empty
from mobile.components.frame import frame, header
from mobile.components.heading import heading
from mobile.components.notice import notice
from mobile.components.waiting import waiting
from mobile.screens.top import back_button, banner, words
from mobile.services.price_plans_api import BatchProgress, PriceBatch
from mobile.state.app_state import AppState
from mobile.state.link_state import LinkState
from mobile.state.price_plans_state import PricePlansState
from mobile.state.screens import Screen

PLANNED, APPLYING, APPLIED, WITHDRAWN = "planned", "applying", "applied", "withdrawn"
PARTS = ((PLANNED, (PLANNED,)), (APPLYING, (APPLYING,)), ("past", (APPLIED, WITHDRAWN)))
SIGNS = {
    PLANNED: ft.Icons.SCHEDULE,
    APPLYING: ft.Icons.SYNC,
    APPLIED: ft.Icons.CHECK_CIRCLE,
    WITHDRAWN: ft.Icons.CANCEL,
}


@ft.component
def PricePlansScreen(app: AppState, state: PricePlansState, link: LinkState) -> ft.Control:
    say = words(app)

    async def load() -> None:
        await state.load()

    ft.use_effect(load, [link.is_online])
    is_free = link.is_online and not state.is_busy
    body: list[ft.Control] = []
    if not link.is_online and state.batches is not None:
        body.append(notice("plans-old", say("board.offline")))
    elif state.problem and link.is_online:
        body.append(notice("plans-problem", say(state.problem)))
    if state.batches is not None:
        body += _batches(say, state, is_free=is_free)
    elif not link.is_online:
        body.append(empty("plans-offline", ft.Icons.CLOUD_OFF, say("labels.offline"), say("prices.offline_hint")))
    elif not state.problem:
        body.append(waiting("plans-waiting", say("labels.waiting")))
    else:
        body.append(outline_button("plans-again", say("outcome.again"), load, icon=ft.Icons.REPLAY))
    footer: list[ft.Control] = [
        primary_button("plans-new", say("plans.new"), lambda: app.open(Screen.PLAN_PRICES), icon=ft.Icons.ADD)
    ]
    reload = icon_button("plans-reload", ft.Icons.REFRESH, say("labels.reload"), load)
    head = header(say("plans.title"), left=back_button(app), right=[reload])
    return frame("screen-price-plans", banner=banner(app), header=head, body=body, footer=footer, spacing_dp=12)


def _batches(say: Say, state: PricePlansState, *, is_free: bool) -> list[ft.Control]:
    if not state.batches:
        return [empty("plans-none", ft.Icons.SELL, say("plans.none"), say("plans.none_hint"))]
    shown: list[ft.Control] = []
    for part, statuses in PARTS:
        batches = [batch for batch in state.batches if batch.status in statuses]
        if part == PLANNED:
            batches.reverse()  # the next one first; those gone by stay latest first
        if batches:
            shown.append(heading(say(f"plans.{part}"), len(batches)))
            shown += [_batch(say, state, batch, is_free=is_free) for batch in batches]
    return shown


def _batch(say: Say, state: PricePlansState, batch: PriceBatch, *, is_free: bool) -> ft.Control:
    progress = state.progress.get(batch.id)
    details: list[ft.Control] = [_progress(say, batch, progress)] if progress is not None and progress.labels else []
    if batch.status == PLANNED and not batch.ends_batch_id:
        is_asking = state.asks == batch.id
        details.append(
            outline_button(
                f"plan-withdraw-{batch.id}",
                say("plans.withdraw_sure" if is_asking else "plans.withdraw"),
                _withdraw(state, batch.id),
                icon=ft.Icons.CANCEL,
                colour=theme.WRONG,
                is_enabled=is_free,
            )
        )
    if progress is not None and progress.behind + progress.given_up:
        details.append(
            outline_button(
                f"plan-report-{batch.id}",
                say("plans.report"),
                _report(state, batch.id),
                icon=ft.Icons.DOWNLOAD,
                is_enabled=is_free,
            )
        )
    is_failed = progress is not None and progress.given_up > 0
    return card(
        f"plan-{batch.id}",
        SIGNS.get(batch.status, ft.Icons.SELL),
        say("plans.at", day=day_caption(say, batch.begins_at), time=clock_caption(batch.begins_at)),
        words=say(f"plans.status.{batch.status}") if batch.status in SIGNS else batch.status,
        facts="\n".join(fact for fact in (_named(say, batch), say("plans.prices", count=batch.prices)) if fact),
        details=details,
        ink=theme.WRONG if is_failed else theme.INK,
        edge=theme.WRONG if is_failed else theme.LINE,
    )


def _named(say: Say, batch: PriceBatch) -> str:
    return say("plans.ends", name=batch.name) if batch.ends_batch_id else batch.name


def _progress(say: Say, batch: PriceBatch, progress: BatchProgress) -> ft.Control:
    ink = theme.WRONG if progress.given_up else theme.INK
    return counts(
        f"plan-count-{batch.id}",
        [
            Count("shown", say("plans.shown"), progress.shown, ft.Icons.CHECK_CIRCLE, theme.RIGHT),
            Count("behind", say("plans.behind"), progress.behind, ft.Icons.SYNC),
            Count("given-up", say("prices.state.given_up"), progress.given_up, ft.Icons.REPORT_PROBLEM, ink),
        ],
    )


def _withdraw(state: PricePlansState, batch_id: str) -> Callable[[], Awaitable[None]]:
    async def withdraw() -> None:
        await state.withdraw(batch_id)

    return withdraw


def _report(state: PricePlansState, batch_id: str) -> Callable[[], Awaitable[None]]:
    async def report() -> None:
        await state.report(batch_id)

    return report
