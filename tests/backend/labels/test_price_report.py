"""The reports are CSV that any table program reads back, and that makes none of them compute something."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from backend.labels.differences import Prices, differences
from backend.labels.price_report import DIFFERENCE_COLUMNS, differences_report


@given(st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 10**9)), max_size=8))
def test_whatever_products_are_called_the_report_reads_back(said: list[tuple[str, int]]) -> None:
    found = differences(
        Prices(f"prd_{at}", f"S{at}", name, till + 1, till, None, has_label=False)
        for at, (name, till) in enumerate(said)
    )
    heading, *rows = csv.reader(io.StringIO(differences_report(found), newline=""))
    assert tuple(heading) == DIFFERENCE_COLUMNS
    assert [(row[0], row[1].removeprefix("'"), row[3]) for row in rows] == [
        (each.prices.sku, each.prices.name.removeprefix("'"), str(each.prices.till_minor)) for each in found
    ]
    assert not [row for row in rows if row[1].startswith(("=", "+", "-", "@"))]
