"""The phone's screens for what went wrong, with sample state: dead phones, refusals, camera, new versions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

import httpx

from mobile.services.backend_link import LinkStatus
from mobile.services.camera import CameraProblem
from mobile.state.app_state import AppState
from mobile.state.screens import Screen
from tests.e2e.preview_app import NOW, cut_off, signed_in, walking
from tests.e2e.preview_totes import WAITING

TROLLEY = {"pick_list_id": "pkl_9", "picker_name": "Mei", "picks_done": 5, "picks_total": 8}
TAKEN = {"title": "no", "detail": "no", "code": "trolley_not_found"}
REFUSED: list[dict[str, Any]] = [
    {
        "command_id": "cmd_1",
        "command_name": "pick.confirm",
        "at": (NOW - timedelta(minutes=3)).isoformat(),
        "made_at": (NOW - timedelta(minutes=18)).isoformat(),
        "picker_name": "Mei",
        "problem_code": "pick_already_done",
        "detail": "this pick is picked already",
        "scan": "7610000000024",
        "quantity": 2,
        "address": "A2-3-2",
        "product_names": {"en": "Jasmine rice", "zh": "茉莉香米", "pt": "Arroz jasmim"},
    },
    {
        "command_id": "cmd_2",
        "command_name": "order.pack",
        "at": (NOW - timedelta(minutes=41)).isoformat(),
        "picker_name": "Rui",
        "problem_code": "pick_list_closed",
        "detail": "this pick list is finished",
    },
]


def answering(status: int, body: Any) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _: httpx.Response(status, json=body)


async def take_over(language: str, status: int = 200, **facts: Any) -> AppState:
    """Somebody else's tote was scanned."""
    body = {**TROLLEY, **facts} if status == httpx.codes.OK else TAKEN
    app = await signed_in(language=language, answer=answering(status, body))
    app.open(Screen.TAKE_OVER)
    await app.take_over.find("TOTE-31")
    return app


async def refusals(language: str, status: int = 200, refused: tuple[Any, ...] = tuple(REFUSED)) -> AppState:
    app = await signed_in("supervisor", language=language, answer=answering(status, list(refused)))
    app.open(Screen.REFUSALS)
    await app.refusals.load()
    return app


async def refusals_offline(language: str) -> AppState:
    return cut_off(await refusals(language))


async def camera(language: str, problem: CameraProblem) -> AppState:
    app = await walking(language)
    app.camera._changed(False, problem)
    return app


async def update_ready(language: str) -> AppState:
    """Between two walks a new version may be taken."""
    app = await signed_in(language=language)
    app.link.has_update = True
    return app


async def update_later(language: str) -> AppState:
    """In the middle of a walk, with something waiting for the network as well."""
    app = await walking(language, done=3)
    app.link.has_update = True
    cut_off(app)
    app.link.waiting_picks, app.link.waiting_since = 3, NOW - timedelta(minutes=12)
    return app


async def outdated(language: str) -> AppState:
    app = await walking(language, done=2)
    app.link.set_status(LinkStatus.OUTDATED)
    app.link.has_update, app.link.waiting_picks = True, 2
    return app


async def handover_supervisor(language: str, order: str = "") -> AppState:
    """What a supervisor can print and answer for at the desk."""
    body = {"orders": [order.model_dump(mode="json") for order in WAITING]}
    app = await signed_in("supervisor", language=language, answer=answering(200, body))
    app.open(Screen.HANDOVER)
    await app.handover.load()
    if order:
        await app.handover.take(order)
    return app


CASES: dict[str, Callable[[str], Awaitable[AppState]]] = {
    "take-over": take_over,
    "take-over-wait": partial(take_over, free_in_s=42),
    "take-over-own": partial(take_over, is_own=True),
    "take-over-unknown": partial(take_over, status=404),
    "refusals": refusals,
    "refusals-empty": partial(refusals, refused=()),
    "refusals-error": partial(refusals, status=503),
    "refusals-offline": refusals_offline,
    **{f"camera-{problem}": partial(camera, problem=problem) for problem in CameraProblem},
    "update-ready": update_ready,
    "update-later": update_later,
    "outdated": outdated,
    "handover-codes": handover_supervisor,
    "handover-answer": partial(handover_supervisor, order="BAG-101"),
}
