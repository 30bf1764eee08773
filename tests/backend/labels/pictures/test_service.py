"""What labels show follows the catalogue: new prices, moved products, swapped labels, restarts; none is lost."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pytest
from PIL import Image

from backend.core.database import Database
from backend.labels import picture_repository
from backend.labels.commands import KeptPicture
from backend.labels.drivers.simulated.driver import SimulatedDriver
from backend.labels.pictures.drawing import Accent, Display, draw_empty
from backend.labels.port import LabelReport
from shared.events import ProductsChanged
from tests.backend.databases import both_databases
from tests.backend.labels.shop import HOME, Shop, Stop

LABELS = ["L1", "L2", "L3"]
COLOURED = {Accent.RED: {(200, 0, 0)}, Accent.YELLOW: {(245, 200, 0)}, Accent.NONE: set()}


@pytest.fixture
def priced(shop: Shop) -> Shop:
    """Three labels with displays; products stand at the first two."""
    shop.products.put("loc_1", "milk", 149)
    shop.products.put("loc_2", "rice", 299)
    shop.run(shop.furnish({"labels": LABELS}))
    shop.run(shop.labels.tending.ask())
    shop.run(shop.time.advance(10))
    return shop


def driver_of(shop: Shop) -> SimulatedDriver:
    driver = shop.dispatcher.driver(shop.dispatcher.gateway_ids[0])
    assert isinstance(driver, SimulatedDriver)
    return driver


def shown(shop: Shop) -> Mapping[str, bytes | None]:
    return {label: driver_of(shop).shown(label) for label in LABELS}


def tell(shop: Shop, *product_ids: str, wait_s: float = 10) -> None:
    """As the catalogue does after a change; then `wait_s` pass."""
    now = shop.time.clock.now()
    event = ProductsChanged(store_id=HOME, at=now, product_ids=list(product_ids))
    shop.run(shop.writer.submit(lambda tx: tx.publish(event)))
    shop.run(shop.outbox.deliver_due())
    shop.run(shop.time.advance(wait_s))


def prices(shop: Shop) -> dict[str, tuple[int, int | None, bool]]:
    """What each label with a product should say, said last, and whether it is right."""
    return {
        each.label.address.external_id: (each.placed.card.price_minor, each.shown_minor, each.picture.is_right)
        for each in shop.labels.pictures.prices(HOME)
        if each.placed is not None
    }


def to_clear(shop: Shop) -> dict[str, tuple[int | None, str]]:
    """What each label that is to be cleared still says, and how that stands, with the reason."""
    return {
        each.label.address.external_id: (each.shown_minor, f"{each.picture.state} {each.picture.problem}".strip())
        for each in shop.labels.pictures.prices(HOME)
        if each.placed is None
    }


class TestFollow:
    def test_labels_get_their_pictures_once_their_displays_are_known(self, priced: Shop) -> None:
        pictures = shown(priced)
        assert pictures["L1"] is not None
        assert pictures["L1"] != pictures["L2"]
        assert pictures["L3"] is None, "nothing stands there"
        assert prices(priced) == {"L1": (149, 149, True), "L2": (299, 299, True)}

    def test_a_new_price_is_drawn_on_that_label_alone(self, priced: Shop) -> None:
        before = shown(priced)
        priced.products.put("loc_1", "milk", 139)
        tell(priced, "milk")
        after = shown(priced)
        assert after["L1"] != before["L1"]
        assert after["L2"] == before["L2"]
        assert prices(priced)["L1"] == (139, 139, True)

    def test_what_did_not_change_is_not_sent_again(self, priced: Shop) -> None:
        sent = dict(driver_of(priced).commands_taken)
        tell(priced, "milk", "rice")
        priced.run(priced.labels.tending.ask())
        priced.run(priced.time.advance(10))
        assert driver_of(priced).commands_taken == sent

    def test_a_product_that_moved_takes_its_picture_along(self, priced: Shop) -> None:
        before = shown(priced)
        priced.products.put("loc_3", "milk", 149)
        tell(priced, "milk")
        assert shown(priced)["L3"] == before["L1"]
        assert "L1" not in prices(priced), "nothing stands there any more"

    def test_where_a_product_is_gone_no_price_stays(self, priced: Shop) -> None:
        del priced.products.at["loc_1"]
        tell(priced, "milk")
        assert shown(priced)["L1"] == draw_empty(Display(296, 128))
        sent = dict(driver_of(priced).commands_taken)
        tell(priced, "milk")
        assert driver_of(priced).commands_taken == sent, "once is enough"
        priced.products.put("loc_1", "tea", 219)
        tell(priced, "tea")
        assert prices(priced)["L1"] == (219, 219, True)

    def test_a_price_that_was_under_way_when_its_product_went_does_not_stay_either(self, shop: Shop) -> None:
        shop.products.put("loc_1", "milk", 149)
        shop.run(shop.furnish({"labels": LABELS}))
        shop.run(shop.labels.tending.ask())
        shop.run(shop.time.advance(0.01))
        assert (driver_of(shop).commands_taken["L1"], driver_of(shop).shown("L1")) == (1, None)
        del shop.products.at["loc_1"]
        tell(shop, "milk")
        assert driver_of(shop).shown("L1") == draw_empty(Display(296, 128))
        assert to_clear(shop) == {}

    def test_that_is_remembered_over_a_restart_and_a_label_that_never_said_a_price_is_left_alone(
        self, priced: Shop
    ) -> None:
        del priced.products.at["loc_1"]
        priced.run(priced.labels.pictures.keep())
        priced.run(priced.stop())
        priced.begin()
        priced.run(priced.start())
        priced.run(priced.labels.tending.ask())
        priced.run(priced.time.advance(10))
        assert driver_of(priced).shown("L1") == draw_empty(Display(296, 128))
        assert shown(priced)["L3"] is None

    def test_a_swapped_label_shows_what_the_old_one_did(self, priced: Shop) -> None:
        before = shown(priced)
        priced.run(priced.labels.installing.bind(HOME, "L3", "A1-1-1", takes_off=True))
        priced.run(priced.time.advance(30))
        assert shown(priced)["L3"] == before["L1"]
        assert set(prices(priced)) == {"L2", "L3"}

    def test_a_promotion_is_another_picture(self, priced: Shop) -> None:
        before = shown(priced)
        priced.products.put("loc_1", "milk", 149, was_minor=199, promotion="Weekend")
        tell(priced, "milk")
        assert shown(priced)["L1"] != before["L1"]

    @pytest.mark.parametrize("accent", [Accent.RED, Accent.YELLOW, Accent.NONE])
    def test_a_promotion_is_drawn_in_the_colour_the_gateway_says_the_display_has(
        self, priced: Shop, accent: Accent
    ) -> None:
        said = "" if accent is Accent.NONE else accent.value
        report = LabelReport("L1", width_px=296, height_px=128, accent=said)
        priced.run(priced.labels.pictures.displays_found(priced.dispatcher.gateway_ids[0], [report]))
        priced.products.put("loc_1", "milk", 149, was_minor=199, promotion="Weekend")
        tell(priced, "milk")
        png = shown(priced)["L1"]
        assert png is not None
        image = Image.open(io.BytesIO(png)).convert("RGB")
        coloured = {pixel for _, pixel in image.getcolors(10_000) or ()} - {(255, 255, 255), (0, 0, 0)}
        assert coloured == COLOURED[accent]


class TestRestart:
    @both_databases
    def test_what_is_shown_is_written_down_and_not_sent_again(self, priced: Shop, database: Database) -> None:
        assert priced.run(priced.labels.pictures.keep()) == 2
        sent = self._restart(priced)
        assert sent == {}
        assert prices(priced) == {"L1": (149, 149, True), "L2": (299, 299, True)}

    def test_what_was_not_is_sent_once_more(self, priced: Shop) -> None:
        assert set(self._restart(priced)) == {"L1", "L2"}

    def test_a_price_that_changed_meanwhile_is_sent(self, priced: Shop) -> None:
        priced.run(priced.labels.pictures.keep())
        priced.products.put("loc_2", "rice", 250)
        assert set(self._restart(priced)) == {"L2"}
        assert prices(priced)["L2"] == (250, 250, True)

    def test_a_label_that_is_gone_is_no_row_any_more(self, priced: Shop) -> None:
        priced.run(priced.labels.pictures.keep())
        priced.run(priced.labels.installing.unbind(HOME, priced.label_id("L1")))
        assert [*kept(priced)] == [priced.label_id("L2")]

    def _restart(self, priced: Shop) -> Mapping[str, int]:
        """A new process; returns what it sent to each label."""
        priced.run(priced.stop())
        priced.begin()
        priced.run(priced.start())
        priced.run(priced.labels.tending.ask())
        priced.run(priced.time.advance(10))
        return driver_of(priced).commands_taken


def kept(shop: Shop) -> Mapping[str, KeptPicture]:
    with shop.database.asking() as connection:
        return picture_repository.get_pictures(connection)


class TestAccounting:
    def test_a_label_that_refuses_is_listed_with_the_reason_until_it_shows_it(self, priced: Shop) -> None:
        driver_of(priced).refuse_next("L1")
        priced.products.put("loc_1", "milk", 139)
        tell(priced, "milk")
        (wrong,) = [each for each in priced.labels.pictures.prices(HOME) if not each.picture.is_right]
        assert wrong.placed is not None
        assert (wrong.placed.card.price_minor, wrong.shown_minor) == (139, 149)
        assert wrong.picture.problem == "the label refused it"
        priced.run(priced.time.advance(60))
        assert prices(priced)["L1"] == (139, 139, True)

    def test_one_whose_product_is_gone_is_listed_until_it_is_cleared(self, priced: Shop) -> None:
        del priced.products.at["loc_1"]
        tell(priced, "milk", wait_s=0)
        assert to_clear(priced) == {"L1": (149, "under_way")}
        assert set(prices(priced)) == {"L2"}
        priced.run(priced.time.advance(10))
        assert shown(priced)["L1"] == draw_empty(Display(296, 128))
        assert (to_clear(priced), set(prices(priced))) == ({}, {"L2"})

    def test_one_that_cannot_be_cleared_is_listed_with_the_reason_and_tried_again(self, priced: Shop) -> None:
        driver_of(priced).refuse_next("L1")
        del priced.products.at["loc_1"]
        tell(priced, "milk")
        assert to_clear(priced) == {"L1": (149, "waiting the label refused it")}
        priced.run(priced.time.advance(60))
        assert to_clear(priced) == {}

    def test_a_product_that_comes_back_first_leaves_nothing_to_clear(self, priced: Shop) -> None:
        driver_of(priced).refuse_next("L1")
        del priced.products.at["loc_1"]
        tell(priced, "milk")
        priced.products.put("loc_1", "milk", 149)
        tell(priced, "milk")
        assert (to_clear(priced), prices(priced)["L1"]) == ({}, (149, 149, True))

    def test_one_that_never_answers_is_given_up_and_tried_again_where_somebody_says_so(self, shop: Shop) -> None:
        shop.products.put("loc_1", "milk", 149)
        shop.run(shop.furnish({"labels": LABELS, "silent_labels": ["L1"]}))
        shop.run(shop.labels.tending.ask())
        shop.run(shop.time.advance(4_000))
        (wrong,) = shop.labels.pictures.prices(HOME)
        assert wrong.picture.is_given_up
        assert shop.labels.pictures.try_again(HOME) == 1
        assert not wrong.picture.is_given_up

    def test_one_that_never_answered_and_may_say_what_is_gone_is_listed_as_well(self, shop: Shop) -> None:
        shop.products.put("loc_1", "milk", 149)
        shop.run(shop.furnish({"labels": LABELS, "silent_labels": ["L1"]}))
        shop.run(shop.labels.tending.ask())
        shop.run(shop.time.advance(10))
        del shop.products.at["loc_1"]
        tell(shop, "milk", wait_s=4_000)
        assert to_clear(shop) == {"L1": (None, "given_up expired")}

    def test_labels_without_a_display_are_no_part_of_it(self, shop: Shop) -> None:
        shop.products.put("loc_1", "milk", 149)
        shop.run(shop.furnish({"labels": LABELS, "display_width_px": 0, "display_height_px": 0}))
        shop.run(shop.labels.tending.ask())
        shop.run(shop.time.advance(10))
        assert prices(shop) == {}


class TestPicksFirst:
    def test_a_label_that_must_blink_gets_its_picture_afterwards(self, priced: Shop) -> None:

        priced.walks.open["pkl"] = [Stop("pick1", "loc_1", 0)]
        priced.run(priced.publish(priced.started()))
        assert priced.lit() == {"L1"}
        before = shown(priced)
        priced.products.put("loc_1", "milk", 139)
        tell(priced, "milk")
        assert shown(priced) == before
        priced.run(priced.publish(priced.confirmed("pick1")))
        priced.run(priced.time.advance(10))
        assert shown(priced)["L1"] != before["L1"]
