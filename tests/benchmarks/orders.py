"""Parts 1 and 2: durable orders per second beside raw SQLite, and their latency at a fixed rate."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.figures import Figure, median, percentile, say
from tests.benchmarks.order_texts import order_bodies
from tests.benchmarks.processes import RELEASE_NEVER_S, cpu_s, run_client, running_server
from tests.benchmarks.raw_orders import RawOrders, raw_orders
from tests.e2e.server import Server

CONNECTIONS = 32
OPEN_CONNECTIONS = 64
RATE_PER_S = 600
AIM_SHARE_OF_RAW = 0.66
AIM_P99_MS = 10.0


@dataclass(frozen=True, slots=True)
class Size:
    """How long to measure. `pairs` of raw and server runs, each of `seconds`."""

    pairs: int
    seconds: float
    rate_per_s: float = RATE_PER_S


FULL, QUICK = Size(pairs=5, seconds=4.0), Size(pairs=2, seconds=1.5)


def orders(size: Size) -> list[Figure]:
    """Pairs of runs, raw SQLite first, then the server; each pair gives one ratio."""
    with _server() as server, raw_orders(server.folder / "raw.db") as raw:
        bodies = order_bodies()
        _warm_up(server, raw, bodies, size)
        rates, raws, shares, costs_us = [], [], [], []
        for pair in range(1, size.pairs + 1):
            raw_per_s = raw.per_second(bodies, size.seconds)
            used_s = cpu_s(server)
            measured = load(server, run=pair, seconds=size.seconds)
            count = len(measured["acknowledged"])
            costs_us.append((cpu_s(server) - used_s) / count * 1e6)
            rates.append(count / measured["took_s"])
            raws.append(raw_per_s)
            shares.append(rates[-1] / raw_per_s)
            at = f"raw {raw_per_s:,.0f}/s, server {rates[-1]:,.0f}/s"
            say(f"orders, pair {pair} of {size.pairs}: {at}, {shares[-1]:.2f}")
    return [
        Figure("orders", "share of raw SQLite, one order per commit", median(shares), "", AIM_SHARE_OF_RAW, True),
        Figure("orders", "durable orders through the server, 32 connections", median(rates), "/s"),
        Figure("orders", "raw SQLite inserts of the same bytes", median(raws), "/s"),
        Figure("orders", "processor time of the server per order", median(costs_us), "µs"),
    ]


def order_latency(size: Size) -> list[Figure]:
    """Poisson arrivals at a fixed rate; latency from the scheduled instant."""
    with _server() as server, raw_orders(server.folder / "raw.db") as raw:
        _warm_up(server, raw, order_bodies(), size)
        halves_ms, tails_ms = [], []
        for run in range(1, size.pairs + 1):
            measured = load(server, run=run, seconds=size.seconds, rate_per_s=size.rate_per_s)
            latencies_ms = [latency_s * 1000 for latency_s in measured["latencies_s"]]
            halves_ms.append(percentile(latencies_ms, 0.5))
            tails_ms.append(percentile(latencies_ms, 0.99))
            say(f"order latency, run {run} of {size.pairs}: p50 {halves_ms[-1]:.1f} ms, p99 {tails_ms[-1]:.1f} ms")
    at = f"at {size.rate_per_s:g} orders/s, open loop"
    return [
        Figure("order latency", f"p50 {at}", median(halves_ms), "ms"),
        Figure("order latency", f"p99 {at}", median(tails_ms), "ms", AIM_P99_MS),
    ]


def load(server: Server, *, run: int, seconds: float, **plan: Any) -> dict[str, Any]:
    """One run of the load client. Every order it was promised must be in the database: else nothing was measured."""
    connections = OPEN_CONNECTIONS if "rate_per_s" in plan else CONNECTIONS
    parts = {"run": run, "seconds": seconds, "connections": connections, "port": server.port}
    measured = run_client("order_client", {**parts, "key": server.keys["channel_key"], **plan})
    assert measured["refused"] == 0, f"{measured['refused']} orders were refused"
    missing = set(measured["acknowledged"]) - stored(server)
    assert not missing, f"{len(missing)} acknowledged orders are not in the database"
    return measured


def stored(server: Server) -> set[str]:
    """The external ids of every order that has all its lines, its message, its journal event and its channel event."""
    with sqlite3.connect(f"file:{server.folder / 'blinkpick.db'}?mode=ro", uri=True) as connection:
        found = connection.execute(
            """SELECT orders.external_id FROM orders
               JOIN channel_order USING (store_id, channel_id, external_id)
               JOIN channel_event USING (store_id, channel_id, external_id)
               JOIN channel_message ON channel_message.message_id = 'key:' || orders.external_id
               JOIN journal ON journal.order_id = orders.id
               WHERE (SELECT count(*) FROM order_line WHERE order_line.order_id = orders.id) = 12"""
        )
        return {external_id for (external_id,) in found}


def _server() -> Any:
    return running_server(PICKING__RELEASE_EVERY_S=RELEASE_NEVER_S)


def _warm_up(server: Server, raw: RawOrders, bodies: list[bytes], size: Size) -> None:
    load(server, run=0, seconds=size.seconds / 2)
    raw.per_second(bodies, size.seconds / 4)
