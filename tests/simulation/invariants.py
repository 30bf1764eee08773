"""What must hold in every world, whatever happens in it. A broken one names itself, with the seed and the last events.

After each commit that wrote something: orders and lines add up, a command took effect once, one picker per walk.
Every few seconds: no label blinks for nobody. After the world has calmed: everybody knows the same, and nothing waits.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from typing import Any

from shared.picking import is_quantity_right
from shared.products import UnitOfMeasure
from tests.simulation.actors.open_delivery import OpenDeliveryPlatform
from tests.simulation.actors.picker import Picker
from tests.simulation.actors.web_shop import WebShop
from tests.simulation.platform_promises import PlatformPromises
from tests.simulation.promises import Promises
from tests.simulation.returns import Returns
from tests.simulation.sight import Sight
from tests.simulation.substitutes import LINES_SETTLED, SETTLES_LINE, Substitutes
from tests.simulation.world import World

FLASH_S = 60.0
SLACK_S = 15.0  # on the way, in the queue, and until the next look
ONCE = ("pick.confirmed", "pick.short", "pick.substituted", "pick.cancelled")  # per pick
SETTLED = ("picked", "short", "proposed", "substituted")
WALKED_AGAIN = tuple(f"pick_list.{what}" for what in ("started", "resumed", "taken_over", "extended"))
ONCE_PER_ORDER = ("order.accepted", "order.planned", "order.picking_started", "order.ready", "order.cancelled")
LAST_NOTES = 25
LABELS_OF_WALK = (
    "SELECT l.external_id FROM pick p JOIN label l ON l.location_id IN (p.location_id, p.sought_location_id)"
    " WHERE p.pick_list_id = ?"
)


class InvariantBroken(AssertionError):
    """Says which, in which world, and how to live through it again."""


class Invariants:
    """Watches one world. `attach` it before anything happens; call `calm` at the end."""

    def __init__(
        self,
        world: World,
        shops: Sequence[WebShop],
        pickers: Sequence[Picker],
        platforms: Sequence[OpenDeliveryPlatform] = (),
    ) -> None:
        self.world = world
        self.shops = shops
        self.pickers = pickers
        self.looks = 0
        self._broken: InvariantBroken | None = None
        self._promises = Promises(self.require, self._rows)
        self._returns = Returns(self.require)
        self._substitutes = Substitutes(world, self.require, self._rows)
        self._sight = Sight(world, pickers, self.require)
        self._platforms = [PlatformPromises(platform, self.require, self._rows) for platform in platforms]
        self._sequence = 0
        self._per_pick: Counter[str] = Counter()
        self._per_order: Counter[tuple[str, str]] = Counter()
        self._per_line: Counter[str] = Counter()
        self._wrong_scans = 0
        self._wrong_scans_asked: dict[str, None] = {}
        self._commands: dict[str, dict[str, Any]] = {}
        self._results: dict[str, bool] = {}
        self._walks: dict[str, str] = {}
        self._walked_before: dict[str, set[str]] = {}  # what they picked before somebody took it over counts
        self._unwanted_since_s: dict[str, float] = {}
        self._troubled_until_s: dict[str, float] = {}
        self._database = sqlite3.connect(world.folder / "house.db", isolation_level=None)
        self._database.row_factory = sqlite3.Row
        world.on_commit.append(self.after_commit)
        world.on_note.append(self._note)

    def close(self) -> None:
        self._database.close()

    def require(self, is_true: bool, what: str) -> None:
        if is_true:
            return
        world = self.world
        self._broken = InvariantBroken(
            "\n".join(
                [
                    f"{what}",
                    f"seed {world.seed}, step {world.loop.steps}, {world.loop.time():.3f} s into the world",
                    f"again: make simulate SEED={world.seed} STEPS={world.loop.steps}",
                    "the last events:",
                    *(f"  {note[:240]}" for note in list(world.notes)[-LAST_NOTES:]),
                ]
            )
        )
        raise self._broken

    # After each commit

    def after_commit(self) -> None:
        """Only where the journal has grown: nothing else changes what is checked here."""
        rows = self._rows("SELECT * FROM journal WHERE sequence > ? ORDER BY sequence", self._sequence)
        if not rows:
            return
        self.looks += 1
        order_ids = set()
        for row in rows:
            self.require(row["sequence"] > self._sequence, "the journal runs backwards")
            self._sequence = row["sequence"]
            self.world.note("journal", f"{row['sequence']} {row['at']} {row['name']} {row['body']}")
            self._heard(row["name"], json.loads(row["body"]), row)
            if row["order_id"]:
                order_ids.add(row["order_id"])
        for order_id in sorted(order_ids):
            self._order_adds_up(order_id)

    def _heard(self, name: str, body: dict[str, Any], row: sqlite3.Row) -> None:
        self._promises.heard(name, body, row["order_id"])
        self._substitutes.heard(name, body)
        if name in ONCE:
            self._per_pick[body["pick_id"]] += 1
            self.require(self._per_pick[body["pick_id"]] == 1, f"pick {body['pick_id']} was done twice")
        if name in ONCE_PER_ORDER:
            self._per_order[row["order_id"], name] += 1
            self.require(self._per_order[row["order_id"], name] == 1, f"{name} twice for {row['order_id']}")
        if name in SETTLES_LINE:
            self._per_line[body["order_line_id"]] += 1
            self.require(self._per_line[body["order_line_id"]] == 1, f"line {body['order_line_id']} told twice")
        if name == "scan.wrong":
            self._wrong_scans += 1
            self.require(
                self._wrong_scans <= len(self._wrong_scans_asked),
                f"{self._wrong_scans} wrong scans are recorded, {len(self._wrong_scans_asked)} were sent",
            )
        if name == "substitute.sought":
            self._returns.wanted_again(self._rows(LABELS_OF_WALK, body["pick_list_id"]))
        if name in WALKED_AGAIN:
            walk = body["pick_list_id"]
            self._returns.wanted_again(self._rows(LABELS_OF_WALK, walk))
            self.require(self._walks.setdefault(walk, body["picker_id"]) == body["picker_id"], f"two walk with {walk}")
        if name == "pick_list.taken_over":
            walk = body["pick_list_id"]
            self.require(self._walks.get(walk) == body["from_picker_id"], f"{walk} was taken from nobody")
            self._walked_before.setdefault(walk, set()).add(body["from_picker_id"])
            self._walks[walk] = body["picker_id"]
        if name in ("pick.confirmed", "pick.short", "pick.substituted", "substitution.proposed"):
            walkers = {self._walks.get(body["pick_list_id"]), *self._walked_before.get(body["pick_list_id"], ())}
            self.require(
                body["picker_id"] in walkers, f"a pick of {body['pick_list_id']} by somebody who is not walking it"
            )

    def _order_adds_up(self, order_id: str) -> None:
        order = self._rows("SELECT * FROM orders WHERE id = ?", order_id)
        self.require(len(order) == 1, f"order {order_id} is {len(order)} orders")
        self._promises.order(order[0])
        for line in self._rows("SELECT * FROM order_line WHERE order_id = ?", order_id):
            ordered, picked, status = line["quantity_ordered"], line["quantity_picked"], line["status"]
            what = f"line {line['id']} of {order_id}: {picked} of {ordered} picked, {status}"
            if status == "picked":
                self.require(is_quantity_right(UnitOfMeasure(line["unit"]), ordered, picked), what)
            elif status == "short" or self._substitutes.may_be_picked_in_part(line):
                self.require(0 <= picked < ordered, what)
            else:
                self.require(picked == 0, what)
            self._substitutes.adds_up(line)
            picks = self._rows("SELECT * FROM pick WHERE order_line_id = ?", line["id"])
            self.require(len(picks) <= 1, f"{len(picks)} picks for {what}")
            for pick in picks:
                self.require(pick["status"] == status, f"the pick is {pick['status']}: {what}")
                self.require(pick["quantity_picked"] == picked, f"the pick has {pick['quantity_picked']}: {what}")
        if order[0]["status"] == "ready":
            open_lines = self._rows(
                "SELECT 1 FROM order_line WHERE order_id = ? AND status IN ('open', 'proposed')", order_id
            )
            self.require(not open_lines, f"order {order_id} is ready with open lines")

    # Every few seconds

    def now_and_then(self) -> None:
        """What is looked at every few seconds."""
        if self._broken is not None:
            raise self._broken  # it was noticed within something of the server, which keeps its failures to itself
        self.lights()
        self._substitutes.now_and_then()
        self._sight.look({row["id"] for row in self._rows("SELECT id FROM pick_list WHERE status = 'ready'")})
        complaints = [complaint for one in self.pickers for complaint in one.complaints]
        self.require(not complaints, "; ".join(complaints[:3]))

    def lights(self) -> None:
        """A label that blinks for nobody is dark again within its time limit: sooner where all is well."""
        now_s = self.world.loop.time()
        wanted = self._wanted_labels()
        for gateway in self.world.gateways.values():
            is_well = self.world.server.application is not None and gateway.is_well
            if not is_well:
                self._troubled_until_s[gateway.name] = now_s
            self._returns.look(gateway, now_s, wanted)
            model = gateway.model
            # After a crash nobody knows any more what was lit; after a lost command nobody knows it is lost.
            troubled_s = max(
                self._troubled_until_s.get(gateway.name, 0.0), self.world.server.started_at_s, gateway.troubled_at_s
            )
            calm_since_s = troubled_s + max(FLASH_S, model.expires_after_s) + SLACK_S
            for label, light in gateway.lit().items():
                if label in wanted:
                    self._unwanted_since_s.pop(label, None)
                    continue
                since_s = self._unwanted_since_s.setdefault(label, now_s)
                limit_s = FLASH_S + 2 * model.latency_max_s + SLACK_S
                quick_s = 2 * model.latency_max_s + SLACK_S + (model.expires_after_s if model.loss_rate else 0)
                is_quiet = now_s - max(since_s, calm_since_s) > quick_s and model.can_stop
                is_dumb = label in gateway.silent_labels or label in gateway.was_silent
                self.require(
                    now_s - since_s <= limit_s and (not is_quiet or is_dumb),
                    f"label {label} blinks for nobody for {now_s - since_s:.0f} s, until {light.until_s:.0f}",
                )
            for label in [one for one in self._unwanted_since_s if gateway.light_of(one) is None]:
                if self.world.shop.gateway_of[label] == gateway.name:
                    del self._unwanted_since_s[label]
        self._returns.looked(wanted)

    def _wanted_labels(self) -> set[str]:
        rows = self._rows(
            "SELECT l.external_id FROM pick p JOIN pick_list k ON k.id = p.pick_list_id"
            " JOIN label l ON l.location_id IN (p.location_id, p.sought_location_id)"
            " WHERE p.status = 'open' AND k.status = 'picking'"
            " AND k.left_at IS NULL"
        )
        return {row["external_id"] for row in rows}

    # At the end

    def calm(self) -> None:
        """Nothing fails any more and time has passed: everybody agrees, and nothing waits."""
        self._nothing_lost()
        self._channels_know()
        self._promises.calm(self.shops)
        self._substitutes.calm(self.shops)
        for platform in self._platforms:
            platform.calm()
        self._phones_equal_backend()
        self._queues_empty()
        self.now_and_then()
        lit = {label for gateway in self.world.gateways.values() for label in gateway.lit()} - self._wanted_labels()
        self.require(not lit, f"{sorted(lit)} blink after everything is over")

    def _nothing_lost(self) -> None:
        for shop in self.shops:
            self.require(not shop.complaints, f"the channel complains: {shop.complaints[:3]}")
            for order in shop.orders.values():
                self.require(order.answer is not None, f"{order.external_id} was never answered")
                rows = self._rows("SELECT * FROM orders WHERE external_id = ?", order.external_id)
                self.require(len(rows) == 1, f"{order.external_id} is {len(rows)} orders")
                status = rows[0]["status"]
                is_over = status in ("ready", "cancelled")
                self.require(is_over, f"{order.external_id} is still {status} at the end of the day")
                lines = self._rows("SELECT * FROM order_line WHERE order_id = ?", rows[0]["id"])
                self.require(len(lines) == len(order.body["lines"]), f"{order.external_id} has {len(lines)} lines")
                if status == "ready":
                    states = {line["status"] for line in lines}
                    self.require(states <= set(LINES_SETTLED), f"{order.external_id} is ready with {states}")

    def _channels_know(self) -> None:
        for shop in self.shops:
            expected = list(range(1, len(shop.heard) + 1))
            self.require(shop.heard == expected, f"the stream has a gap or a repeat: {_first_wrong(shop.heard)}")
            for order in shop.orders.values():
                row = self._rows("SELECT * FROM orders WHERE external_id = ?", order.external_id)[0]
                final = f"order.{row['status']}"
                self.require(
                    final in order.names, f"{order.external_id} is {row['status']}; its channel heard {order.names}"
                )
                told = Counter(
                    event["body"]["external_line_id"] for event in order.events if event["name"] in SETTLES_LINE
                )
                lines = self._rows("SELECT * FROM order_line WHERE order_id = ?", row["id"])
                done = {line["external_line_id"] for line in lines if line["status"] in LINES_SETTLED}
                self.require(set(told) == done, f"{order.external_id}: lines done {done}, told {dict(told)}")
                self.require(all(count == 1 for count in told.values()), f"{order.external_id}: told {dict(told)}")

    def _phones_equal_backend(self) -> None:
        for picker in self.pickers:
            app = picker.phone.app
            self.require(app is not None, f"{picker.phone.name} is off at the end")
            assert app is not None
            waiting = app._outbox.waiting()
            self.require(not waiting, f"{picker.phone.name} still keeps {[one.name for one in waiting]}")
            rows = self._rows(
                "SELECT id, revision, status FROM pick_list WHERE status = 'ready'"
                " OR (status = 'picking' AND (picker_id = ? OR left_at IS NOT NULL)) ORDER BY id",
                app._outbox.picker().person_id,
            )
            backend = {row["id"]: (row["revision"], row["status"]) for row in rows}
            phone = {
                one.id: (one.revision, str(one.status))
                for one in app.work.pick_lists
                if one.status in ("ready", "picking")
            }
            self.require(phone == backend, f"{picker.phone.name} holds {phone}, the backend {backend}")

    def _queues_empty(self) -> None:
        rows = self._rows("SELECT topic, state, body, last_error FROM outbox")
        self.require(not rows, f"the outbox still holds {[tuple(row) for row in rows][:3]}")
        for gateway in self.world.gateways.values():
            self.require(not gateway.pending, f"gateway {gateway.name} still holds {gateway.pending}")

    # Helpers

    def _note(self, kind: str, text: str) -> None:
        """What phones say and hear is read on the way: a command is one command however often it is sent."""
        if kind.endswith(" up") and '"kind":"command"' in text:
            command = json.loads(text)
            self._commands[command["id"]] = command
            if command["name"] == "scan.record_wrong":
                self._wrong_scans_asked[command["id"]] = None
        elif kind.endswith(" down") and '"kind":"result"' in text:
            self._answered(json.loads(text))

    def _answered(self, result: dict[str, Any]) -> None:
        command_id, is_applied = result["command_id"], result["is_applied"]
        first = self._results.setdefault(command_id, is_applied)
        self.require(first == is_applied, f"command {command_id} was answered {first}, and now {is_applied}")
        if is_applied:
            return
        pick_id = self._commands[command_id]["body"].get("pick_id")
        for picker in self.pickers:
            picker.refused.add(pick_id)
        problem = result["problem"]
        status = problem["facts"].get("status")
        self.require(problem["code"] != "internal", f"a mistake of ours: {problem['detail']}")
        is_twice = problem["code"] == "pick_already_done" and status in SETTLED
        self.require(not is_twice, f"command {command_id} took effect, and was refused: {problem['detail']}")

    def _rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        return self._database.execute(query, values).fetchall()


def _first_wrong(heard: list[int]) -> str:
    for expected, sequence in enumerate(heard, start=1):
        if expected != sequence:
            return f"{sequence} where {expected} should be"
    return "none"
