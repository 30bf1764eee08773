"""Parts 3 and 4: one event to a thousand phones, and how many picks can be confirmed."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.benchmarks.figures import Figure, median, percentile, say
from tests.benchmarks.many_pickers import add_pickers
from tests.benchmarks.order_texts import external_id, order_bodies, with_id
from tests.benchmarks.processes import cpu_s, run_client, running_server
from tests.e2e.server import Server

ONE_ORDER_A_TROLLEY = {
    "PICKING__TOTES_MAX": "1",
    "PICKING__RELEASE_EVERY_S": "0.1",
    "PICKING__WAIT_FOR_COMPANY_S": "0",
}
AIM_FAN_OUT_P99_MS = 25.0
PLANNED_WITHIN_S = 120.0


@dataclass(frozen=True, slots=True)
class Size:
    """`phones` hear `rounds` of news; `pickers` confirm `picks` each. All of it `repeats` times."""

    phones: int
    rounds: int
    pickers: int
    picks: int
    repeats: int


FULL = Size(phones=1_000, rounds=10, pickers=32, picks=60, repeats=3)
QUICK = Size(phones=200, rounds=3, pickers=8, picks=20, repeats=1)


def fan_out(size: Size) -> list[Figure]:
    """From the event's own instant, inside its transaction and before its commit, to the arrival at each phone."""
    tails_ms: dict[str, list[float]] = {"ready": [], "removed": []}
    for repeat in range(1, size.repeats + 1):
        with running_server(**ONE_ORDER_A_TROLLEY) as server:
            tokens = add_pickers(_database(server), size.phones)
            plan = {"port": server.port, "key": server.keys["channel_key"], "tokens": tokens, "rounds": size.rounds}
            measured = run_client("phone_client", plan)
        assert len(measured["ready_ms"]) >= size.phones * size.rounds, "a phone was not told"
        for kind, tails in tails_ms.items():
            tails.append(percentile(measured[f"{kind}_ms"], 0.99))
        say(f"fan-out, run {repeat} of {size.repeats}: p99 {tails_ms['removed'][-1]:.0f} ms, "
            f"a whole pick list {tails_ms['ready'][-1]:.0f} ms")  # fmt: skip
    to = f"to {size.phones:,} phones"
    return [
        Figure("fan-out", f"p99, one event {to}", median(tails_ms["removed"]), "ms", AIM_FAN_OUT_P99_MS),
        Figure("fan-out", f"p99, a whole pick list {to}", median(tails_ms["ready"]), "ms"),
    ]


def confirm_picks(size: Size) -> list[Figure]:
    """Every picker confirms pick after pick, each as soon as the last was answered."""
    rates, tails_ms, costs_us = [], [], []
    count = size.pickers * size.picks
    for repeat in range(1, size.repeats + 1):
        with running_server(**ONE_ORDER_A_TROLLEY) as server:
            pick_list_ids = _pick_lists(server, size)
            tokens = add_pickers(_database(server), size.pickers)
            used_s = cpu_s(server)
            measured = run_client(
                "phone_client", {"port": server.port, "tokens": tokens, "pick_list_ids": pick_list_ids}
            )
            costs_us.append((cpu_s(server) - used_s) / count * 1e6)
            confirmed = _count(server, "SELECT count(*) FROM pick WHERE status = 'picked'")
        assert confirmed == len(measured["latencies_s"]) == count, f"{confirmed} of {count} picks are in the database"
        rates.append(count / measured["took_s"])
        tails_ms.append(percentile(measured["latencies_s"], 0.99) * 1000)
        say(f"confirm pick, run {repeat} of {size.repeats}: {rates[-1]:,.0f}/s, p99 {tails_ms[-1]:.0f} ms")
    return [
        Figure("confirm pick", f"picks confirmed by {size.pickers} pickers without a pause", median(rates), "/s"),
        Figure("confirm pick", "p99 of the answer at that rate", median(tails_ms), "ms"),
        Figure("confirm pick", "processor time of the server per pick", median(costs_us), "µs"),
    ]


def _pick_lists(server: Server, size: Size) -> list[str]:
    """Post one order for each picker; returns the pick lists once all are planned."""
    headers = {"Authorization": f"Bearer {server.keys['channel_key']}"}
    for number, body in enumerate(order_bodies(lines=size.picks, kinds=size.pickers)):
        name = external_id(0, number)
        content, own = with_id(body, name), {**headers, "Idempotency-Key": name}
        httpx.post(f"{server.url}/api/v1/orders", content=content, headers=own, timeout=30).raise_for_status()
    ends_s = time.monotonic() + PLANNED_WITHIN_S
    while _count(server, "SELECT count(*) FROM pick_list") < size.pickers:
        assert time.monotonic() < ends_s, "the orders are not planned"
        time.sleep(0.1)
    with sqlite3.connect(f"file:{_database(server)}?mode=ro", uri=True) as connection:
        return [pick_list_id for (pick_list_id,) in connection.execute("SELECT id FROM pick_list ORDER BY id")]


def _count(server: Server, query: str) -> int:
    with sqlite3.connect(f"file:{_database(server)}?mode=ro", uri=True) as connection:
        return int(connection.execute(query).fetchone()[0])


def _database(server: Server) -> Path:
    return server.folder / "blinkpick.db"
