"""The phones' process: they hear what the backend tells all of them, or confirm picks as fast as it answers."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from tests.benchmarks.crowd import Crowd, Phone
from tests.benchmarks.order_client import Connection
from tests.benchmarks.order_texts import external_id, order_bodies, request
from tests.benchmarks.processes import serve_client

PAUSE_S = 0.15  # between two pieces of news, so that each is told to phones that are idle
QUIET_S = 0.02  # nothing for so long: all have heard it, and there is time to read what it says


class News:
    """Counts arrivals of one update: how long after the event's own instant, which is before its commit, in ms."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.arrivals_ms: list[float] = []
        self.body: dict[str, Any] = {}
        self.size_bytes = 0

    def take(self, _phone: Phone, message: dict[str, Any], at_s: float) -> bool:
        if message["kind"] != "update" or message["name"] != self.name:
            return False
        self.arrivals_ms.append((at_s - datetime.fromisoformat(message["at"]).timestamp()) * 1000)
        self.body = message["body"]
        return True


def fan_out(plan: dict[str, Any]) -> dict[str, Any]:
    """Each round: an order becomes a pick list that all phones are told, then one takes it and all others are told."""
    crowd = Crowd(plan["port"], plan["tokens"])
    bodies = order_bodies(lines=1)
    desk = Connection(plan["port"])
    ready, removed = News("pick_list"), News("pick_list.removed")
    for turn in range(plan["rounds"]):
        time.sleep(PAUSE_S)
        desk.send(turn, request(bodies[turn], external_id(0, turn), plan["key"]), time.perf_counter())
        while desk.answer() is None:
            pass
        crowd.hear(ready.take, len(crowd.phones), pause_s=QUIET_S)
        time.sleep(PAUSE_S)
        crowd.phones[turn % len(crowd.phones)].ask("pick_list.start", {"pick_list_id": ready.body["id"]})
        crowd.hear(removed.take, len(crowd.phones) - 1, pause_s=QUIET_S)
    return {"ready_ms": ready.arrivals_ms, "removed_ms": removed.arrivals_ms}


class Picking:
    """Every phone takes a pick list and confirms its picks, each once the one before it was answered."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._crowd = Crowd(plan["port"], plan["tokens"])
        self._lists = dict(zip(self._crowd.phones, plan["pick_list_ids"], strict=True))
        self._open: dict[Phone, list[dict[str, Any]]] = {}
        self.latencies_s: list[float] = []

    def run(self) -> float:
        """Returns the seconds it took, without the start."""
        for phone, pick_list_id in self._lists.items():
            phone.ask("pick_list.start", {"pick_list_id": pick_list_id})
        self._crowd.hear(self._started, len(self._lists))
        began_s = time.perf_counter()
        for phone in self._lists:
            self._confirm_next(phone)
        self._crowd.hear(self._answered, len(self._lists))
        return time.perf_counter() - began_s

    def _started(self, phone: Phone, message: dict[str, Any], _at_s: float) -> bool:
        body = message.get("body") or {}
        if body.get("id") != self._lists[phone] or body.get("status") != "picking":
            return False
        self._open[phone] = list(body["picks"])
        return True

    def _answered(self, phone: Phone, message: dict[str, Any], _at_s: float) -> bool:
        if message["kind"] != "result":
            return False
        assert message["is_applied"], message["problem"]
        self.latencies_s.append(time.perf_counter() - phone.asked_s)
        return self._confirm_next(phone)

    def _confirm_next(self, phone: Phone) -> bool:
        """True where nothing is left."""
        if not self._open[phone]:
            return True
        pick = self._open[phone].pop(0)
        confirmed = {"pick_list_id": self._lists[phone], "pick_id": pick["id"], "quantity": pick["quantity_ordered"]}
        phone.ask("pick.confirm", {**confirmed, "scan": (pick["product"]["gtins"] or [pick["product"]["sku"]])[0]})
        return False


def work(plan: dict[str, Any]) -> dict[str, Any]:
    if "pick_list_ids" not in plan:
        return fan_out(plan)
    picking = Picking(plan)
    return {"took_s": picking.run(), "latencies_s": picking.latencies_s}


if __name__ == "__main__":
    serve_client(work)
