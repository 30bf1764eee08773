"""A quarter of the catalogue in 35 minutes, and not one item more; unless it could never go otherwise."""

from __future__ import annotations

import pytest

from backend.channels.adapters.ifood.volume import WINDOW_S, IngestionVolume
from backend.channels.port.errors import ChannelUnavailable
from shared.clock import ManualClock


def test_a_quarter_goes_and_the_rest_waits_until_the_first_is_old(clock: ManualClock) -> None:
    volume = IngestionVolume(400, clock)
    volume.admit(60)
    clock.advance(600)
    volume.admit(40)
    with pytest.raises(ChannelUnavailable) as told:
        volume.admit(1)
    assert told.value.facts["retry_after_s"] == WINDOW_S - 600 + 1
    clock.advance(WINDOW_S - 600)
    volume.admit(60)
    with pytest.raises(ChannelUnavailable):
        volume.admit(1)


def test_more_than_a_quarter_goes_alone(clock: ManualClock) -> None:
    volume = IngestionVolume(40, clock)
    volume.admit(30)
    with pytest.raises(ChannelUnavailable):
        volume.admit(1)


def test_a_catalogue_of_unknown_size_holds_nothing_back(clock: ManualClock) -> None:
    volume = IngestionVolume(0, clock)
    for _ in range(50):
        volume.admit(100)
