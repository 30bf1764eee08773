"""The screens on which a supervisor sets up the store, asked of a backend that answers with samples."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from mobile.services.labels_api import Gateway
from mobile.state.app_state import AppState
from mobile.state.light_rules_state import Quiet
from mobile.state.screens import Screen
from tests.e2e.forms import kept
from tests.e2e.preview_app import NOW, cut_off
from tests.e2e.preview_labels import ANSWERS, GATEWAYS, Answer, supervisor

OFF = {"id": "gtw_3", "name": "Old strip", "labels": 0, "is_reachable": False, "is_enabled": False}
SAME = {
    "labels_added": 0,
    "labels_changed": 0,
    "labels_unchanged": 192,
    "problems_total": 0,
    "changes": [],
    "problems": [],
}


def line(row: int, label: str, location: str, before: str = "") -> dict[str, Any]:
    return {
        "row": row,
        "label": label,
        "change": "moved" if before else "added",
        "gateway": "Ground floor",
        "location": location,
        "before_gateway": "Ground floor" if before else "",
        "before_location": before,
    }


def wrong(row: int, column: str, expected: str, value: str) -> dict[str, Any]:
    return {"row": row, "column": column, "expected": expected, "value": value, "problem": "as the backend says it"}


GOOD = {
    "labels_added": 2,
    "labels_changed": 1,
    "labels_unchanged": 189,
    "problems_total": 0,
    "changes": [
        line(2, "4E0A00F2B7", "A3-4-2"),
        line(3, "4E0A0049B7", "A1-2-1", "B2-1-3"),
        line(9, "4E0A00F3B7", "A3-4-3"),
    ],
    "problems": [],
}
BAD = {
    **GOOD,
    "problems_total": 4,
    "problems": [
        wrong(4, "gateway", "gateway_here", "Grund floor"),
        wrong(5, "location", "address", "A3 shelf 4"),
        wrong(7, "label_id", "label_once", "4E0A00F2B7"),
        wrong(12, "", "all_values", "4E0A00F9B7,Ground floor"),
    ],
}
DRIVERS = kept()["drivers"]
AIMS = {
    "domain": "solum_aims",
    "settings": {
        "url": "https://aims.example",
        "username": "picker",
        "password": {"is_set": True},
        "company": "HOME",
        "store": "0001",
        "patterns": {"slow": 0},
    },
}


def batch(number: int, name: str, hours: float, status: str, prices: int, ends: str | None = None) -> dict[str, Any]:
    return {
        "id": f"prb_{number}",
        "name": name,
        "begins_at": (NOW + timedelta(hours=hours)).isoformat(),
        "status": status,
        "prices": prices,
        "ends_batch_id": ends,
    }


BATCHES = [
    batch(5, "Weekend", 63, "planned", 24, "prb_4"),
    batch(4, "Weekend", 15, "planned", 24),
    batch(3, "Spring list", -0.1, "applying", 1480),
    batch(2, "Milk", -20, "applied", 3),
    batch(1, "Mistake", -30, "withdrawn", 1),
]
PROGRESS = [
    {"batch_id": "prb_3", "labels": 192, "shown": 121, "behind": 71, "given_up": 0},
    {"batch_id": "prb_2", "labels": 3, "shown": 2, "behind": 0, "given_up": 1},
]
RULES = {
    "quiet_hours": None,
    "lit_max_s_per_day": None,
    "usual_quiet_hours": "",
    "usual_lit_max_s_per_day": 3600,
    "is_quiet_now": False,
}
ANSWERS.update(
    {
        "labels/import/preview": (200, GOOD),
        "labels/export": (200, "label_id,gateway,location\n4E0A0049B7,Ground floor,B2-1-3\n"),
        "labels/import": (200, {"labels_added": 2, "labels_changed": 1, "labels_unchanged": 189}),
        "gateway-drivers": (200, {"drivers": DRIVERS}),
        "gateways/Ground floor": (200, AIMS),
        "gateways/Ground floor/test": (
            200,
            {"is_reachable": True, "heard_total": 168, "heard": ["4E0A0001B7", "4E0A0002B7"]},
        ),
        "prices": (200, {"batches": BATCHES}),
        "prices/progress": (200, {"batches": PROGRESS}),
        "light-rules": (200, RULES),
    }
)


async def bindings(language: str) -> AppState:
    return await supervisor(language, Screen.BINDINGS)


async def previewed(language: str, answer: Answer) -> AppState:
    app = await supervisor(language, Screen.BINDINGS, labels_import_preview=answer)
    await app.setup.bindings.look("labels-march.csv", b"label_id,gateway,location\n")
    return app


async def bindings_preview(language: str) -> AppState:
    return await previewed(language, (200, GOOD))


async def bindings_wrong(language: str) -> AppState:
    return await previewed(language, (200, BAD))


async def bindings_same(language: str) -> AppState:
    return await previewed(language, (200, SAME))


async def bindings_taken(language: str) -> AppState:
    app = await bindings_preview(language)
    await app.setup.bindings.take()
    return app


async def bindings_error(language: str) -> AppState:
    return await previewed(language, (503, None))


async def bindings_offline(language: str) -> AppState:
    return cut_off(await bindings(language))


async def gateways(language: str) -> AppState:
    return await supervisor(language, Screen.GATEWAYS, gateways=(200, {"gateways": [*GATEWAYS, OFF]}))


async def gateways_empty(language: str) -> AppState:
    return await supervisor(language, Screen.GATEWAYS, gateways=(200, {"gateways": []}))


async def gateways_error(language: str) -> AppState:
    return await supervisor(language, Screen.GATEWAYS, gateways=(503, None))


async def gateways_offline(language: str) -> AppState:
    return cut_off(await gateways_error(language))


async def gateway_new(language: str) -> AppState:
    app = await supervisor(language, Screen.GATEWAY)
    await app.setup.gateway.load()
    app.setup.gateway.choose_driver("openepaperlink")
    return app


async def gateway(language: str, **other: Answer) -> AppState:
    app = await supervisor(language, Screen.GATEWAY, **other)
    app.setup.gateway.change(Gateway.model_validate(GATEWAYS[0]))
    await app.setup.gateway.load()
    return app


async def gateway_tried(language: str) -> AppState:
    app = await gateway(language)
    await app.setup.gateway.test()
    return app


async def gateway_refused(language: str) -> AppState:
    app = await gateway(language)
    app.setup.gateway.type("patterns", "slow: 0")
    await app.setup.gateway.save()
    return app


async def gateway_offline(language: str) -> AppState:
    return cut_off(await gateway(language))


async def plans(language: str) -> AppState:
    app = await supervisor(language, Screen.PRICE_PLANS)
    await app.setup.plans.load()
    return app


async def plans_empty(language: str) -> AppState:
    app = await supervisor(language, Screen.PRICE_PLANS, prices=(200, {"batches": []}))
    await app.setup.plans.load()
    return app


async def plans_error(language: str) -> AppState:
    app = await supervisor(language, Screen.PRICE_PLANS, prices=(503, None))
    await app.setup.plans.load()
    return app


async def plans_offline(language: str) -> AppState:
    return cut_off(await plans_error(language))


async def plan(language: str) -> AppState:
    app = await supervisor(language, Screen.PLAN_PRICES)
    app.setup.plans.set(sku="10440", price="12.90", name="Milk")
    app.setup.plans.later()
    return app


async def plan_rejected(language: str) -> AppState:
    problems = [{"at": "row 2, sku", "problem": "this store sells no product 10440"}]
    refused = {"title": "no", "detail": "no", "code": "prices_rejected", "problems": problems}
    app = await supervisor(language, Screen.PLAN_PRICES, prices=(422, refused))
    app.setup.plans.set(sku="10440", price="12.90")
    await app.setup.plans.plan()
    return app


async def plan_offline(language: str) -> AppState:
    return cut_off(await plan(language))


async def rules(language: str) -> AppState:
    app = await supervisor(language, Screen.LIGHT_RULES)
    await app.setup.rules.load()
    return app


async def rules_hours(language: str) -> AppState:
    app = await rules(language)
    app.setup.rules.choose(Quiet.HOURS)
    app.setup.rules.spend(-2)
    return app


async def rules_error(language: str) -> AppState:
    app = await supervisor(language, Screen.LIGHT_RULES, light_rules=(503, None))
    await app.setup.rules.load()
    return app


async def rules_offline(language: str) -> AppState:
    return cut_off(await rules_error(language))


CASES: dict[str, Callable[[str], Awaitable[AppState]]] = {
    "bindings": bindings, "bindings-preview": bindings_preview, "bindings-wrong": bindings_wrong,
    "bindings-same": bindings_same, "bindings-taken": bindings_taken, "bindings-error": bindings_error,
    "bindings-offline": bindings_offline, "gateways": gateways, "gateways-empty": gateways_empty,
    "gateways-error": gateways_error, "gateways-offline": gateways_offline, "gateway-new": gateway_new,
    "gateway": gateway, "gateway-tried": gateway_tried, "gateway-refused": gateway_refused,
    "gateway-offline": gateway_offline, "plans": plans, "plans-empty": plans_empty, "plans-error": plans_error,
    "plans-offline": plans_offline, "plan": plan, "plan-rejected": plan_rejected, "plan-offline": plan_offline,
    "rules": rules, "rules-hours": rules_hours, "rules-error": rules_error, "rules-offline": rules_offline,
}  # fmt: skip
