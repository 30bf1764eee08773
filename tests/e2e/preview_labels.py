"""The supervisor's screens about labels and prices, asked of a backend that answers with samples."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx

from mobile.state.app_state import AppState
from mobile.state.screens import Screen
from tests.e2e.preview_app import NOW, cut_off, labelled_places, signed_in

Answer = tuple[int, Any]
GATEWAYS = [
    {
        "id": "gtw_1",
        "name": "Ground floor",
        "labels": 168,
        "is_reachable": True,
        "latency_p95_s": 1.8,
        "is_latency_measured": True,
    },
    {
        "id": "gtw_2",
        "name": "Cold room",
        "labels": 24,
        "is_reachable": False,
        "detail": "no answer from 10.0.4.12 for 90 s",
        "latency_p95_s": 40.0,
        "is_latency_measured": False,
    },
]


def tended(number: int, troubles: list[str], seen_min: float | None, **facts: Any) -> dict[str, Any]:
    return {
        "external_id": f"4E0A{number:04X}B7",
        "location_id": f"loc_{number}",
        "gateway_id": "gtw_1",
        "last_seen_at": (NOW - timedelta(minutes=seen_min)).isoformat() if seen_min is not None else None,
        "troubles": troubles,
        **facts,
    }


HEALTH = {
    "total": 192,
    "in_trouble": 4,
    "strays_total": 2,
    "labels": [
        tended(151, ["unknown_to_gateway"], None, commands=0, failure_rate=0.0),
        tended(12, ["unseen", "low_battery"], 60 * 52, battery_mv=2310, commands=50, failure_rate=0.12),
        tended(90, ["often_dark"], 4, battery_mv=2870, commands=50, failure_rate=0.34),
        tended(47, ["low_battery"], 0.2, battery_mv=2380, commands=31, failure_rate=0.0),
        tended(48, [], 1, battery_mv=2990, commands=31, failure_rate=0.0),
    ],
    "strays": [
        {
            "external_id": "4E0A00F2B7",
            "gateway_id": "gtw_1",
            "model": "2.9 inch",
            "battery_mv": 3010,
            "last_seen_at": NOW.isoformat(),
        },
        {
            "external_id": "4E0A00F3B7",
            "gateway_id": "gtw_1",
            "model": "2.9 inch",
            "battery_mv": 3000,
            "last_seen_at": NOW.isoformat(),
        },
    ],
}
BOUND = {"external_id": "4E0A00F2B7", "location": "A3-4-2", "hung_at": None, "also_here": [], "taken_off": []}


def not_right(number: int, name: str, price: int, shown: int | None, state: str, problem: str = "") -> dict[str, Any]:
    return {
        "label_id": f"lbl_{number}",
        "external_id": f"4E0A{number:04X}B7",
        "location_id": f"loc_{number}",
        "sku": f"{10440 + number}",
        "name": name,
        "price_minor": price,
        "shown_minor": shown,
        "state": state,
        "attempts": 5,
        "problem": problem,
    }


PRICES = {
    "labels": 192,
    "right": 186,
    "waiting": 2,
    "under_way": 1,
    "given_up": 3,
    "not_right": [
        not_right(3, "Whole milk 1 L", 1290, 1190, "under_way"),
        not_right(12, "Extra virgin olive oil, cold pressed", 8990, 9490, "given_up", "the label did not answer"),
        not_right(90, "Jasmine rice 5 kg", 6450, None, "given_up", "the picture is too large for its display"),
        not_right(30, "Bananas", 1590, 1790, "waiting"),
        not_right(31, "Free-range eggs", 2890, 2690, "waiting"),
    ],
    "to_clear": [
        {
            "label_id": "lbl_44",
            "external_id": "4E0A002CB7",
            "location_id": "loc_44",
            "shown_minor": 2490,
            "state": "given_up",
            "attempts": 5,
            "problem": "the label did not answer",
        }
    ],
}


def difference(
    sku: int, name: str, trouble: str, catalogue: int, till: int | None, shelf: int | None
) -> dict[str, Any]:
    return {
        "product_id": f"prd_{sku}",
        "sku": str(sku),
        "name": name,
        "trouble": trouble,
        "catalogue_minor": catalogue,
        "till_minor": till,
        "shelf_minor": shelf,
    }


DIFFERENCES = {
    "products": 1480,
    "differences": 4,
    "listed": [
        difference(10443, "Extra virgin olive oil, cold pressed", "till_higher", 8990, 9490, 8990),
        difference(10442, "Bananas", "till_lower", 1790, 1590, 1790),
        difference(10440, "Whole milk 1 L", "label_behind", 1290, 1190, 1190),
        difference(10447, "Pork dumplings, frozen", "not_at_till", 4990, None, 4990),
    ],
}
ANSWERS: dict[str, Answer] = {
    "labels/health": (200, HEALTH),
    "gateways": (200, {"gateways": GATEWAYS}),
    "labels/bind": (200, BOUND),
    "labels/find": (202, {"location": "A3-4-2", "label_ids": ["lbl_73"]}),
    "labels/all-off": (202, {"labels": 7}),
    "aisles/A3/light-test": (202, {"labels": 28}),
    "labels/prices": (200, PRICES),
    "prices/differences": (200, DIFFERENCES),
    "labels/prices/try-again": (202, {"labels": 2}),
}
NO_LABELS = {"total": 0, "in_trouble": 0, "strays_total": 0, "labels": [], "strays": []}
ALL_WELL = {**NO_LABELS, "total": 192}
ALL_RIGHT = {**PRICES, "right": 192, "waiting": 0, "under_way": 0, "given_up": 0, "not_right": [], "to_clear": []}


def refusal(code: str) -> Answer:
    return 422, {"title": "no", "detail": "no", "code": code}


async def supervisor(language: str, screen: Screen, **other: Answer) -> AppState:
    """`other`: answers in place of the samples, under the path with `_` for `/` and `-`."""
    named = {path.replace("/", "_").replace("-", "_"): path for path in ANSWERS}
    answers = ANSWERS | {named[name]: answer for name, answer in other.items()}

    def answer(request: httpx.Request) -> httpx.Response:
        status, body = answers.get(request.url.path.partition("/sto_1/")[2], (503, None))
        return httpx.Response(status, text=body) if isinstance(body, str) else httpx.Response(status, json=body)

    app = await signed_in("supervisor", language=language, answer=answer)
    app.shelf.locations = tuple(labelled_places())
    app.open(screen)
    await app.labels.load()
    await app.prices.load()
    return app


async def labels(language: str) -> AppState:
    return await supervisor(language, Screen.LABELS)


async def labels_gateways(language: str) -> AppState:
    """What stands below the list, without it."""
    return await supervisor(language, Screen.LABELS, labels_health=(200, {**HEALTH, "labels": [], "in_trouble": 0}))


async def labels_empty(language: str) -> AppState:
    return await supervisor(language, Screen.LABELS, labels_health=(200, NO_LABELS), gateways=(200, {"gateways": []}))


async def labels_error(language: str) -> AppState:
    return await supervisor(language, Screen.LABELS, gateways=(503, None))


async def labels_offline(language: str) -> AppState:
    app = await supervisor(language, Screen.LABELS, gateways=(503, None))
    cut_off(app)
    return app


async def labels_old(language: str) -> AppState:
    """Seen before the network went."""
    app = await supervisor(language, Screen.LABELS)
    cut_off(app)
    return app


async def hang(language: str) -> AppState:
    return await supervisor(language, Screen.HANG_LABEL)


async def hang_place(language: str) -> AppState:
    app = await hang(language)
    await app.take_scan("4E0A00F2B7")
    return app


async def hang_done(language: str) -> AppState:
    app = await supervisor(language, Screen.HANG_LABEL, labels_bind=(200, {**BOUND, "hung_at": "A1-2-1"}))
    await app.take_scan("4E0A00F2B7")
    await app.take_scan("A3-4-2")
    return app


async def hang_also(language: str) -> AppState:
    app = await supervisor(language, Screen.HANG_LABEL, labels_bind=(200, {**BOUND, "also_here": ["4E0A0049B7"]}))
    await app.take_scan("4E0A00F2B7")
    await app.take_scan("A3-4-2")
    return app


async def hang_unknown(language: str) -> AppState:
    app = await supervisor(language, Screen.HANG_LABEL, labels_bind=refusal("place_not_found"))
    await app.take_scan("4E0A00F2B7")
    await app.take_scan("4007817327320")
    return app


async def hang_unclear(language: str) -> AppState:
    app = await supervisor(language, Screen.HANG_LABEL, labels_bind=refusal("gateway_unclear"))
    await app.take_scan("4E0A00F2B7")
    await app.take_scan("A3-4-2")
    return app


async def find(language: str) -> AppState:
    return await supervisor(language, Screen.FIND_LABEL)


async def find_found(language: str) -> AppState:
    app = await find(language)
    await app.take_scan("7610000000045")
    return app


async def find_unknown(language: str) -> AppState:
    app = await supervisor(language, Screen.FIND_LABEL, labels_find=refusal("place_not_found"))
    await app.take_scan("7610000000045")
    return app


async def aisles(language: str) -> AppState:
    app = await supervisor(language, Screen.AISLES)
    await app.labels.test_aisle("A3")
    return app


async def prices(language: str) -> AppState:
    return await supervisor(language, Screen.SHELF_PRICES)


async def prices_till(language: str) -> AppState:
    app = await prices(language)
    app.prices.show_till(True)
    return app


async def prices_empty(language: str) -> AppState:
    return await supervisor(language, Screen.SHELF_PRICES, labels_prices=(200, ALL_RIGHT))


async def prices_offline(language: str) -> AppState:
    app = await supervisor(language, Screen.SHELF_PRICES, labels_prices=(503, None))
    cut_off(app)
    return app


CASES: dict[str, Callable[[str], Awaitable[AppState]]] = {
    "labels": labels, "labels-gateways": labels_gateways, "labels-empty": labels_empty, "labels-error": labels_error,
    "labels-offline": labels_offline, "labels-old": labels_old, "hang": hang, "hang-place": hang_place,
    "hang-done": hang_done, "hang-also": hang_also, "hang-unknown": hang_unknown, "hang-unclear": hang_unclear,
    "find": find, "find-found": find_found, "find-unknown": find_unknown, "aisles": aisles, "prices": prices,
    "prices-till": prices_till,    "prices-empty": prices_empty, "prices-offline": prices_offline,
}  # fmt: skip
