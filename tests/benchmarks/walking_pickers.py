"""Pickers who take whatever trolley is ready, confirm pick after pick with a pause between, and fetch the next one."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.crowd import Crowd, Phone
from tests.benchmarks.processes import serve_client

TURN_S = 0.02
START, CONFIRM, FINISH = "pick_list.start", "pick.confirm", "pick_list.finish"


@dataclass(slots=True)
class Walk:
    """What one picker is at. `asked`: the command that is not answered yet."""

    pick_list: dict[str, Any] = field(default_factory=dict)
    confirmed: set[str] = field(default_factory=set)
    asked: str = ""
    wanted: str = ""
    next_s: float = 0.0


class Walking:
    """Every phone on its own walk, until the time is over."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._crowd = Crowd(plan["port"], plan["tokens"])
        self._pause_s = float(plan["pause_s"])
        self._walks = {phone: Walk() for phone in self._crowd.phones}
        self._ready: dict[str, dict[str, Any]] = {}
        self.latencies_s: list[float] = []
        self.refused: list[str] = []

    def run(self, seconds: float) -> None:
        ends_s = time.perf_counter() + seconds
        while (now_s := time.perf_counter()) < ends_s:
            for phone, walk in self._walks.items():
                if not walk.asked and now_s >= walk.next_s:
                    self._go_on(phone, walk)
            self._crowd.hear_for(self._take, TURN_S)
        while any(walk.asked for walk in self._walks.values()):
            assert time.perf_counter() < ends_s + 20, "an answer never came"
            self._crowd.hear_for(self._take, TURN_S)

    def _go_on(self, phone: Phone, walk: Walk) -> None:
        if not walk.pick_list:
            if self._ready:
                walk.wanted = next(iter(self._ready))
                del self._ready[walk.wanted]
                self._ask(phone, walk, START, {"pick_list_id": walk.wanted})
            return
        pick_list_id = walk.pick_list["id"]
        is_left = (pick for pick in walk.pick_list["picks"] if pick["status"] == "open")
        pick = next((pick for pick in is_left if pick["id"] not in walk.confirmed), None)
        if pick is None:
            self._ask(phone, walk, FINISH, {"pick_list_id": pick_list_id})
            return
        walk.confirmed.add(pick["id"])
        product = pick["product"]
        evidence = {"scan": (product["gtins"] or [product["sku"]])[0], "quantity": pick["quantity_ordered"]}
        self._ask(phone, walk, CONFIRM, {"pick_list_id": pick_list_id, "pick_id": pick["id"], **evidence})

    def _ask(self, phone: Phone, walk: Walk, name: str, body: dict[str, Any]) -> None:
        walk.asked = name
        phone.ask(name, body)

    def _take(self, phone: Phone, message: dict[str, Any], _at_s: float) -> bool:
        walk = self._walks[phone]
        if message["kind"] == "result":
            self._answered(phone, walk, message)
        elif message["kind"] == "update" and message["name"] == "pick_list":
            body = message["body"]
            if body["id"] in (walk.pick_list.get("id"), walk.wanted):
                walk.pick_list = body if body["status"] == "picking" else {}
            elif body["status"] == "ready" and not any(body["id"] == other.wanted for other in self._walks.values()):
                self._ready[body["id"]] = body
            else:
                self._ready.pop(body["id"], None)
        elif message["kind"] == "update" and message["name"] == "pick_list.removed":
            self._ready.pop(message["body"].get("pick_list_id", ""), None)
        return True

    def _answered(self, phone: Phone, walk: Walk, message: dict[str, Any]) -> None:
        asked, walk.asked = walk.asked, ""
        walk.next_s = time.perf_counter() + self._pause_s
        if not message["is_applied"]:
            self.refused.append(f"{asked}: {message['problem']}")
            walk.pick_list, walk.wanted = {}, ""
        elif asked == CONFIRM:
            self.latencies_s.append(time.perf_counter() - phone.asked_s)
        elif asked == FINISH:
            walk.pick_list, walk.wanted = {}, ""
            walk.confirmed.clear()


def work(plan: dict[str, Any]) -> dict[str, Any]:
    walking = Walking(plan)
    walking.run(plan["seconds"])
    return {"latencies_s": walking.latencies_s, "refused": walking.refused}


if __name__ == "__main__":
    serve_client(work)
