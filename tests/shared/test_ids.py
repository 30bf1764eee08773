"""Ids: each its own, in the order they were made, and recognisable."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.clock import ManualClock, SystemClock
from shared.ids import PREFIXES, Id, SeededIdSource, SystemIdSource, is_id


class TestNew:
    @given(st.lists(st.floats(0, 10), max_size=50), st.integers())
    def test_each_is_greater_than_the_last(self, pauses_s: list[float], seed: int) -> None:
        clock = ManualClock()
        source = SeededIdSource(clock, seed)
        made = []
        for pause_s in pauses_s:
            made.append(source.new("order"))
            clock.advance(pause_s)
        assert made == sorted(set(made))

    @pytest.mark.parametrize("kind", sorted(PREFIXES))
    def test_each_kind_is_recognised_and_no_other(self, kind: str) -> None:
        made = SystemIdSource(SystemClock()).new(kind)
        assert [other for other in PREFIXES if is_id(made, other)] == [kind]
        assert TypeAdapter(Id).validate_python(made) == made

    def test_prefixes_are_distinct(self) -> None:
        assert len(set(PREFIXES.values())) == len(PREFIXES)

    def test_the_same_seed_and_readings_give_the_same_ids(self) -> None:
        first, second = (SeededIdSource(ManualClock(), 7) for _ in range(2))
        assert [first.new("pick") for _ in range(5)] == [second.new("pick") for _ in range(5)]
        assert SeededIdSource(ManualClock(), 8).new("pick") != SeededIdSource(ManualClock(), 7).new("pick")

    def test_an_unknown_kind_is_a_mistake_of_ours(self, clock: ManualClock) -> None:
        with pytest.raises(KeyError):
            SystemIdSource(clock).new("unicorn")


class TestNewMany:
    @given(st.lists(st.integers(0, 20), max_size=20), st.integers())
    def test_each_is_greater_than_the_last_between_single_ones(self, counts: list[int], seed: int) -> None:
        source, made = SeededIdSource(ManualClock(), seed), []
        for count in counts:
            many = source.new_many("order_line", count)
            assert len(many) == count
            assert all(is_id(each, "order_line") for each in many)
            made += [each.removeprefix("orl_") for each in many]
            made.append(source.new("order").removeprefix("ord_"))
        assert made == sorted(set(made))

    def test_two_threads_never_get_the_same(self) -> None:
        source = SystemIdSource(SystemClock())
        with ThreadPoolExecutor(4) as pool:
            made = [each for many in pool.map(lambda _: source.new_many("pick", 7), range(500)) for each in many]
        assert len(set(made)) == 3_500

    def test_chance_does_not_run_out(self) -> None:
        """More ids than one question to the machine's randomness brings, each with chance of its own."""
        source = SystemIdSource(ManualClock())
        assert len({source._random_bits() for _ in range(1_000)}) == 1_000


class TestId:
    @pytest.mark.parametrize("text", ["", "ab", "a b c", "x" * 65, "ord_1\n", "ord_ü", "../etc", 'ord"'])
    def test_what_is_no_id(self, text: str) -> None:
        with pytest.raises(ValidationError):
            TypeAdapter(Id).validate_python(text)

    @given(st.text(max_size=40))
    def test_is_id_answers_any_text(self, text: str) -> None:
        assert is_id(text, "order") in (True, False)
