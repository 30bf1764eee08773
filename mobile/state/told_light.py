"""What a picker is told of the light at their stop: their own, one that several share, or none. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from shared.labels import BlinkPattern, LabelLight, LightColour, LightPhase, Look, Sharing

WHITE = Look(LightColour.WHITE, BlinkPattern.SLOW)


class Told(Enum):
    """What to say. The value is the caption's name."""

    OWN = "light.look_for"
    IN_TURN = "light.in_turn"
    OR_WHITE = "light.or_white"
    SIMPLER = "light.simpler"
    STILL = "light.still"
    ANOTHERS = "light.anothers"
    SILENT = "light.silent"
    NONE = "light.none"


@dataclass(frozen=True, slots=True)
class ToldLight:
    """`looks`: what to look for, any of them, the own one first; empty where the product must be found by its place."""

    told: Told
    looks: tuple[Look, ...] = ()


def told_light(own: Look | None, light: LabelLight | None) -> ToldLight:
    """`own`: the light of this walk. `light`: what the backend said of the label here, where it said anything.

    What it says of sharing counts only where this walk is among those who share.
    """
    if light is not None and light.phase is LightPhase.SILENT:
        return ToldLight(Told.SILENT)
    if own is None:
        return ToldLight(Told.NONE)
    if light is None or own not in light.shared_by:
        return ToldLight(Told.OWN, (own,))
    others = tuple(look for look in light.shared_by if look != own)
    shown = Look(light.colour, light.pattern) if light.colour and light.pattern else own
    match light.sharing:
        case Sharing.IN_TURN:
            return ToldLight(Told.IN_TURN, (own, *others))
        case Sharing.JOINT:
            return ToldLight(Told.OR_WHITE, (own, WHITE))
        case Sharing.SIMPLER:
            return ToldLight(Told.SIMPLER, (shown,))
        case Sharing.STILL:
            return ToldLight(Told.STILL, (shown,))
        case Sharing.ONE_BY_ONE if shown != own:
            return ToldLight(Told.ANOTHERS, (shown,))
        case _:
            return ToldLight(Told.OWN, (own,))
