"""When no label of the store blinks, and how long a day one may: set here, held at once."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.buttons import outline_button, primary_button
from mobile.components.choice import choice
from mobile.components.empty import empty
from mobile.components.frame import frame, header
from mobile.components.notice import notice
from mobile.components.stepper import stepper
from mobile.components.waiting import waiting
from mobile.screens.top import back_button, banner, words
from mobile.services.light_rules_api import LightRules
from mobile.state.app_state import AppState
from mobile.state.light_rules_state import SECONDS_PER_MINUTE, LightRulesState, Quiet, clock
from mobile.state.link_state import LinkState


@ft.component
def LightRulesScreen(app: AppState, state: LightRulesState, link: LinkState) -> ft.Control:
    say = words(app)

    async def load() -> None:
        await state.load()

    ft.use_effect(load, [link.is_online])
    is_free = link.is_online and not state.is_busy
    body: list[ft.Control] = []
    footer: list[ft.Control] = []
    if state.kept is not None:
        if not link.is_online:
            body.append(notice("rules-offline", say("rules.offline")))
        elif state.problem:
            body.append(notice("rules-problem", say(state.problem)))
        elif state.is_saved:
            body.append(notice("rules-saved", say("rules.saved"), is_wrong=False))
        if state.kept.is_quiet_now:
            body.append(notice("rules-quiet-now", say("rules.quiet_now"), is_wrong=False))
        body += _quiet(say, state, state.kept) + _budget(say, state, state.kept)
        may_save = is_free and state.is_changed
        footer.append(
            primary_button("rules-save", say("gateway.save"), state.save, icon=ft.Icons.CHECK, is_enabled=may_save)
        )
    elif not link.is_online:
        body.append(empty("rules-away", ft.Icons.CLOUD_OFF, say("labels.offline"), say("rules.offline_hint")))
    elif state.problem:
        body.append(notice("rules-problem", say(state.problem)))
        body.append(outline_button("rules-again", say("outcome.again"), load, icon=ft.Icons.REPLAY))
    else:
        body.append(waiting("rules-waiting", say("labels.waiting")))
    head = header(say("rules.title"), left=back_button(app))
    return frame("screen-light-rules", banner=banner(app), header=head, body=body, footer=footer, spacing_dp=14)


def _quiet(say: Say, state: LightRulesState, kept: LightRules) -> list[ft.Control]:
    usual = kept.usual_quiet_hours or say("rules.never")
    options = [
        (Quiet.USUAL.value, say("rules.usual", usual=usual)),
        (Quiet.NEVER.value, say("rules.never")),
        (Quiet.HOURS.value, say("rules.hours")),
    ]
    shown: list[ft.Control] = [
        ft.Text(say("rules.quiet"), style=theme.bold(22)),
        ft.Text(say("rules.quiet_hint"), size=theme.TEXT_SP, color=theme.QUIET),
        choice("rules-quiet", options, state.quiet.value, _chooser(state)),
    ]
    if state.quiet is Quiet.HOURS:
        shown += [
            stepper(
                say,
                "rules-begins",
                say("rules.begins"),
                clock(state.begins_min),
                fewer=lambda: state.move(begins=-1),
                more=lambda: state.move(begins=1),
            ),
            stepper(
                say,
                "rules-ends",
                say("rules.ends"),
                clock(state.ends_min),
                fewer=lambda: state.move(ends=-1),
                more=lambda: state.move(ends=1),
            ),
        ]
    return shown


def _chooser(state: LightRulesState) -> Callable[[str], Callable[[], None]]:
    return lambda value: lambda: state.choose(Quiet(value))


def _budget(say: Say, state: LightRulesState, kept: LightRules) -> list[ft.Control]:
    usual_min = kept.usual_lit_max_s_per_day // SECONDS_PER_MINUTE
    minutes = usual_min if state.budget_min is None else state.budget_min
    shown: list[ft.Control] = [
        ft.Text(say("rules.budget"), style=theme.bold(22)),
        ft.Text(say("rules.budget_hint"), size=theme.TEXT_SP, color=theme.QUIET),
        stepper(
            say,
            "rules-budget",
            say("rules.a_day"),
            say("minutes", minutes=minutes),
            fewer=lambda: state.spend(-1),
            more=lambda: state.spend(1),
        ),
    ]
    if state.budget_min is not None:
        back = say("rules.usual", usual=say("minutes", minutes=usual_min))
        shown.append(outline_button("rules-budget-usual", back, state.usual_budget, icon=ft.Icons.REPLAY))
    return shown
