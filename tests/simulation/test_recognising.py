"""Who knows that a light is theirs, and how."""

from __future__ import annotations

import pytest

from shared.labels import BlinkPattern, Flash, LabelLight, LightColour, Look, Sharing
from tests.simulation.recognising import How, how_it_is_for

BLUE = Look(LightColour.BLUE, BlinkPattern.SLOW)
CYAN = Look(LightColour.CYAN, BlinkPattern.SLOW)


def flash(colour: LightColour, *also: LightColour, pattern: BlinkPattern = BlinkPattern.SLOW) -> Flash:
    return Flash(colour=colour, pattern=pattern, duration_s=30, also=also)


def told(sharing: Sharing, *shared_by: Look, colour: LightColour = LightColour.WHITE) -> LabelLight:
    return LabelLight(
        label_id="lbl_1", location_id="loc_1", colour=colour, pattern=BLUE.pattern, sharing=sharing, shared_by=shared_by
    )


@pytest.mark.parametrize(
    ("light", "phone", "how"),
    [
        (flash(LightColour.BLUE), None, How.OWN),
        (flash(LightColour.BLUE, pattern=BlinkPattern.DOUBLE), None, None),
        (flash(LightColour.CYAN), None, None),
        (flash(LightColour.CYAN, LightColour.BLUE), None, How.IN_TURN),
        (flash(LightColour.CYAN, LightColour.YELLOW), None, None),
        (flash(LightColour.WHITE), told(Sharing.JOINT, BLUE, CYAN), How.WHITE),
        (flash(LightColour.WHITE), told(Sharing.JOINT, CYAN), None),
        (flash(LightColour.WHITE), None, None),
        (flash(LightColour.CYAN), told(Sharing.STILL, BLUE, colour=LightColour.CYAN), How.STILL),
        (flash(LightColour.YELLOW), told(Sharing.STILL, BLUE, colour=LightColour.CYAN), None),
        (flash(LightColour.CYAN), told(Sharing.SIMPLER, BLUE, colour=LightColour.CYAN), How.SIMPLER),
        (flash(LightColour.CYAN), told(Sharing.SIMPLER, CYAN, colour=LightColour.CYAN), None),
    ],
)
def test_how_somebody_in_blue_knows_it(light: Flash, phone: LabelLight | None, how: How | None) -> None:
    assert how_it_is_for(light, BLUE, phone) is how
