"""How a picker knows that a light at the shelf is theirs: by colour and rhythm, or by what their phone says of it."""

from __future__ import annotations

from enum import StrEnum

from mobile.state.app_state import AppState
from shared.labels import Flash, LabelLight, LightColour, Look, Sharing
from shared.places import Location
from tests.simulation.world import World


class How(StrEnum):
    """How a picker knows that a light is theirs."""

    OWN = "in their own colour and rhythm"
    IN_TURN = "in their colour, in turn with others'"
    WHITE = "in white, as their phone says"
    STILL = "as it still blinked, as their phone says"
    SIMPLER = "in a simpler rhythm, as their phone says"


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
    is_as_told = (flash.colour, flash.pattern) == (told.colour, told.pattern)
    hows = {Sharing.STILL: How.STILL, Sharing.SIMPLER: How.SIMPLER}
    return hows.get(told.sharing) if is_as_told and told.sharing is not None else None


def how_it_is_lit(world: World, app: AppState, location: Location) -> How | None:
    """How who walks with this phone knows that a label at this place blinks for them now; None: they do not."""
    walk = app.pick.pick_list
    if walk is None or walk.colour is None or walk.pattern is None:
        return None
    own, told = Look(walk.colour, walk.pattern), app.shelf.light_at(location.id)
    lights = (world.light_of(label) for label in world.shop.labels_at.get(location.address, ()))
    hows = (how_it_is_for(light.flash, own, told) for light in lights if light is not None)
    return next((how for how in hows if how is not None), None)
