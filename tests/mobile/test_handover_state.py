"""The hand-over desk by scans alone: the order, its bags, the document, the PIN; and every way it says no."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx

from mobile.services.signals import Signal
from mobile.state.app_state import AppState
from mobile.state.scan_state import PRIMARY_ACTION_SCAN
from mobile.state.screens import Screen
from tests.mobile.builders import START, edges
from tests.mobile.fake_backend import FakeBackend
from tests.mobile.supervising import GivenFiles
from tests.mobile.test_backend_link import VirtualTime, sign_in
from tests.mobile.test_pick_state import signals

ORDER = {
    "id": "ord_1",
    "display_code": "#17",
    "external_id": "PLAT-9917",
    "channel_name": "Shop",
    "due_at": START.isoformat(),
    "bags": 2,
    "bag_codes": ["BAG-1", "BAG-2"],
    "place": "STAGE-A1",
    "asks_pin": True,
    "tries_left": 5,
    "is_age_restricted": True,
    "word_of_a_newer_backend": 1,
    "slip_id": "slp_1",
    "delivery": {"kind": "pigeon_post", "recipient_name": "Ada", "address_lines": ["1 Lane"], "newer": 1},
}
OTHER = {**ORDER, "id": "ord_2", "display_code": "#18", "external_id": "PLAT-9918", "bag_codes": ["BAG-8"], "bags": 1}
OTHER |= {"asks_pin": False, "is_age_restricted": False}


class Desk:
    """The backend's answers, and what it was told."""

    def __init__(self, status: int = 204, code: str = "") -> None:
        self.status, self.code = status, code
        self.given: list[tuple[str, dict[str, Any]]] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith(("/bag-labels", "/codes/totes", "/slips/slp_1")):
            if self.code:
                return httpx.Response(404, json={"code": self.code, "title": "no", "detail": "no", "status": 404})
            return httpx.Response(200, content=b"%PDF of " + request.url.path.encode())
        if request.method == "GET":
            return httpx.Response(200, json={"orders": [ORDER, OTHER]})
        self.given.append((request.url.path, json.loads(request.content)))
        if self.status == 204:
            return httpx.Response(204)
        return httpx.Response(
            self.status, json={"code": self.code, "title": "no", "detail": "no", "status": self.status}
        )


def at_desk(folder: Path, desk: Desk, act: Callable[[AppState], Awaitable[None]]) -> AppState:
    async def scenario() -> AppState:
        await sign_in(folder)
        time = VirtualTime()
        http = httpx.AsyncClient(transport=httpx.MockTransport(desk.answer))
        app = AppState(edges(folder, FakeBackend(time.clock).connect, time=time, http=http))
        app.open(Screen.HANDOVER)
        await act(app)
        return app

    return asyncio.run(scenario())


async def scans(app: AppState, *codes: str) -> None:
    for code in codes:
        await app.take_scan(code)


def test_the_last_thing_asked_gives_it_out(tmp_path: Path) -> None:
    desk = Desk()
    app = at_desk(
        tmp_path, desk, lambda app: scans(app, "plat-9917", "BAG-1", "BAG-1", "BLINKPICK-AGE", "BAG-2", "4711")
    )
    ((path, body),) = desk.given
    assert path.endswith("/handover/orders/ord_1")
    assert body == {
        "bags": 2,
        "bag_codes": ["BAG-1", "BAG-2"],
        "shown": "4711",
        "is_age_checked": True,
        "note": "",
    }
    assert app.handover.given is not None
    assert app.handover.given.display_code == "#17"
    assert app.handover.order is None
    assert signals(app)[-1] is Signal.DONE
    assert [order.id for order in app.handover.waiting or []] == ["ord_2"]


def test_a_bag_finds_its_order_and_counts(tmp_path: Path) -> None:
    app = at_desk(tmp_path, Desk(), lambda app: scans(app, "BAG-2"))
    assert app.handover.order is not None
    assert (app.handover.order.id, app.handover.scanned) == ("ord_1", ["BAG-2"])


def test_the_printed_code_does_not_skip_anything(tmp_path: Path) -> None:
    desk = Desk()
    app = at_desk(tmp_path, desk, lambda app: scans(app, "#17", PRIMARY_ACTION_SCAN))
    assert (app.handover.problem, desk.given) == ("handover.need_bags", [])


def test_a_bag_of_another_order_sounds_wrong(tmp_path: Path) -> None:
    app = at_desk(tmp_path, Desk(), lambda app: scans(app, "#17", "BAG-8"))
    assert app.handover.problem == "handover.other_bag"
    assert signals(app)[-1] is Signal.WRONG
    assert app.handover.order is not None
    assert app.handover.order.id == "ord_1"


def test_another_couriers_code_turns_to_that_order(tmp_path: Path) -> None:
    app = at_desk(tmp_path, Desk(), lambda app: scans(app, "#17", "#18"))
    assert app.handover.order is not None
    assert app.handover.order.id == "ord_2"


def test_what_nobody_knows_is_said(tmp_path: Path) -> None:
    app = at_desk(tmp_path, Desk(), lambda app: scans(app, "#99"))
    assert (app.handover.problem, app.handover.order) == ("handover.unknown", None)


def test_a_wrong_pin_is_asked_for_again_and_the_bags_stay_counted(tmp_path: Path) -> None:
    desk = Desk(409, "hand_over_code_wrong")
    app = at_desk(tmp_path, desk, lambda app: scans(app, "#17", "BAG-1", "BAG-2", "BLINKPICK-AGE", "0000"))
    assert app.handover.problem == "handover.pin_wrong"
    assert (app.handover.pin, app.handover.counted) == ("", 2)
    assert app.handover.missing == ["handover.need_pin"]


def test_without_network_it_says_so_and_gives_nothing_out(tmp_path: Path) -> None:
    desk = Desk(503, "unavailable")
    app = at_desk(tmp_path, desk, lambda app: scans(app, "#18", "BAG-8"))
    assert app.handover.problem
    assert app.handover.order is not None
    assert signals(app)[-1] is Signal.WRONG


def test_bags_counted_by_eye(tmp_path: Path) -> None:
    async def act(app: AppState) -> None:
        await scans(app, "#18")
        app.handover.count_all()
        await scans(app, PRIMARY_ACTION_SCAN)

    desk = Desk()
    at_desk(tmp_path, desk, act)
    assert (desk.given[0][1]["bags"], desk.given[0][1]["bag_codes"]) == (1, [])


def test_bag_labels_and_sheets_of_codes_are_kept_as_files(tmp_path: Path) -> None:
    files = GivenFiles()

    async def act(app: AppState) -> None:
        app.handover._files = files
        assert not await app.handover.print_bag_labels()
        await scans(app, "plat-9917")
        assert await app.handover.print_bag_labels()
        assert await app.handover.print_slip()
        assert await app.handover.print_codes("totes")

    at_desk(tmp_path, Desk(), act)
    assert set(files.kept) == {"bags-17.pdf", "slip-17.pdf", "codes-totes.pdf"}
    assert files.kept["bags-17.pdf"].endswith(b"/handover/orders/ord_1/bag-labels")


def test_labels_of_an_order_that_left_meanwhile_are_refused_in_words(tmp_path: Path) -> None:
    async def act(app: AppState) -> None:
        await scans(app, "plat-9917")
        assert not await app.handover.print_bag_labels()
        assert app.handover.problem == "handover.unknown"

    at_desk(tmp_path, Desk(code="nothing_waits"), act)
