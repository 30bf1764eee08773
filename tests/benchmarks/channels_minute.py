"""Part 9: a thousand orders in a minute over six channels at once while pickers pick, and a burst of the same mix."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.benchmarks.channel_client import NATIVE, PLATFORMS
from tests.benchmarks.figures import Figure, percentile, say
from tests.benchmarks.many_pickers import add_pickers
from tests.benchmarks.processes import RELEASE_NEVER_S, cpu_s, run_client, running_server
from tests.benchmarks.raw_orders import raw_orders
from tests.e2e.native_phone import sign_in
from tests.e2e.server import DATABASE, SUPERVISOR_BADGE, SUPERVISOR_PIN, Server

PART = "channels minute"
AIM_P99_MS = 250.0
PAUSE_S = 1.0  # between a picker's picks: ten times as quick as one who walks
POINTERS = ("ifood", "uber_eats")  # their push says that there is an order, which is read from them afterwards
CONNECTIONS = 32
RAW_SPELLS, RAW_SPELL_S = 5, 0.5  # the best of them: what the machine allows when nothing else asks for its disk


@dataclass(frozen=True, slots=True)
class Size:
    """`orders` in `seconds`, with so many pickers; then `burst` orders as fast as they are taken.

    Waiting orders are looked at every `release_every_s`, as long as the product does or sooner where it is short.
    """

    orders: int
    seconds: float
    pickers: int
    burst: int
    release_every_s: float
    wait_for_company_s: float
    seed: int = 1


FULL, QUICK = Size(1_000, 60.0, 20, 1_000, 5.0, 20.0), Size(60, 6.0, 3, 60, 0.5, 1.0)


def channels_minute(size: Size) -> list[Figure]:
    return [*steadily(size), *at_once(size)]


def steadily(size: Size) -> list[Figure]:
    """Latency from the scheduled instant to the answer, by channel and of all."""
    pace = {
        "PICKING__RELEASE_EVERY_S": str(size.release_every_s),
        "PICKING__WAIT_FOR_COMPANY_S": str(size.wait_for_company_s),
    }
    with running_server(**pace) as server:
        plan = _plan(server, size, size.orders)
        picked: dict[str, Any] = {}
        tokens = add_pickers(server.folder / DATABASE, size.pickers)
        walking = {"port": server.port, "tokens": tokens, "pause_s": PAUSE_S, "seconds": size.seconds}
        pickers = threading.Thread(target=lambda: picked.update(run_client("walking_pickers", walking)))
        pickers.start()
        used_s = cpu_s(server)
        measured = run_client("channel_client", {**plan, "seconds": size.seconds})
        pickers.join()
        used_s = cpu_s(server) - used_s
        _check(server, measured)
        confirmed = _count(server, "SELECT count(*) FROM pick WHERE status = 'picked'")
        assert confirmed == len(picked["latencies_s"]) > 0, f"{confirmed} picks, {len(picked['latencies_s'])} answers"
        figures = _latencies(measured)
        figures += [
            Figure(PART, "pushes repeated or sent again, p99", _p99_ms(_all(measured, "again_s")), "ms"),
            Figure(PART, f"picks confirmed by {size.pickers} pickers meanwhile", confirmed),
            Figure(PART, "a pick's answer, p99", _p99_ms(picked["latencies_s"]), "ms"),
            *_pointers(server, measured),
            *_deadlines(server),
            Figure(PART, "processor time of the server per order, all in", used_s / size.orders * 1e3, "ms"),
        ]
        again = len(_all(measured, "again_s"))
        say(f"{PART}: {size.orders} orders, {again} messages more, {len(picked['refused'])} picks refused")
        return figures


def at_once(size: Size) -> list[Figure]:
    """As fast as it goes, beside plain inserts of what was pushed."""
    with (
        running_server(PICKING__RELEASE_EVERY_S=RELEASE_NEVER_S) as server,
        raw_orders(server.folder / "raw.db") as raw,
    ):
        measured = run_client(
            "channel_client", {**_plan(server, size, size.burst), "connections": min(CONNECTIONS, size.burst)}
        )
        assert measured["refused"] == 0, f"{measured['refused']} messages were refused"
        _check(server, measured)
        bodies = [body.encode() for body in measured["bodies"]]
        raw_per_s = max(raw.per_second(bodies, RAW_SPELL_S) for _ in range(RAW_SPELLS))
    taken_per_s = measured["messages"] / measured["answered_s"]
    settled_per_s = size.burst / measured["settled_s"]
    say(f"{PART}, at once: raw {raw_per_s:,.0f}/s, taken {taken_per_s:,.0f}/s, accepted {settled_per_s:,.0f}/s")
    return [
        Figure(PART, "messages taken a second in a burst, 32 connections", taken_per_s, "/s"),
        Figure(PART, "raw SQLite inserts of the same bodies, best of five spells", raw_per_s, "/s"),
        Figure(PART, "share of raw SQLite, messages taken", taken_per_s / raw_per_s),
        Figure(PART, "orders a second up to the last platform's acceptance", settled_per_s, "/s"),
        Figure(PART, "share of raw SQLite, up to the acceptance", settled_per_s / raw_per_s),
    ]


def _plan(server: Server, size: Size, orders: int) -> dict[str, Any]:
    signed_in = sign_in(server.url, server.enrolment_codes()[0], SUPERVISOR_BADGE, SUPERVISOR_PIN)
    return {
        "url": server.url,
        "port": server.port,
        "token": signed_in["session_token"],
        "key": server.keys["channel_key"],
        "native_id": server.keys["web_channel_id"],
        "database": str(server.folder / DATABASE),
        "seed": size.seed,
        "orders": orders,
    }


def _check(server: Server, measured: dict[str, Any]) -> None:
    """Every order that was placed is there once, whole and not held; else nothing was measured."""
    assert measured["cancelled"] == 0, f"{measured['cancelled']} orders were not accepted in time"
    assert not any(each["refused"] for each in measured.get("noted", {}).values()), measured["noted"]
    names = {adapter: channel_id for channel_id, adapter in measured["channel_ids"].items()}
    with _reading(server) as connection:
        found = connection.execute(
            """SELECT channel_id, external_id FROM orders
               WHERE EXISTS (SELECT 1 FROM order_line WHERE order_line.order_id = orders.id)"""
        ).fetchall()
        held = connection.execute("SELECT count(*) FROM intake_exception").fetchone()[0]
    placed = {
        (measured["channel_ids"][adapter], order_id) for adapter, ids in measured["placed"].items() for order_id in ids
    }
    assert held == 0, f"{held} orders are held"
    assert len(found) == len(set(found)) == len(placed), f"{len(found)} orders for {len(placed)}"
    assert set(found) == placed, f"other orders than were placed, of {sorted(names)}"


def _latencies(measured: dict[str, Any]) -> list[Figure]:
    figures = []
    for adapter in (NATIVE, *PLATFORMS):
        first_s = measured["noted"][adapter]["first_s"]
        assert len(first_s) == len(measured["placed"][adapter]) > 0, f"{adapter}: {len(first_s)} answers"
        figures.append(Figure(PART, f"{adapter}, p50 to the answer", percentile(first_s, 0.5) * 1000, "ms"))
        figures.append(Figure(PART, f"{adapter}, p99 to the answer", _p99_ms(first_s), "ms"))
    every_s = _all(measured, "first_s")
    figures.append(Figure(PART, "all six, p50 to the answer", percentile(every_s, 0.5) * 1000, "ms"))
    figures.append(Figure(PART, "all six, p99 to the answer", _p99_ms(every_s), "ms", AIM_P99_MS))
    return figures


def _pointers(server: Server, measured: dict[str, Any]) -> list[Figure]:
    """From the instant the push was due until the order is written, read from its platform meanwhile."""
    figures = []
    for adapter in POINTERS:
        with _reading(server) as connection:
            accepted = dict(
                connection.execute(
                    "SELECT external_id, accepted_at FROM orders WHERE channel_id = ?",
                    (measured["channel_ids"][adapter],),
                ).fetchall()
            )
        waits_s = [
            datetime.fromisoformat(accepted[order_id]).replace(tzinfo=UTC).timestamp() - at_s
            for order_id, at_s in measured["placed"][adapter].items()
        ]
        figures.append(Figure(PART, f"{adapter}, p50 until the order is there", percentile(waits_s, 0.5) * 1000, "ms"))
        figures.append(Figure(PART, f"{adapter}, p99 until the order is there", _p99_ms(waits_s), "ms"))
    return figures


def _deadlines(server: Server) -> list[Figure]:
    """Every limit a platform named: met, and how long the longest took."""
    with _reading(server) as connection:
        rows = connection.execute("SELECT status, opened_at, closed_at FROM channel_deadline").fetchall()
    waits_s = [(datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds() for _, start, end in rows]
    missed = sum(status != "met" for status, _, _ in rows)
    return [
        Figure(PART, "limits for an acceptance that were missed", missed, "", 0),
        Figure(PART, "longest wait for an acceptance, of limits from 300 s on", max(waits_s), "s"),
    ]


def _all(measured: dict[str, Any], name: str) -> list[float]:
    return [value for noted in measured["noted"].values() for value in noted[name]]


def _p99_ms(values_s: list[float]) -> float:
    return percentile(values_s, 0.99) * 1000


def _count(server: Server, query: str) -> int:
    with _reading(server) as connection:
        return int(connection.execute(query).fetchone()[0])


def _reading(server: Server) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{server.folder / DATABASE}?mode=ro", uri=True)
