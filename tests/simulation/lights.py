"""No label blinks for nobody longer than its time limit, whatever has become of gateways and server."""

from __future__ import annotations

from tests.simulation.gateways import Gateway
from tests.simulation.promises import Require, Rows
from tests.simulation.returns import Returns
from tests.simulation.world import World

SLACK_S = 15.0  # on the way, in the queue, and until the next look
WALKED_AGAIN = tuple(f"pick_list.{what}" for what in ("kept", "started", "resumed", "taken_over", "extended"))
WANTED_AGAIN = (*WALKED_AGAIN, "substitute.sought")
# The labels of a store's place are found by their index, and only the picks of walks that are walked are looked at.
_OF_WALK = "SELECT l.external_id FROM pick p JOIN label l ON l.store_id = p.store_id AND l.location_id = {place}"
LABELS_OF_WALK = " UNION ".join(
    f"{_OF_WALK.format(place=place)} WHERE p.pick_list_id = ?1" for place in ("p.location_id", "p.sought_location_id")
)
_WANTED = (
    "SELECT l.external_id FROM pick_list k CROSS JOIN pick p ON p.pick_list_id = k.id AND p.status = 'open'"
    " JOIN label l ON l.store_id = p.store_id AND l.location_id = {place}"
    " WHERE k.status = 'picking' AND k.left_at IS NULL"
)
_KEPT = (
    "SELECT l.external_id FROM offer o CROSS JOIN pick p ON p.pick_list_id = o.pick_list_id AND p.status = 'open'"
    " JOIN label l ON l.store_id = p.store_id AND l.location_id = p.location_id WHERE o.lapsed_at IS NULL"
)
WANTED_LABELS = " UNION ".join(
    [*(_WANTED.format(place=place) for place in ("p.location_id", "p.sought_location_id")), _KEPT]
)


class Lights:
    """`look` every few seconds; `heard` says when somebody begins to walk or seeks a substitute; `calm` at the end."""

    def __init__(self, world: World, require: Require, rows: Rows) -> None:
        self._world = world
        self._require = require
        self._rows = rows
        self._returns = Returns(require)
        self._unwanted_since_s: dict[str, float] = {}
        self._troubled_until_s: dict[str, float] = {}

    def heard(self, name: str, pick_list_id: str) -> None:
        if name in WANTED_AGAIN:
            self._returns.wanted_again(self._rows(LABELS_OF_WALK, pick_list_id))

    def look(self) -> None:
        """A label that blinks for nobody is dark again within its time limit: sooner where all is well."""
        wanted = self._wanted()
        for gateway in self._world.gateways.values():
            self._look(gateway, wanted)
        self._returns.looked(wanted)

    def calm(self) -> None:
        lit = {label for gateway in self._world.gateways.values() for label in gateway.lit()} - self._wanted()
        self._require(not lit, f"{sorted(lit)} blink after everything is over")

    def _look(self, gateway: Gateway, wanted: set[str]) -> None:
        server, now_s = self._world.server, self._world.loop.time()
        if server.application is None or not gateway.is_well:
            self._troubled_until_s[gateway.name] = now_s
        self._returns.look(gateway, now_s, wanted)
        # After a crash nobody knows any more what was lit; after a lost command nobody knows it is lost.
        troubled_s = max(self._troubled_until_s.get(gateway.name, 0.0), server.started_at_s, gateway.troubled_at_s)
        calm_since_s = troubled_s + max(gateway.model.blinks_at_most_s, gateway.model.expires_after_s) + SLACK_S
        for label in gateway.lit():
            if label in wanted:
                self._unwanted_since_s.pop(label, None)
            else:
                self._unwanted(gateway, label, calm_since_s)
        for label in [one for one in self._unwanted_since_s if gateway.light_of(one) is None]:
            if self._world.shop.gateway_of[label] == gateway.name:
                del self._unwanted_since_s[label]

    def _unwanted(self, gateway: Gateway, label: str, calm_since_s: float) -> None:
        model, now_s = gateway.model, self._world.loop.time()
        since_s = self._unwanted_since_s.setdefault(label, now_s)
        limit_s = model.blinks_at_most_s + 2 * model.latency_max_s + SLACK_S
        quick_s = 2 * model.latency_max_s + SLACK_S + (model.expires_after_s if model.loss_rate else 0)
        is_quiet = now_s - max(since_s, calm_since_s) > quick_s and model.can_stop
        is_dumb = label in gateway.silent_labels or label in gateway.was_silent
        self._require(
            now_s - since_s <= limit_s and (not is_quiet or is_dumb),
            f"label {label} blinks for nobody for {now_s - since_s:.0f} s, until {gateway.lights[label].until_s:.0f}",
        )

    def _wanted(self) -> set[str]:
        return {row["external_id"] for row in self._rows(WANTED_LABELS)}
