"""Plans a walk anew beside the writer and has the plan recorded, again where somebody was quicker."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from backend.core.database import Database
from backend.core.outbox_rows import Job
from backend.picking.commands import ReplanPickList
from backend.picking.errors import WalkKeepsChanging
from backend.picking.ports import Places, Products
from backend.picking.replanning import replan
from backend.picking.repository import find_list
from backend.picking.walk_reading import read_walk
from backend.routing.errors import RoutingError
from shared.clock import Clock

TRIES_MAX = 5
SEED = 1

_log = structlog.get_logger("picking")


class Replanner:
    """Delivers `picking.replan`: as often as you like, for it only ever records what is better than what is there."""

    def __init__(
        self,
        database: Database,
        handle: Callable[[Any], Awaitable[Any]],
        clock: Clock,
        places: Places,
        products: Products,
        *,
        route_seconds: float,
    ) -> None:
        self._database = database
        self._handle = handle
        self._clock = clock
        self._places = places
        self._products = products
        self._route_seconds = route_seconds

    async def replan(self, job: Job) -> None:
        """Raises WalkKeepsChanging where it is picked quicker than it can be planned."""
        for _ in range(TRIES_MAX):
            planned = await asyncio.to_thread(self._plan, job.body["pick_list_id"], job.body["aisle"])
            if planned is None or await self._handle(planned):
                return
        raise WalkKeepsChanging("the walk changed each time it was planned anew", pick_list_id=job.partition)

    def _plan(self, pick_list_id: str, aisle: str) -> ReplanPickList | None:
        """None where nothing would change. `aisle`: phones must hear that it was blocked or opened."""
        now = self._clock.now()
        with self._database.reading() as session:
            row = find_list(session.connection(), pick_list_id)
            if row is None:
                return None
            places = self._places.passable(session, row.store_id, now)
            try:
                walk = read_walk(session, pick_list_id, places, self._products, now)
            except (RoutingError, KeyError) as error:
                _log_obstacle(pick_list_id, error)
                return None
        if walk is None:
            return None
        try:
            rest = replan(walk.walk, places, seconds=self._route_seconds, seed=SEED)
        except RoutingError as error:
            _log_obstacle(pick_list_id, error)
            return None
        is_concerned = any(stop.location.aisle == aisle for stop in walk.walk.stops)
        if not is_concerned and not walk.is_new(rest):
            return None
        return ReplanPickList(row.store_id, pick_list_id, walk.pick_list.revision, walk.so_far, rest)


def _log_obstacle(pick_list_id: str, error: Exception) -> None:
    """A shelf that is no longer on the map: the walk stays as it is, and is picked by its addresses."""
    _log.warning("walk cannot be planned anew", pick_list=pick_list_id, obstacle=str(error))
