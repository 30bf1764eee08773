"""Which label is behind, what is tried again, and where the till asks for another price than the shelf."""

from __future__ import annotations

import csv
import io

import pytest

from backend.catalog.price_repository import PricedProduct
from backend.labels.drivers.simulated.driver import SimulatedDriver
from backend.people.models import Role
from shared.events import ProductsChanged
from tests.backend.labels.shop import HOME, OTHER, Shop, call


@pytest.fixture
def priced(shop: Shop) -> Shop:
    """Two labels with products, of which the second does not answer."""
    shop.products.put("loc_1", "milk", 149)
    shop.products.put("loc_2", "rice", 299)
    shop.run(shop.furnish({"labels": ["L1", "L2", "L3"], "silent_labels": ["L2"]}))
    shop.run(shop.labels.tending.ask())
    shop.run(shop.time.advance(10))
    return shop


def test_labels_that_are_behind_are_listed_with_what_is_known(priced: Shop) -> None:
    body = call(priced, "GET", f"{HOME}/labels/prices").json()
    assert (body["labels"], body["right"], body["under_way"], body["given_up"]) == (2, 1, 1, 0)
    (wrong,) = body["not_right"]
    assert (wrong["external_id"], wrong["sku"], wrong["price_minor"], wrong["shown_minor"]) == ("L2", "rice", 299, None)


def test_what_was_given_up_is_said_with_the_reason_and_tried_again(priced: Shop) -> None:
    priced.run(priced.time.advance(4_000))
    body = call(priced, "GET", f"{HOME}/labels/prices").json()
    assert (body["given_up"], body["not_right"][0]["state"]) == (1, "given_up")
    assert body["not_right"][0]["problem"]
    assert call(priced, "POST", f"{HOME}/labels/prices/try-again").json() == {"labels": 1}
    assert call(priced, "GET", f"{HOME}/labels/prices").json()["given_up"] == 0


def test_a_label_whose_product_is_gone_is_counted_and_listed_until_it_is_cleared(priced: Shop) -> None:
    """The first one answers, and refuses once; the second one was never heard."""
    driver = priced.dispatcher.driver(priced.dispatcher.gateway_ids[0])
    assert isinstance(driver, SimulatedDriver)
    driver.refuse_next("L1")
    del priced.products.at["loc_1"]
    event = ProductsChanged(store_id=HOME, at=priced.time.clock.now(), product_ids=["milk"])
    priced.run(priced.writer.submit(lambda tx: tx.publish(event)))
    priced.run(priced.outbox.deliver_due())
    priced.run(priced.time.advance(10))
    body = call(priced, "GET", f"{HOME}/labels/prices").json()
    assert (body["labels"], body["right"], body["waiting"], body["under_way"]) == (2, 0, 1, 1)
    assert [each["external_id"] for each in body["not_right"]] == ["L2"]
    (gone,) = body["to_clear"]
    assert (gone["external_id"], gone["shown_minor"], gone["state"]) == ("L1", 149, "waiting")
    assert (gone["problem"], gone["attempts"]) == ("the label refused it", 1)
    rows = csv.DictReader(io.StringIO(call(priced, "GET", f"{HOME}/labels/prices/export").text))
    assert [(each["label_id"], each["price_minor"], each["shown_minor"], each["should_show"]) for each in rows] == [
        ("L1", "", "149", "nothing"),
        ("L2", "299", "", "price"),
    ]
    assert call(priced, "GET", f"{HOME}/prices/differences").json()["differences"] == 1, "only the rice"
    priced.products.batches = {"now": [PricedProduct("milk", True)]}
    (batch,) = call(priced, "GET", f"{HOME}/prices/progress").json()["batches"]
    assert batch["labels"] == 0
    assert len(call(priced, "GET", f"{HOME}/labels/prices/export?batch_id=now").text.splitlines()) == 1
    priced.run(priced.time.advance(60))
    body = call(priced, "GET", f"{HOME}/labels/prices").json()
    assert (body["labels"], body["to_clear"]) == (1, [])


def test_till_catalogue_and_shelf_are_compared(priced: Shop) -> None:
    assert call(priced, "GET", f"{HOME}/prices/differences").json()["differences"] == 1, "the label that is behind"
    priced.products.till = {"milk": 159, "rice": 299}
    body = call(priced, "GET", f"{HOME}/prices/differences").json()
    assert (body["products"], body["differences"]) == (2, 2)
    assert [(each["sku"], each["trouble"]) for each in body["listed"]] == [
        ("milk", "till_higher"),
        ("rice", "label_behind"),
    ]
    assert body["listed"][0]["shelf_minor"] == 149


def test_all_of_both_lists_come_as_csv_however_long_they_are(priced: Shop) -> None:
    priced.products.till = {"milk": 159, "rice": 299}
    labels = call(priced, "GET", f"{HOME}/labels/prices/export")
    assert labels.headers["content-type"] == "text/csv; charset=utf-8"
    (row,) = csv.DictReader(io.StringIO(labels.text))
    assert (row["label_id"], row["location"], row["price_minor"], row["shown_minor"], row["state"]) == (
        "L2",
        "A1-2-1",
        "299",
        "",
        "under_way",
    )
    rows = [*csv.DictReader(io.StringIO(call(priced, "GET", f"{HOME}/prices/differences/export").text))]
    assert [(each["sku"], each["trouble"], each["till_minor"]) for each in rows] == [
        ("milk", "till_higher", "159"),
        ("rice", "label_behind", "299"),
    ]


def test_how_far_each_batch_has_come_on_the_shelf(priced: Shop) -> None:
    both = [PricedProduct("milk", True), PricedProduct("rice", True)]
    priced.products.batches = {
        "late": both,
        "half": [PricedProduct("milk", False)],
        "far": [PricedProduct("tea", True)],
    }

    def said() -> dict[str, list[int]]:
        batches = call(priced, "GET", f"{HOME}/prices/progress").json()["batches"]
        return {each["batch_id"]: [each[n] for n in ("labels", "shown", "behind", "given_up")] for each in batches}

    assert said() == {"late": [2, 1, 1, 0], "half": [1, 0, 1, 0], "far": [0, 0, 0, 0]}
    priced.run(priced.time.advance(4_000))
    assert said()["late"] == [2, 1, 0, 1]
    for batch_id, listed in (("late", 1), ("half", 0), ("gone", 0)):
        report = call(priced, "GET", f"{HOME}/labels/prices/export?batch_id={batch_id}").text
        assert len(report.splitlines()) == 1 + listed


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "labels/prices/export"),
        ("GET", "prices/differences/export"),
        ("GET", "labels/prices"),
        ("GET", "prices/progress"),
        ("GET", "light-rules"),
        ("POST", "gateways/main/test"),
        ("POST", "labels/prices/try-again"),
        ("GET", "prices/differences"),
    ],
)
def test_another_store_is_not_there_and_a_picker_may_not(priced: Shop, method: str, path: str) -> None:
    assert call(priced, method, f"{OTHER}/{path}").status_code == 404
    assert call(priced, method, f"{HOME}/{path}", Role.PICKER).status_code == 403
