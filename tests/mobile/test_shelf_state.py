"""The map is there without network and without room; the lights are the latest word for each label."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx

from mobile.state.app_state import AppState
from shared.labels import LightPhase
from tests.mobile.builders import edges
from tests.mobile.fake_backend import FakeBackend
from tests.mobile.services.test_backend_api import LOCATION, STORE_MAP
from tests.mobile.test_backend_link import VirtualTime, sign_in


def started(folder: Path, **options: Any) -> tuple[AppState, FakeBackend]:
    backend = FakeBackend(VirtualTime().clock)
    backend.http_answers[("GET", "/api/v1/stores/sto_1/map")] = httpx.Response(200, json=STORE_MAP)
    backend.http_answers[("GET", "/api/v1/stores/sto_1/locations")] = httpx.Response(200, json={"items": [LOCATION]})
    return AppState(edges(folder, backend.connect, http=backend.http, **options)), backend


def light(number: int, phase: LightPhase) -> dict[str, str]:
    return {"label_id": f"lbl_{number}", "location_id": f"loc_{number}", "phase": phase.value}


class TestLoad:
    def test_keeps_the_map_for_a_start_without_network(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            await sign_in(tmp_path)
            app, _ = started(tmp_path)
            assert app.shelf.store_map is None
            await app.shelf.load()
            app.close()
            again, backend = started(tmp_path)
            backend.is_reachable = False
            await again.shelf.load()
            assert again.shelf.store_map is not None
            assert (again.shelf.store_map.desk, again.shelf.locations[0].address) == (1, "A1-01-1")

        asyncio.run(scenario())

    def test_shows_a_map_it_has_no_room_for(self, tmp_path: Path) -> None:
        async def full() -> None:
            raise OSError("quota exceeded")

        async def scenario() -> None:
            await sign_in(tmp_path)
            app, _ = started(tmp_path, flush=full)
            await app.shelf.load()
            assert app.shelf.store_map is not None
            assert [one.id for one in app.shelf.locations] == ["loc_1"]

        asyncio.run(scenario())

    def test_fetches_again_only_what_has_changed(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            await sign_in(tmp_path)
            app, backend = started(tmp_path)
            for path, body in (("map", STORE_MAP), ("locations", [LOCATION])):
                answer = httpx.Response(200, json=body, headers={"ETag": f'"{path} 1"'})
                backend.http_answers[("GET", f"/api/v1/stores/sto_1/{path}")] = answer
            await app.shelf.load()
            app.close()
            again, backend = started(tmp_path)
            for path in ("map", "locations"):
                backend.http_answers[("GET", f"/api/v1/stores/sto_1/{path}")] = httpx.Response(304)
            await again.shelf.load()
            known = [headers["if-none-match"] for *_, headers in backend.asked]
            assert known == ['"map 1"', '"locations 1"']
            assert again.shelf.store_map is not None
            assert [one.id for one in again.shelf.locations] == ["loc_1"]

        asyncio.run(scenario())

    def test_asks_nothing_while_nobody_is_signed_in(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            app, backend = started(tmp_path)
            await app.shelf.load()
            assert (app.shelf.store_map, backend.asked) == (None, [])

        asyncio.run(scenario())


class TestLights:
    def test_a_change_adds_to_the_picture_and_a_full_one_replaces_it(self, tmp_path: Path) -> None:
        app, _ = started(tmp_path)
        app.shelf.take({"labels": [light(1, LightPhase.SENT), light(2, LightPhase.SENT)]})
        app.shelf.take({"labels": [light(1, LightPhase.LIT)]})
        assert (app.shelf.count(LightPhase.LIT), app.shelf.count(LightPhase.SENT)) == (1, 1)
        shining = app.shelf.light_at("loc_1")
        assert shining is not None
        assert shining.phase is LightPhase.LIT
        app.shelf.take({"is_full": True, "labels": [light(2, LightPhase.DARK)]})
        assert app.shelf.light_at("loc_1") is None
        assert app.shelf.lights.keys() == {"lbl_2"}

    def test_a_picture_it_cannot_read_leaves_the_last_one(self, tmp_path: Path) -> None:
        app, _ = started(tmp_path)
        app.shelf.take({"labels": [light(1, LightPhase.LIT)]})
        app.shelf.take({"is_full": True, "labels": [{"label_id": "lbl_1", "phase": "purple"}]})
        assert app.shelf.count(LightPhase.LIT) == 1
