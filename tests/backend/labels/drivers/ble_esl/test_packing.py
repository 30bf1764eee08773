"""What goes into one packet, in which order, and where labels along a shelf should listen."""

import contextlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.labels.drivers.ble_esl.encrypted import wrap
from backend.labels.drivers.ble_esl.packing import (
    COMMANDS_MAX_BYTES,
    SLOTS_MAX,
    fill,
    parse_sync_payload,
    place_along_shelf,
    sync_payload,
)
from backend.labels.port import AnswerMalformed
from tests.backend.labels.drivers.ble_esl.vectors import VECTORS

VECTOR = VECTORS["packet"]
LED, TIMED, PING = 13, 17, 2
lines = st.lists(st.lists(st.tuples(st.integers(), st.integers(2, 17)), max_size=12), max_size=3)


class TestFill:
    @pytest.mark.parametrize(("bytes_each", "fits"), [(LED, 3), (TIMED, 2), (PING, SLOTS_MAX)])
    def test_three_lights_two_timed_ones_or_23_pings(self, bytes_each: int, fits: int) -> None:
        assert fill([[(number, bytes_each) for number in range(40)]], SLOTS_MAX) == [*range(fits)]

    def test_there_is_one_slot_for_each(self) -> None:
        assert len(fill([[(number, PING) for number in range(40)]], 8)) == 8

    def test_what_is_left_over_goes_to_the_next_line(self) -> None:
        led = [(f"led {number}", LED) for number in range(5)]
        pings = [(f"ping {number}", PING) for number in range(9)]
        assert fill([led, pings], 8) == ["led 0", "led 1", "led 2", "ping 0", "ping 1", "ping 2", "ping 3"]

    @given(lines, st.integers(1, SLOTS_MAX))
    def test_it_fits_and_nobody_is_overtaken_in_a_line(self, waiting: list[list[tuple[int, int]]], slots: int) -> None:
        numbered = [[((place, at), size) for at, (_, size) in enumerate(line)] for place, line in enumerate(waiting)]
        chosen = fill(numbered, slots)
        sizes = {each: size for line in numbered for each, size in line}
        assert len(chosen) <= slots
        assert sum(sizes[each] for each in chosen) <= COMMANDS_MAX_BYTES
        for place in range(len(numbered)):
            ours = [at for line, at in chosen if line == place]
            assert ours == [*range(len(ours))]

    @given(lines, st.lists(st.tuples(st.integers(), st.integers(2, 17)), max_size=12), st.integers(1, SLOTS_MAX))
    def test_what_matters_less_delays_nothing(
        self, waiting: list[list[tuple[int, int]]], later: list[tuple[int, int]], slots: int
    ) -> None:
        alone = fill(waiting, slots)
        assert fill([*waiting, later], slots)[: len(alone)] == alone


class TestPayload:
    def test_a_known_packet_byte_for_byte(self) -> None:
        commands = bytes.fromhex("".join(VECTOR["commands"]))
        payload = sync_payload(VECTOR["group"], commands)
        assert wrap(payload).hex().upper() == VECTOR["structure"]
        assert parse_sync_payload(payload) == (3, [bytes.fromhex(row) for row in VECTOR["commands"]])

    def test_48_bytes_and_no_more(self) -> None:
        assert len(sync_payload(0, bytes(COMMANDS_MAX_BYTES))) == 48
        with pytest.raises(AnswerMalformed, match="48 bytes of commands"):
            sync_payload(0, bytes(COMMANDS_MAX_BYTES + 1))

    @given(st.binary(max_size=60))
    def test_anything_else_is_malformed_and_nothing_worse(self, raw: bytes) -> None:
        with contextlib.suppress(AnswerMalformed):
            group, rows = parse_sync_payload(raw)
            assert sync_payload(group, b"".join(rows)) == raw


class TestPlaceAlongShelf:
    @given(st.integers(1, 128), st.data())
    def test_no_two_labels_share_a_place_and_neighbours_share_no_group(self, groups: int, data: st.DataObject) -> None:
        last = groups * 255 - 1
        first = data.draw(st.integers(0, last))
        run = [place_along_shelf(order, groups) for order in range(first, min(first + 300, last + 1))]
        assert len(set(run)) == len(run)
        assert all(address.group < groups and address.number < 255 for address in run)
        if groups > 1:
            assert all(one.group != other.group for one, other in pairwise(run))

    def test_ten_neighbours_take_one_interval_where_one_group_would_take_four(self) -> None:
        neighbours = [place_along_shelf(order).group for order in range(500, 510)]
        assert max(neighbours.count(group) for group in neighbours) <= 3

    @pytest.mark.parametrize(("order", "groups"), [(-1, 128), (128 * 255, 128), (255, 1), (0, 0), (0, 129)])
    def test_beyond_the_last_place_there_is_none(self, order: int, groups: int) -> None:
        with pytest.raises(AnswerMalformed):
            place_along_shelf(order, groups)
