"""What must hold in every world, whatever happens in it. A broken one names itself, with the seed and the last events.

After each commit that wrote something: orders and lines add up, a command took effect once, one picker per walk.
Every few seconds: no label blinks for nobody. After the world has calmed: everybody knows the same, and nothing waits.
Each subject has its own file; here they are called.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from tests.simulation.actors.open_delivery import OpenDeliveryPlatform
from tests.simulation.actors.picker import Picker
from tests.simulation.actors.web_shop import WebShop
from tests.simulation.answers import Answers
from tests.simulation.ending import Ending
from tests.simulation.lights import Lights
from tests.simulation.once import Once, Walkers
from tests.simulation.platform_promises import PlatformPromises
from tests.simulation.promises import Promises
from tests.simulation.sight import Sight
from tests.simulation.substitutes import Substitutes
from tests.simulation.sums import Sums
from tests.simulation.world import World

LAST_NOTES = 25
OFF_MAX_S = 120.0
NEWS = "SELECT sequence, at, name, body, order_id FROM journal WHERE sequence > ? ORDER BY sequence"
READY = "SELECT id FROM pick_list WHERE status = 'ready'"


class InvariantBroken(AssertionError):
    """Says which, in which world, and how to live through it again."""


class Invariants:
    """Watches one world from its beginning: `now_and_then` while it goes on, `calm` at the end, then `close`."""

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
        self._substitutes = Substitutes(world, self.require, self._rows)
        self._sequence = 0
        self._was_on_at_s = 0.0
        self._once = Once(self.require)
        self._walkers = Walkers(self.require)
        self._sums = Sums(self.require, self._rows, self._substitutes)
        self._promises = Promises(self.require, self._rows)
        self._lights = Lights(world, self.require, self._rows)
        self._sight = Sight(world, pickers, self.require)
        self._answers = Answers(self.require, pickers)
        self._ending = Ending(world, shops, pickers, self.require, self._rows)
        self._platforms = [PlatformPromises(platform, self.require, self._rows) for platform in platforms]
        self._database = sqlite3.connect(world.folder / "house.db", isolation_level=None)
        self._database.row_factory = sqlite3.Row
        world.on_commit.append(self.after_commit)
        world.on_note.append(self._answers.note)

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

    def after_commit(self) -> None:
        """Only where the journal has grown: nothing else changes what is checked here."""
        self._database.execute("BEGIN")  # all that is asked now is asked of one state
        try:
            self._look_at_news()
        finally:
            self._database.execute("COMMIT")

    def _look_at_news(self) -> None:
        rows = self._rows(NEWS, self._sequence)
        if not rows:
            return
        self.looks += 1
        order_ids = set()
        for sequence, at, name, body, order_id in rows:
            self.require(sequence > self._sequence, "the journal runs backwards")
            self._sequence = sequence
            self.world.note("journal", f"{sequence} {at} {name} {body}")
            self._heard(name, json.loads(body), order_id)
            if order_id:
                order_ids.add(order_id)
        for each in sorted(order_ids):
            self._promises.order(self._sums.look(each))

    def _heard(self, name: str, body: dict[str, Any], order_id: str) -> None:
        self._promises.heard(name, body, order_id)
        self._substitutes.heard(name, body)
        self._once.heard(name, body, order_id)
        if name == "scan.wrong":
            self._answers.wrong_scan()
        self._walkers.heard(name, body)
        self._lights.heard(name, body.get("pick_list_id", ""))

    def now_and_then(self) -> None:
        """What is looked at every few seconds."""
        if self._broken is not None:
            raise self._broken  # it was noticed within something of the server, which keeps its failures to itself
        self._look_after_server()
        self._lights.look()
        self._substitutes.now_and_then()
        self._sight.look({row["id"] for row in self._rows(READY)})
        complaints = [complaint for one in self.pickers for complaint in one.complaints]
        self.require(not complaints, "; ".join(complaints[:3]))

    def _look_after_server(self) -> None:
        """A mistake of the world itself: nothing can be learnt from a shop whose server stays off."""
        now_s = self.world.loop.time()
        if self.world.server.application is not None:
            self._was_on_at_s = now_s
        self.require(now_s - self._was_on_at_s < OFF_MAX_S, "nobody starts the server again")

    def is_anything_to_deliver(self) -> bool:
        """Whether the outbox waits to try something again."""
        return bool(self._rows("SELECT 1 FROM outbox WHERE state = 'waiting' LIMIT 1"))

    def calm(self) -> None:
        """Nothing fails any more and time has passed: everybody agrees, and nothing waits."""
        self._ending.calm()
        self._promises.calm(self.shops)
        self._substitutes.calm(self.shops)
        for platform in self._platforms:
            platform.calm()
        self.now_and_then()
        self._lights.calm()

    def _rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        return self._database.execute(query, values).fetchall()
