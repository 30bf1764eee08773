"""Which kinds of products are picked before which."""

from __future__ import annotations

import pytest

from backend.stores.importing import read_store_file
from backend.stores.stages import DEFAULT_STAGES, StageKind, kind_of, rank_of, stages_problem
from shared.products import Handling, TemperatureClass
from tests.backend.stores.files import store_file, text_of
from tests.backend.stores.test_importing import problems_of
from tests.factories import make_product


def rank(temperature: str, handling: str) -> int:
    card = make_product("p", "loc", temperature=TemperatureClass(temperature), handling=Handling(handling)).card
    return rank_of(card, DEFAULT_STAGES)


class TestRankOf:
    def test_heavy_below_fragile_on_top_and_the_frozen_last(self) -> None:
        kinds = [("ambient", "heavy"), ("ambient", "ordinary"), ("chilled", "heavy"), ("ambient", "fragile")]
        assert [rank(*kind) for kind in [*kinds, ("frozen", "fragile")]] == [0, 1, 1, 2, 3]

    def test_without_stages_everything_is_in_one(self) -> None:
        assert rank_of(make_product("p", "loc", temperature=TemperatureClass.FROZEN).card, ()) == 0

    def test_cold_comes_before_heavy(self) -> None:
        card = make_product("p", "loc", temperature=TemperatureClass.FROZEN, handling=Handling.HEAVY).card
        assert kind_of(card) is StageKind.FROZEN


class TestStagesProblem:
    def test_none_where_each_kind_stands_once(self) -> None:
        assert stages_problem([[kind] for kind in StageKind]) == ""
        assert stages_problem([]) == ""


class TestStoreFile:
    @pytest.mark.parametrize(
        ("stages", "read"),
        [
            (None, None),
            ([], []),
            (
                ["heavy", ["ordinary", "fragile"], "chilled", "frozen"],
                [["heavy"], ["ordinary", "fragile"], ["chilled"], ["frozen"]],
            ),
        ],
    )
    def test_a_store_says_its_own_order(self, stages: object, read: object) -> None:
        file = store_file()
        file["store"]["stages"] = stages
        assert read_store_file(text_of(file)).store.model_dump(mode="json")["stages"] == read

    @pytest.mark.parametrize(
        ("stages", "problem"),
        [
            (["heavy"], "no stage has ordinary, fragile, chilled, frozen"),
            ([["heavy"], list(StageKind)], "heavy stands in two stages"),
            ([[], list(StageKind)], "a stage without any kind"),
            (["warm"], "'heavy', 'ordinary', 'fragile', 'chilled' or 'frozen'"),
        ],
    )
    def test_a_wrong_one_is_refused_with_what_was_expected(self, stages: list[object], problem: str) -> None:
        file = store_file()
        file["store"]["stages"] = stages
        assert any(problem in found for _, found in problems_of(file)), problems_of(file)
