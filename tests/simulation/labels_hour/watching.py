"""A picker who writes down, at every shelf, whether its label blinks already, and if not, what became of the light."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mobile.state.app_state import AppState
from shared.labels import Flash, LabelLight, LightColour, Look, Sharing
from shared.picking import Pick, PickList
from tests.simulation.actors.picker import Picker
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


class How(StrEnum):
    """How a picker knows that a light is theirs."""

    OWN = "in their own colour and rhythm"
    IN_TURN = "in their colour, in turn with others'"
    WHITE = "in white, as their phone says"
    STILL = "as it still blinked, as their phone says"


def how_it_is_for(flash: Flash, own: Look, told: LabelLight | None) -> How | None:
    """How somebody with this light, and with this on their phone, knows that it blinks for them; None: they do not."""
    if flash.also:
        return How.IN_TURN if own.colour in (flash.colour, *flash.also) else None
    if (flash.colour, flash.pattern) == (own.colour, own.pattern):
        return How.OWN
    if told is None or own not in told.shared_by:
        return None
    if flash.colour is LightColour.WHITE:
        return How.WHITE if told.sharing is Sharing.JOINT else None
    is_as_told = told.sharing is Sharing.STILL and (flash.colour, flash.pattern) == (told.colour, told.pattern)
    return How.STILL if is_as_told else None


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
        lights = [self.world.gateways[self.world.shop.gateway_of[label]].light_of(label) for label in labels]
        own = Look(walk.colour, walk.pattern) if walk.colour and walk.pattern else None
        told = app.shelf.light_at(pick.location.id)
        hows = [how_it_is_for(light.flash, own, told) for light in lights if light is not None and own is not None]
        how = next((each for each in hows if each is not None), None)
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
