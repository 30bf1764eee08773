"""The board names an order whose cold products are out of the cold too long, for as long as that is so."""

from __future__ import annotations

from datetime import datetime

from backend.catalog.models import ProductRow
from backend.insight.cold import cold_problems
from shared.commands import PackOrder
from shared.store_rules import StoreRules
from tests.backend.insight.conftest import Day
from tests.factories import STORE_ID, make_asker

RULES = StoreRules(frozen_limit_min=20)
ADA = make_asker("Ada")


def problems(day: Day, rules: StoreRules = RULES) -> list[str]:
    with day.rooms.database.reading() as session:
        return [each.detail for each in cold_problems(session, STORE_ID, rules, day.clock.now())]


def frozen_row(sku: str) -> ProductRow:
    return ProductRow(
        id=f"prd_{sku}",
        store_id=STORE_ID,
        sku=sku,
        name_en=sku,
        unit="each",
        temperature="frozen",
        location_id="loc_A-1-1",
    )


def test_while_it_is_so(day: Day) -> None:
    day.keep(frozen_row("A-1-1"))
    walk = day.rooms.walking(ADA, o1=["A-1-1", "B-1-1"])
    day.pick(day.rooms.pick_of("A-1-1"))
    assert problems(day) == []
    day.clock.advance(21 * 60)
    (detail,) = problems(day)
    assert detail.startswith(day.rooms.order("o1").display_code)
    assert problems(day, StoreRules(frozen_limit_min=0)) == []
    assert [problem.what for problem in day.board().problems] == []  # the store's own limit is 25 minutes
    day.clock.advance(5 * 60)
    (shown,) = day.board().problems
    assert (shown.what, shown.facts["order"]) == ("cold.over", day.rooms.order("o1").display_code)
    assert datetime.fromisoformat(shown.facts["began_at"]) < shown.at

    day.pick(day.rooms.pick_of("B-1-1"))
    order_id = day.rooms.order("o1").id
    day.rooms.ask(ADA, PackOrder(pick_list_id=walk.id, order_id=order_id, bags=1))
    assert day.board().problems == []
