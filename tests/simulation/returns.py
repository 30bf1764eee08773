"""After a gateway has come back nothing blinks longer than it would have: no flash is armed again for nobody."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.simulation.gateways import Gateway

WATCHED_S = 300.0  # after a return; whatever was queued anywhere has come or expired by then


@dataclass(slots=True)
class _Return:
    """Labels nobody wanted when the gateway came back, with nothing on its way to them: they must not be lit."""

    at_s: float
    labels: set[str]


class Returns:
    """`look` every few seconds, then say that you `looked`; `wanted_again` when somebody begins to walk there."""

    def __init__(self, require: Callable[[bool, str], None]) -> None:
        self._require = require
        self._was_well: dict[str, bool] = {}
        self._wanted_before: set[str] = set()
        self._returns: dict[str, _Return] = {}

    def wanted_again(self, rows: Iterable[sqlite3.Row]) -> None:
        labels = {str(row["external_id"]) for row in rows}
        for watched in self._returns.values():
            watched.labels -= labels

    def looked(self, wanted: set[str]) -> None:
        """Every gateway was looked at: these labels were wanted then."""
        self._wanted_before = wanted

    def look(self, gateway: Gateway, now_s: float, wanted: set[str]) -> None:
        is_well = gateway.is_well
        if is_well and not self._was_well.get(gateway.name, True):
            unwanted = gateway.labels - wanted - self._wanted_before - gateway.pending.keys()
            self._returns[gateway.name] = _Return(now_s, set(unwanted))
        self._was_well[gateway.name] = is_well
        for label, light in gateway.lit().items():
            limit_s, what = light.flash.duration_s, f"label {label} was told to blink for {light.flash.duration_s} s"
            self._require(limit_s <= gateway.model.blinks_at_most_s, what)
        watched = self._returns.get(gateway.name)
        if watched is None or not is_well:
            return
        if now_s - watched.at_s > WATCHED_S:
            del self._returns[gateway.name]
            return
        for label in sorted(watched.labels):
            relit = gateway.light_of(label)
            self._require(
                relit is None or relit.since_s <= watched.at_s,
                f"label {label} was lit anew for nobody after its gateway came back at {watched.at_s:.0f} s",
            )
