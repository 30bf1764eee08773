"""The inbox on a supervisor's phone: asked for when it is opened, kept where the network goes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx

from mobile.state.screens import Screen
from tests.mobile.supervising import supervisors_phone

PATH = ("GET", "/api/v1/insight/refused-commands")
ONE = {
    "command_id": "cmd_1",
    "command_name": "pick.confirm",
    "at": "2026-01-05T08:00:00Z",
    "picker_name": "Ana",
    "scan": "7610000000011",
    "product_names": {"en": "Milk"},
    "a newer backend": "says more",
}


def test_what_was_refused_is_shown_with_its_evidence_and_stays(run: Callable, tmp_path: Path) -> None:
    async def scenario() -> None:
        phone = await supervisors_phone(tmp_path)
        phone.app.open(Screen.REFUSALS)
        assert phone.app.screen is Screen.REFUSALS
        phone.backend.http_answers[PATH] = httpx.Response(200, json=[ONE])
        state = phone.app.refusals
        assert state.refusals is None
        await state.load()
        assert state.refusals is not None
        assert [(one.picker_name, one.scan) for one in state.refusals] == [("Ana", "7610000000011")]
        phone.backend.is_reachable = False
        await state.load()
        assert state.problem == "problem.unreachable"
        assert len(state.refusals) == 1

    run(scenario())
