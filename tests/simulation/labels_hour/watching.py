"""A picker who writes down, at every shelf, whether its label blinks already, and if not, what became of the light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mobile.state.app_state import AppState
from shared.picking import Pick, PickList
from tests.simulation.actors.picker import Picker
from tests.simulation.recognising import How, how_it_is_lit
from tests.simulation.world import World

FOR_ANOTHER = "blinks for another picker"
EARLY_S = 40.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """One stop, as the picker came to it. Seconds of the world."""

    at_s: float
    label: str
    gateway: str
    how: How | None
    """None: it does not blink for them."""
    is_first: bool
    """The first of a walk."""
    since_start_s: float
    """Since the walk began; who would walk there, and in which colour, nobody could know earlier."""
    why: str
    """What the label had been told, where it did not blink."""

    @property
    def is_lit(self) -> bool:
        return self.how is not None

    @property
    def is_shared(self) -> bool:
        """The one light there was blinked for somebody else."""
        return self.why == FOR_ANOTHER

    @property
    def is_early(self) -> bool:
        """Dark, and no radio of 40 s could have had it in time: the walk had only just begun."""
        return not self.is_lit and self.since_start_s < EARLY_S


class Asked:
    """When each label was last told to blink; from the record of the world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.flash_at_s: dict[str, float] = {}
        world.on_note.append(self._note)

    def _note(self, kind: str, text: str) -> None:
        if kind == "radio":
            _, label, what, _ = text.split(" ")
            if what not in ("off", "picture"):
                self.flash_at_s[label] = self._world.loop.time()


class WatchingPicker(Picker):
    """As any picker; keeps every arrival."""

    def __init__(self, asked: Asked, *values: Any, **options: Any) -> None:
        super().__init__(*values, **options)
        self._asked = asked
        self.arrivals: list[Arrival] = []
        self._started_at_s = 0.0
        self._walks: set[str] = set()

    async def _take_trolley(self, app: AppState, trolley: PickList) -> None:
        await super()._take_trolley(app, trolley)
        self._started_at_s = self.world.loop.time()

    def _is_lit(self, pick: Pick, app: AppState) -> bool:
        """In a way that this picker knows for theirs."""
        walk = app.pick.pick_list
        labels = self.world.shop.labels_at.get(pick.location.address, ())
        if walk is None or not labels:
            return False
        is_first = walk.id not in self._walks
        self._walks.add(walk.id)
        how = how_it_is_lit(self.world, app, pick.location)
        is_lit = how is not None
        now_s, label = self.world.loop.time(), labels[0]
        gateway = self.world.shop.gateway_of[label]
        why = "" if is_lit else self._why(label)
        since_start_s = now_s - self._started_at_s
        self.arrivals.append(Arrival(now_s, label, gateway, how, is_first, since_start_s, why))
        return is_lit

    def _why(self, label: str) -> str:
        """What a dark label, or one in another colour, has been told."""
        gateway = self.world.gateways[self.world.shop.gateway_of[label]]
        if not gateway.is_reachable:
            return "its access point is gone"
        if gateway.light_of(label) is not None:
            return FOR_ANOTHER
        asked_at_s = self._asked.flash_at_s.get(label)
        if asked_at_s is None or label not in gateway.pending:
            return "between two flashes" if label in gateway.lights else "not asked for"
        return f"asked for {self.world.loop.time() - asked_at_s:.0f} s ago"
