"""store.json is taken whole and right, or refused with every problem named."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.stores.errors import StoreFileRejected
from backend.stores.importing import read_store_file
from tests.backend.stores.files import location, store_file, text_of

Break = Callable[[dict[str, Any]], Any]


def problems_of(file: dict[str, Any] | str) -> list[tuple[str, str]]:
    with pytest.raises(StoreFileRejected) as refused:
        read_store_file(file if isinstance(file, str) else text_of(file))
    return [(problem["at"], problem["problem"]) for problem in refused.value.facts["problems"]]


class TestReadStoreFile:
    def test_a_valid_file_is_taken(self) -> None:
        file = read_store_file(text_of(store_file()))
        assert (file.store.name, len(file.map.nodes), file.locations[0].address) == ("Corner Shop", 4, "A1-1-1")

    def test_a_store_may_say_where_it_is(self) -> None:
        file = store_file()
        file["store"] |= {"latitude": 38.72, "longitude": -9.14}
        found = read_store_file(text_of(file)).store
        assert (found.latitude, found.longitude) == (38.72, -9.14)

    @pytest.mark.parametrize(
        ("place", "problem"),
        [({"latitude": 38.72}, "come together"), ({"latitude": 91, "longitude": 0}, "less than or equal to 90")],
    )
    def test_half_a_place_or_none_on_earth_is_refused(self, place: dict[str, float], problem: str) -> None:
        file = store_file()
        file["store"] |= place
        assert any(problem in said for _, said in problems_of(file))

    @pytest.mark.parametrize(
        ("break_it", "at", "problem"),
        [
            (lambda f: f["map"]["edges"].pop(1), "map.edges", "2 nodes cannot be reached from the entrance: 2, 3"),
            (lambda f: f["map"]["edges"][0].update(length_m=0), "map.edges.0.length_m", "greater than 0"),
            (lambda f: f["map"]["edges"][0].update(length_m=-1.0), "map.edges.0.length_m", "greater than 0"),
            (lambda f: f["map"]["edges"][0].update(b=9), "map.edges.0", "node 9 is not on the map"),
            (lambda f: f["map"]["edges"][1].update(b=1), "map.edges.1", "joins node 1 with itself"),
            (lambda f: f["map"]["nodes"][1].update(id=0), "map.nodes", "two nodes have the same id"),
            (lambda f: f["map"]["nodes"][1].update(x_m=99.0), "map.nodes.1", "outside the floor"),
            (lambda f: f["map"].update(desk=7), "map.desk", "node 7 is not on the map"),
            (lambda f: f["locations"].append(location(1, 2)), "locations.4", "A1-1-1 stands at locations.0 already"),
            (lambda f: f["locations"][0].update(node=8), "locations.0", "node 8, which is not on the map"),
            (lambda f: f["locations"][0].update(y_m=4.5), "locations.0", "outside the floor"),
            (lambda f: f["locations"][0].update(aisle="aisle 1"), "locations.0.aisle", "pattern"),
            (lambda f: f["store"].update(currency="euro"), "store.currency", "pattern"),
            (lambda f: f["store"].update(phone="1"), "store.phone", "not permitted"),
            (lambda f: f.update(format="other/1"), "format", "blinkpick-store/1"),
        ],
    )
    def test_one_wrong_part_is_named(self, break_it: Break, at: str, problem: str) -> None:
        file = copy.deepcopy(store_file())
        break_it(file)
        assert any(found[0] == at and problem in found[1] for found in problems_of(file)), problems_of(file)

    def test_every_problem_is_listed(self) -> None:
        file = store_file(locations=[location(1, 8), location(1, 9)])
        assert [at for at, _ in problems_of(file)] == ["locations.0", "locations.1", "locations.1"]

    def test_at_most_a_hundred_problems_are_listed(self) -> None:
        file = store_file(locations=[location(bay, 50) for bay in range(1, 301)])
        with pytest.raises(StoreFileRejected) as refused:
            read_store_file(text_of(file))
        assert (len(refused.value.facts["problems"]), refused.value.facts["problems_total"]) == (100, 300)

    @pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1, "a": 2}', '{"format": NaN}', "\x00"])
    def test_what_is_no_store_file_is_refused(self, text: str) -> None:
        assert problems_of(text)

    def test_not_a_number_is_refused(self) -> None:
        assert problems_of(text_of(store_file()).replace('"width_m": 10.0', '"width_m": NaN', 1))
        assert problems_of(text_of(store_file()).replace('"width_m": 10.0', '"width_m": 1e999', 1))

    @given(
        st.text(max_size=60) | st.recursive(st.none() | st.integers() | st.text(max_size=5), st.lists).map(json.dumps)
    )
    def test_only_its_own_error_is_raised(self, text: str) -> None:
        assert problems_of(text)
