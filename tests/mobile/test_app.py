"""The app as one picture of its state: which layers it draws, and how it follows the address bar."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import flet as ft
from flet.components.component import Renderer

from mobile import app as drawing
from mobile.screens import finish, problems, refusal, scan_feedback, stop, work
from mobile.services.backend_link import LinkStatus
from mobile.services.kept_problems import RefusedCommand
from mobile.state.app_state import AppState
from mobile.state.screens import Screen
from shared.errors import Problem
from shared.picking import Pick
from tests.mobile.builders import VirtualTime, edges, gtin, pick
from tests.mobile.fake_backend import FakeBackend
from tests.mobile.test_backend_link import sign_in
from tests.mobile.test_pick_state import walking


def implementation(component: Any) -> object:
    """The function behind a component's name."""
    return component.__component_impl__


def drawn(app: AppState) -> list[object]:
    """The function behind each layer, the lowest first."""
    parts = (app, app.shift, app.work, app.pick, app.link, app.presence, app.preferences, app.camera)
    stack = Renderer().render(implementation(drawing.App), *parts)  # type: ignore[arg-type]
    layers = [layer.content if isinstance(layer, ft.Container) else layer for layer in stack.controls]
    return [layer.fn for layer in layers]


async def on_a_walk(folder: Path, *picks: Pick) -> AppState:
    return await walking(folder, list(picks))


def refuse(app: AppState) -> None:
    command = app._outbox.waiting()[0]
    app.link.show_problem(RefusedCommand(command=command, problem=Problem(code="pick_cancelled", detail="gone")))


class TestLayers:
    def test_every_screen_can_be_drawn(self) -> None:
        assert drawing.SCREENS.keys() == set(Screen)

    def test_the_work_decides_what_is_up(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            app = await on_a_walk(tmp_path, pick(0))
            assert drawn(app) == [implementation(stop.StopScreen)]
            await app.pick.scan(gtin(0))
            app.pick.put_outcome_away()
            assert drawn(app) == [implementation(finish.FinishScreen)]
            await app.work.finish()
            assert drawn(app) == [implementation(work.WorkScreen)]

        asyncio.run(scenario())

    def test_the_answer_to_a_scan_lies_above_the_walk_and_nowhere_else(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            app = await on_a_walk(tmp_path, pick(0), pick(1))
            await app.pick.scan(gtin(77))
            answer = implementation(scan_feedback.ScanFeedback)
            assert drawn(app) == [implementation(stop.StopScreen), answer]
            app.open(Screen.SETTINGS)
            assert answer not in drawn(app)
            app.back()
            app.pick.put_outcome_away()
            assert answer not in drawn(app)

        asyncio.run(scenario())

    def test_a_refusal_lies_above_everything_but_the_list_of_them(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            app = await on_a_walk(tmp_path, pick(0))
            refuse(app)
            assert drawn(app) == [implementation(stop.StopScreen), implementation(refusal.Refusal)]
            app.aside = Screen.PROBLEMS
            assert drawn(app) == [implementation(problems.ProblemsScreen)]

        asyncio.run(scenario())

    def test_a_screen_has_its_own_key_so_that_the_next_begins_afresh(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            app = await on_a_walk(tmp_path, pick(0))
            parts = (app, app.shift, app.work, app.pick, app.link, app.presence, app.preferences, app.camera)
            render = implementation(drawing.App)
            before = Renderer().render(render, *parts).controls[0].key  # type: ignore[arg-type]
            app.open(Screen.SETTINGS)
            after = Renderer().render(render, *parts).controls[0].key  # type: ignore[arg-type]
            assert (before, after) == (Screen.STOP, Screen.SETTINGS)

        asyncio.run(scenario())


class FakePage(SimpleNamespace):
    """The page as far as the app touches it."""

    def __init__(self, route: str) -> None:
        super().__init__(route=route, rendered=[])

    def render(self, component: object, *parts: object) -> None:
        self.rendered.append((component, parts))


class TestShow:
    def test_draws_connects_and_follows_the_address(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            time = VirtualTime()
            backend = FakeBackend(time.clock)
            page = FakePage("/enrol/K7M4Q9")
            showing = asyncio.ensure_future(
                drawing.show(page, edges(tmp_path, backend.connect, time=time))  # type: ignore[arg-type]
            )
            await time.settle()
            ((component, (app, *_)),) = page.rendered
            assert component is drawing.App
            assert app.shift.offered_code == "K7M4Q9"
            page.on_route_change(SimpleNamespace(route="/enrol/SECOND"))
            assert app.shift.offered_code == "SECOND"
            assert app.link.status is LinkStatus.SIGNED_OUT
            assert not showing.done(), "it lives as long as the page"
            app.stop()
            await time.settle()
            assert showing.done()

        asyncio.run(scenario())

    def test_an_address_with_a_code_does_not_touch_a_phone_that_is_enrolled(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            await sign_in(tmp_path)
            time = VirtualTime()
            backend = FakeBackend(time.clock)
            app = AppState(edges(tmp_path, backend.connect, time=time))
            app.open_route("/enrol/K7M4Q9")
            assert (app.shift.offered_code, app.screen) == ("", Screen.WORK)

        asyncio.run(scenario())
