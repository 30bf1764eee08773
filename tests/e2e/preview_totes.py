"""The phone's screens about totes and bags, with sample state."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from mobile.state.app_state import AppState
from shared.picking import PickList
from shared.store_rules import StoreRules, ToteCheck
from tests.e2e.preview_app import code, start, walking

SHOWN = StoreRules(confirm_tote=ToteCheck.SEVERAL)


async def start_totes(language: str) -> AppState:
    app = await start(language)
    app.work.prepare_tote("TOTE-17")
    app.work.prepare_tote("TOTE-18")
    return app


async def showing(language: str) -> AppState:
    """On a walk where the tote is to be shown; tote A is bound."""
    app = await walking(language)
    app.work.store_rules = SHOWN
    await app.pick.scan(code(0))
    await app.pick.scan("TOTE-17")
    app.pick.put_outcome_away()
    app.link.waiting_picks = 0
    return app


async def stop_last(language: str) -> AppState:
    return await showing(language)


async def stop_also_here(language: str) -> AppState:
    app = await walking(language, done=3)
    walk = app.pick.pick_list
    assert walk is not None
    here = walk.picks[3].location
    picks = [one.model_copy(update={"location": here}) if one.position == 4 else one for one in walk.picks]
    _replace(app, walk.model_copy(update={"picks": picks}))
    return app


async def stop_tote(language: str) -> AppState:
    app = await showing(language)
    await app.pick.scan(code(1))
    await app.pick.take_all()
    app.pick.put_outcome_away()
    return app


async def verdict_wrong_tote(language: str) -> AppState:
    app = await showing(language)
    for scan in (code(1), code(1), "TOTE-17", code(2)):
        await app.pick.scan(scan)
    await app.pick.enter_grams(740)
    await app.pick.scan("TOTE-17")
    return app


async def verdict_second_tote(language: str) -> AppState:
    app = await showing(language)
    await app.pick.scan("TOTE-99")
    return app


async def verdict_undone(language: str) -> AppState:
    app = await showing(language)
    await app.pick.undo()
    return app


def _replace(app: AppState, walk: PickList) -> None:
    app.pick.pick_list = app.work.active = walk


CASES: dict[str, Callable[[str], Awaitable[AppState]]] = {
    "start-totes": start_totes,
    "stop-last": stop_last,
    "stop-also-here": stop_also_here,
    "stop-tote": stop_tote,
    "verdict-wrong-tote": verdict_wrong_tote,
    "verdict-second-tote": verdict_second_tote,
    "verdict-undone": verdict_undone,
}
