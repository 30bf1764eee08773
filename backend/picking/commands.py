"""What is asked of picking: by a picker's phone, and by the house itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from backend.people.principals import Principal
from backend.picking.assigning import Offer
from backend.picking.planning import PlannedTrolley, WaitingOrder
from backend.picking.replanning import Replan, WalkSoFar
from shared.commands import PickerCommand

C = TypeVar("C", bound=PickerCommand)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: a picker on shift."""

    person_id: str
    name: str
    store_id: str
    shift_id: str
    colour: str
    pattern: str


def asker_of(principal: Principal) -> Asker | None:
    """None for who is no picker on shift."""
    if principal.shift_id is None or principal.colour is None or principal.pattern is None:
        return None
    return Asker(
        person_id=principal.person_id,
        name=principal.name,
        store_id=principal.store_id,
        shift_id=principal.shift_id,
        colour=principal.colour,
        pattern=principal.pattern,
    )


@dataclass(frozen=True, slots=True)
class Asked(Generic[C]):
    """A picker's command with who asked and when, by the phone's clock."""

    command: C
    asker: Asker
    made_at: datetime


@dataclass(frozen=True, slots=True)
class HandOverTrolley:
    """A supervisor says that its picker walks with this trolley no more: whoever takes it goes on."""

    store_id: str
    pick_list_id: str
    caused_by: str


@dataclass(frozen=True, slots=True)
class TakeOverTrolley:
    """A picker stands before a trolley whose phone is dead, and has scanned one of its totes."""

    asker: Asker
    tote_code: str


@dataclass(frozen=True, slots=True)
class KeepTrolleys:
    """For whom trolleys are kept from now on. `lapsed` offers were let pass; others that are missing are withdrawn."""

    store_id: str
    offers: tuple[Offer, ...]
    lapsed: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class ReleaseWave:
    """Record a plan; orders that changed since it was made are left for the next wave."""

    store_id: str
    reason: str
    trolleys: tuple[PlannedTrolley, ...]


@dataclass(frozen=True, slots=True)
class ReplanPickList:
    """Record a new rest of a walk; refused where the pick list has changed since `revision`."""

    store_id: str
    pick_list_id: str
    revision: int
    so_far: WalkSoFar
    rest: Replan


@dataclass(frozen=True, slots=True)
class InsertOrder:
    """Take a waiting order along on a walk under way; refused where either has changed meanwhile.

    In `rest` the order's picks still have the ids of their lines.
    """

    store_id: str
    pick_list_id: str
    revision: int
    so_far: WalkSoFar
    rest: Replan
    order: WaitingOrder
    location_ids: dict[str, str]
    totes_max: int
    alone_m: float
    added_m: float
    holds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecideProposal:
    """The time to answer is over: the store's rule decides about a substitute nobody has said a word about."""

    store_id: str
    substitution_id: str
