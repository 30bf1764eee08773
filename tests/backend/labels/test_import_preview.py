"""What a labels.csv would change is said line by line, in the words of the import itself, and nothing is kept."""

from __future__ import annotations

from backend.labels.import_preview import Binding, Change, preview
from backend.labels.labels_file import Expected
from tests.backend.labels.shop import HOME, Shop, call

GATEWAYS = {"main": "gwy_1"}
LOCATIONS = {"A1-1-1": "loc_1", "A1-1-2": "loc_2"}
KNOWN = {"L1": Binding("main", "A1-1-1"), "L2": Binding("main", "A1-1-1")}
HEAD = "label_id,gateway,location\n"


def looked_through(lines: str) -> list[tuple[int, str, str, str]]:
    found = preview((HEAD + lines).encode(), GATEWAYS, LOCATIONS, KNOWN)
    return [(each.row, each.column, each.expected.value, each.value) for each in found.problems]


def test_what_stays_moves_and_comes() -> None:
    found = preview((HEAD + "L1,main,A1-1-1\nL2,main,A1-1-2\nL3,main,A1-1-2\n").encode(), GATEWAYS, LOCATIONS, KNOWN)
    assert [(each.line.row, each.change) for each in found.lines] == [
        (2, Change.UNCHANGED),
        (3, Change.MOVED),
        (4, Change.ADDED),
    ]
    assert found.lines[1].before == Binding("main", "A1-1-1")
    assert [found.count(change) for change in (Change.ADDED, Change.MOVED, Change.UNCHANGED)] == [1, 1, 1]
    assert not found.problems


def test_each_bad_line_has_its_number_and_what_was_expected() -> None:
    assert looked_through("L 1,main,A1-1-1\nL2,attic,A1-1-1\nL3,main,A9-9-9\nL4,main,there\nL5,main\n") == [
        (2, "label_id", Expected.LABEL_ID, "L 1"),
        (3, "gateway", Expected.GATEWAY_HERE, "attic"),
        (4, "location", Expected.LOCATION_HERE, "A9-9-9"),
        (5, "location", Expected.ADDRESS, "there"),
        (6, "", Expected.ALL_VALUES, "L5,main"),
    ]
    assert looked_through("L1,main,A1-1-1\nL1,main,A1-1-2\n") == [(3, "label_id", Expected.LABEL_ONCE, "L1")]


def test_a_bad_line_is_not_counted_among_the_changes() -> None:
    found = preview((HEAD + "L3,attic,A1-1-1\nL4,main,A1-1-1\n").encode(), GATEWAYS, LOCATIONS, KNOWN)
    assert [each.line.external_id for each in found.lines] == ["L4"]


class TestOverHttp:
    def test_the_preview_says_what_the_import_then_does(self, shop: Shop) -> None:
        shop.run(shop.furnish())
        exported = call(shop, "GET", f"{HOME}/labels/export").text
        first = exported.splitlines()[1].split(",")
        other = next(line.split(",")[2] for line in exported.splitlines()[2:] if line.split(",")[2] != first[2])
        raw = f"{HEAD}{first[0]},{first[1]},{other}\nNEW1,main,{other}\n"
        said = call(shop, "POST", f"{HOME}/labels/import/preview", content=raw).json()
        counts = {name: said[name] for name in ("labels_added", "labels_changed", "labels_unchanged")}
        assert counts == {"labels_added": 1, "labels_changed": 1, "labels_unchanged": 0}
        assert said["changes"][0] == {
            "row": 2,
            "label": first[0],
            "change": "moved",
            "gateway": first[1],
            "location": other,
            "before_gateway": first[1],
            "before_location": first[2],
        }
        assert call(shop, "GET", f"{HOME}/labels/export").text == exported
        assert call(shop, "POST", f"{HOME}/labels/import", content=raw).json() == counts

    def test_with_a_problem_nothing_would_be_taken(self, shop: Shop) -> None:
        shop.run(shop.furnish())
        raw = f"{HEAD}NEW1,attic,nowhere\n"
        said = call(shop, "POST", f"{HOME}/labels/import/preview", content=raw).json()
        assert (said["problems_total"], said["changes"], said["problems"][0]["expected"]) == (1, [], "address")
        assert call(shop, "POST", f"{HOME}/labels/import", content=raw).status_code == 422
