"""A quarter of the catalogue in 35 minutes, and not one item more; unless it could never go otherwise."""

from __future__ import annotations

import pytest

from backend.channels.adapters.ifood.volume import WINDOW_S, IngestionVolume
from backend.channels.port.errors import ChannelUnavailable
from shared.clock import ManualClock


def take(volume: IngestionVolume, count: int, *, is_patient: bool = False) -> None:
    volume.admit(count, is_patient=is_patient)
    volume.count(count)


def test_a_quarter_goes_and_the_rest_waits_until_the_first_is_old(clock: ManualClock) -> None:
    volume = IngestionVolume(400, clock)
    take(volume, 60)
    clock.advance(600)
    take(volume, 40)
    with pytest.raises(ChannelUnavailable) as told:
        take(volume, 1)
    assert told.value.facts["retry_after_s"] == WINDOW_S - 600 + 1
    clock.advance(WINDOW_S - 600)
    take(volume, 60)
    with pytest.raises(ChannelUnavailable):
        take(volume, 1)


def test_prices_leave_room_for_what_is_sold_out(clock: ManualClock) -> None:
    volume = IngestionVolume(400, clock)
    take(volume, 90, is_patient=True)
    with pytest.raises(ChannelUnavailable):
        take(volume, 1, is_patient=True)
    for _ in range(10):
        take(volume, 1)
    with pytest.raises(ChannelUnavailable):
        take(volume, 1)


def test_what_was_not_taken_does_not_count(clock: ManualClock) -> None:
    volume = IngestionVolume(400, clock)
    take(volume, 50)
    for _ in range(9):
        volume.admit(50, is_patient=False)
    take(volume, 50)


def test_more_than_a_quarter_goes_alone(clock: ManualClock) -> None:
    volume = IngestionVolume(40, clock)
    take(volume, 30)
    with pytest.raises(ChannelUnavailable):
        take(volume, 1)


def test_a_catalogue_of_unknown_size_holds_nothing_back(clock: ManualClock) -> None:
    volume = IngestionVolume(0, clock)
    for _ in range(50):
        take(volume, 100)
