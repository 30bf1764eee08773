"""What must hold of substitutes: it adds up, a proposal is decided once and in time, nobody gets what they refused.

Heard with each row of the journal, asked with each line that changed and every few seconds, and again when all is calm.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from shared.picking import is_quantity_right, quantity_missing
from shared.products import UnitOfMeasure
from shared.substitution import ShopperAnswer
from tests.simulation.actors.placed_order import PlacedOrder
from tests.simulation.actors.shoppers import Asked, Shoppers
from tests.simulation.actors.web_shop import WebShop
from tests.simulation.promises import read_instant
from tests.simulation.world import World

Require = Callable[[bool, str], None]
Rows = Callable[..., list[sqlite3.Row]]

PROPOSED, LINE_PROPOSED = "substitution.proposed", "order.line.substitution_proposed"
DECIDED = ("substitution.approved", "substitution.refused")
SETTLES_LINE = ("order.line.picked", "order.line.short", "order.line.substituted")  # one of them, once
LINES_SETTLED = ("picked", "short", "substituted")
DECIDED_WITHIN_S = 20.0  # of its time, with the server at work: its outbox looks again, and tries again
_OUTCOMES = {ShopperAnswer.APPROVE: "approved", ShopperAnswer.REFUSE: "refused"}


class Substitutes:
    """Watches one world."""

    def __init__(self, world: World, require: Require, rows: Rows) -> None:
        self._world = world
        self._require = require
        self._rows = rows
        self._answer_by: dict[str, datetime] = {}
        self._died_at: datetime | None = None
        world.server.on_death.append(self._server_died)
        self._decided: Counter[str] = Counter()
        self._put_back: Counter[str] = Counter()
        self._settled: dict[str, str] = {}

    # With each row of the journal

    def heard(self, name: str, body: dict[str, Any]) -> None:
        if name == PROPOSED:
            self._require(body["pick_id"] not in self._settled, f"pick {body['pick_id']} was done, and is proposed")
            self._answer_by[body["substitution_id"]] = read_instant(body["answer_by"])
        if name in ("pick.confirmed", "pick.short", "pick.substituted", PROPOSED):
            before = self._settled.setdefault(body["pick_id"], name)
            self._require(before == name, f"pick {body['pick_id']} was settled by {before}, and again by {name}")
        if name in (PROPOSED, "pick.substituted"):
            self._is_wished(body, "ask" if name == PROPOSED else "allow")
        if name in DECIDED:
            self._decides(body)
        if name == "substitute.put_back":
            self._put_back[body["substitution_id"]] += 1
            row = self._row_of(body["substitution_id"])
            self._require(row["status"] == "refused", f"{row['id']} is {row['status']}, and was put back")
            self._require(self._put_back[row["id"]] == 1, f"{row['id']} was put back twice")
        if name in ("order.line.substituted", LINE_PROPOSED):
            self._event_adds_up(body)

    def _is_wished(self, body: dict[str, Any], wish: str) -> None:
        line = self._rows("SELECT * FROM order_line WHERE id = ?", body["order_line_id"])[0]
        self._require(line["wish"] == wish, f"a substitute for a shopper who said {line['wish']}, not {wish}")
        self._require(body["product_id"] != line["product_id"], f"line {line['id']} was substituted by itself")

    def _server_died(self) -> None:
        self._died_at = self._world.clock.now()

    def _decides(self, body: dict[str, Any]) -> None:
        proposal, at = body["substitution_id"], read_instant(body["at"])
        is_heard_late = at == self._died_at  # what the disk held of a server that died then, seen once it is back
        self._require(is_heard_late or at == self._world.clock.now(), f"{proposal} was decided at another time: {at}")
        self._decided[proposal] += 1
        self._require(self._decided[proposal] == 1, f"proposal {proposal} was decided twice")
        self._require(proposal in self._answer_by, f"{proposal} was decided, and nobody was asked")
        is_early = at < self._answer_by[proposal]
        by = body["decided_by"]
        self._require(
            is_early == (by == "shopper"),
            f"{proposal} was decided by {by} {'before' if is_early else 'after'} its time",
        )

    def _event_adds_up(self, body: dict[str, Any]) -> None:
        picked, short = body["quantity_picked"], body["quantity_short"]
        together = picked + body["quantity_substituted"]
        unit, ordered = UnitOfMeasure(body["unit"]), body["quantity_ordered"]
        is_whole = together + short == ordered or (short == 0 and is_quantity_right(unit, ordered, together))
        self._require(is_whole and short >= 0, f"the channel hears what does not add up: {body}")

    # With each line that changed

    def adds_up(self, rows: Sequence[sqlite3.Row]) -> None:
        """Picked, short and substituted are what was ordered; and the line's substitution says the same.

        `rows`: the line with its substitution, once for each that it has.
        """
        line = rows[0]
        ordered, picked, substituted = line["quantity_ordered"], line["quantity_picked"], line["quantity_substituted"]
        what = f"line {line['id']}: {picked} picked and {substituted} substituted of {ordered}, {line['status']}"
        self._require(len(rows) == 1, f"{len(rows)} substitutions of {what}")
        is_there = line["given_id"] is not None
        self._require(not is_there or line["wish"] != "refuse", f"a substitute for somebody who wanted none: {what}")
        is_given = line["given_status"] in ("given", "approved")
        self._require(
            is_given == (line["status"] == "substituted"),
            f"the substitute is {line['given_status'] if is_there else 'not there'}: {what}",
        )
        self._require(
            substituted == (line["given_quantity"] if is_given else 0), f"the substitution says otherwise: {what}"
        )
        if is_given:
            missing = quantity_missing(UnitOfMeasure(line["unit"]), ordered, picked + substituted)
            is_whole = picked + substituted + missing == ordered or missing == 0
            self._require(is_whole and 0 <= picked < ordered and substituted > 0, what)

    @staticmethod
    def may_be_picked_in_part(line: sqlite3.Row) -> bool:
        """Whether some of the ordered product may lie in the tote although the line is neither picked nor short."""
        return line["proposal_id"] is not None

    # Every few seconds

    def now_and_then(self) -> None:
        """A time that is over is decided, if the server has been at work since."""
        world = self._world
        up_for_s = world.loop.time() - world.server.started_at_s if world.server.application is not None else 0.0
        if up_for_s < DECIDED_WITHIN_S:
            return
        now = world.clock.now()
        for row in self._rows("SELECT id, answer_by FROM substitution WHERE status = 'proposed'"):
            over_s = (now - read_instant(row["answer_by"])).total_seconds()
            self._require(over_s < DECIDED_WITHIN_S, f"{row['id']} is undecided {over_s:.0f} s after its time")

    # At the end

    def calm(self, shops: Sequence[WebShop]) -> None:
        undecided = self._rows("SELECT id FROM substitution WHERE status = 'proposed'")
        self._require(not undecided, f"{[row['id'] for row in undecided]} are undecided after everything is over")
        forgotten = self._rows(
            "SELECT s.id FROM substitution s JOIN pick_list k ON k.id = s.pick_list_id"
            " WHERE s.status = 'refused' AND s.put_back_at IS NULL AND k.status = 'finished'"
        )
        self._require(not forgotten, f"{[row['id'] for row in forgotten]} were refused, and handed over all the same")
        for shop in shops:
            for order in shop.orders.values():
                self._is_told(order)
            if shop.shoppers is not None:
                self._are_heard(shop.shoppers)

    def _is_told(self, order: PlacedOrder) -> None:
        """Every proposal the channel heard of ended in one of the ways it was promised."""
        for line in order.proposed:
            ends = order.told.count(line)
            is_over = ends == 1 or (not ends and "order.cancelled" in order.names)
            self._require(is_over, f"{order.external_id}: line {line} was proposed, and then told {ends} times")

    def _are_heard(self, shoppers: Shoppers) -> None:
        for asked in shoppers.asked.values():
            self._is_heard(asked)

    def _is_heard(self, asked: Asked) -> None:
        """An answer that was accepted holds; one that was not came late, contradicted another, or nobody asked."""
        row = self._row_of(asked.proposal_id)
        accepted = {said.answer for said in asked.said if said.status == 200}
        who = f"the shopper of {asked.proposal_id} {asked.manner}"
        self._require(len(accepted) <= 1, f"{who}: both answers were accepted")
        for answer in accepted:
            self._require(row["status"] == _OUTCOMES[answer], f"{who}: {answer} was accepted, it is {row['status']}")
        if not accepted and row["status"] != "closed":
            expected = _OUTCOMES[asked.if_silent]
            self._require(row["status"] == expected, f"{who}: nobody answered, and it is {row['status']}")
        for said in asked.said:
            is_known = said.status == 200 or said.code in ("answer_too_late", "answered_otherwise", "proposal_closed")
            self._require(is_known, f"{who}: {said.answer} was answered {said.status} {said.code}")
            is_closed = said.code != "proposal_closed" or row["status"] == "closed"
            self._require(is_closed, f"{who}: {said.code}, and it is {row['status']}")

    def _row_of(self, proposal_id: str) -> sqlite3.Row:
        rows = self._rows("SELECT * FROM substitution WHERE id = ?", proposal_id)
        self._require(len(rows) == 1, f"{proposal_id} is {len(rows)} substitutions")
        return rows[0]
