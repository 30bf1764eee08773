"""How far new prices have come on the shelf, batch by batch: labels that show it, are behind, were given up. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.catalog.price_repository import PricedProduct
from backend.labels.pictures.queue import PictureState
from backend.labels.pictures.service import ShownPrice


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """Labels of one batch's products. A price that another one followed counts as what its label should say now."""

    batch_id: str
    labels: int
    shown: int
    behind: int
    given_up: int


def progress(batches: Mapping[str, Sequence[PricedProduct]], shown: Iterable[ShownPrice]) -> list[BatchProgress]:
    """`shown`: every label with a display and a product; those that wait to be cleared belong to no batch."""
    labels_of: dict[str, list[ShownPrice]] = defaultdict(list)
    for each in shown:
        if each.placed is not None:
            labels_of[each.placed.product_id].append(each)
    return [_of_batch(batch_id, products, labels_of) for batch_id, products in batches.items()]


def _of_batch(
    batch_id: str, products: Sequence[PricedProduct], labels_of: Mapping[str, Sequence[ShownPrice]]
) -> BatchProgress:
    labels = right = given_up = 0
    for product in products:
        for label in labels_of.get(product.product_id, ()):
            labels += 1
            right += product.is_applied and label.picture.is_right
            given_up += not label.picture.is_right and label.picture.state is PictureState.GIVEN_UP
    return BatchProgress(batch_id, labels, right, labels - right - given_up, given_up)
