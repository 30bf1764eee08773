"""The demo store's files are what the generator makes, and a shop one can believe in."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from pathlib import Path

import pytest

from backend.catalog.importing import ProductEntry, read_products
from backend.demo.generate import FOLDER, GATEWAYS, generate
from backend.routing.problem import RouteProblem, StoreGraph
from backend.routing.route import solve_route
from backend.stores.importing import StoreFile, read_store_file
from shared.barcode import BarcodeKind, check_digit, read_barcode

PICTURES = Path(__file__).parents[3] / "assets" / "pictures"


@pytest.fixture(scope="module")
def store() -> StoreFile:
    return read_store_file((FOLDER / "store.json").read_bytes())


@pytest.fixture(scope="module")
def products() -> tuple[ProductEntry, ...]:
    return read_products((FOLDER / "products.csv").read_text(encoding="utf-8"))


def test_the_generator_makes_the_same_files_byte_for_byte() -> None:
    made = generate()
    assert sorted(made) == ["labels.csv", "products.csv", "store.json"]
    for name, text in made.items():
        assert (FOLDER / name).read_bytes() == text.encode(), f"run python -m backend.demo.generate: {name} differs"


class TestFloor:
    def test_it_is_a_supermarket(self, store: StoreFile) -> None:
        assert (store.map.width_m, store.map.height_m) == (64.0, 27.0)
        assert len({location.aisle for location in store.locations}) == 27

    def test_every_walk_is_proven_shortest(self, store: StoreFile) -> None:
        graph = StoreGraph.from_map(store.map)
        stops = [location.node for location in store.locations[::120]]
        route = solve_route(RouteProblem(graph, store.map.entrance, store.map.desk, stops))
        assert route.proven_optimal

    def test_one_stands_within_reach_of_each_place(self, store: StoreFile) -> None:
        nodes = {node.id: node for node in store.map.nodes}
        for location in store.locations:
            node = nodes[location.node]
            assert abs(node.x_m - location.x_m) + abs(node.y_m - location.y_m) <= 1.4, location.address


class TestProducts:
    def test_there_are_more_than_three_thousand_each_in_a_place_of_its_own(
        self, store: StoreFile, products: tuple[ProductEntry, ...]
    ) -> None:
        places = [product.location for product in products]
        assert len(places) > 3_000
        assert max(Counter(places).values()) == 1
        assert set(places) <= {location.address for location in store.locations}

    def test_cold_things_stand_in_the_cold(self, products: tuple[ProductEntry, ...]) -> None:
        aisle_of = {
            "frozen": re.compile("F[12]"),
            "chilled": re.compile("[CMD]1"),
            "ambient": re.compile("[APB][0-9]+"),
        }
        for product in products:
            assert aisle_of[product.temperature].fullmatch(product.location.split("-")[0]), product

    def test_names_are_there_in_three_languages_and_are_distinct(self, products: tuple[ProductEntry, ...]) -> None:
        for product in products:
            assert product.name_zh.encode("gb2312"), "the phone's own font has the characters of GB 2312"
            assert re.search("[\u4e00-\u9fff]", product.name_zh)
            assert product.name_pt
        for names in ("name_en", "name_zh", "name_pt"):
            counted = Counter((getattr(product, names), product.size) for product in products)
            assert [name for name, count in counted.items() if count > 1] == []

    def test_barcodes_are_of_nobody_else(self, products: tuple[ProductEntry, ...], store: StoreFile) -> None:
        """952 is GS1's own prefix for demonstrations; and none looks like a scale label."""
        rules = tuple(store.store.weighed_rules)
        for gtin in (gtin for product in products for gtin in product.gtins):
            assert gtin.startswith("952")
            assert read_barcode(gtin, rules).gtin == gtin

    def test_scale_labels_name_the_weighed_ones(self, products: tuple[ProductEntry, ...], store: StoreFile) -> None:
        weighed = [product for product in products if product.unit == "gram"]
        assert len(weighed) > 60
        for product in weighed:
            body = f"28{product.article}00750"
            code = read_barcode(body + check_digit(body), tuple(store.store.weighed_rules))
            assert (code.kind, code.article, code.weight_g) == (BarcodeKind.WEIGHED, product.article, 750)

    def test_every_picture_is_drawn(self, products: tuple[ProductEntry, ...]) -> None:
        drawn = {path.stem for path in PICTURES.glob("*.svg")}
        assert {product.picture.split(":")[0] for product in products} == drawn

    def test_prices_are_believable(self, products: tuple[ProductEntry, ...]) -> None:
        assert all(29 <= product.price_minor <= 3_000 for product in products)


class TestLabels:
    def test_each_place_has_one_label(self, store: StoreFile) -> None:
        rows = list(csv.DictReader(io.StringIO((FOLDER / "labels.csv").read_text(encoding="utf-8"))))
        assert [row["location"] for row in rows] == [location.address for location in store.locations]
        assert len({row["label_id"] for row in rows}) == len(rows)
        assert all(re.fullmatch("[0-9A-F]{16}", row["label_id"]) for row in rows)
        assert {row["gateway"] for row in rows} == set(GATEWAYS)
