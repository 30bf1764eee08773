"""The scanner's check and a store's own reasons, with sample state."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from mobile.state.app_state import AppState
from mobile.state.screens import Screen
from shared.picking import ShortReason
from shared.scanner_check import TEST_CODES
from shared.short_reasons import StoreReason
from shared.store_rules import StoreRules
from tests.e2e.played_scanner import AZERTY, PlayedTuning, Scanner
from tests.e2e.preview_app import code, signed_in, walking

OWN = StoreRules(
    short_reasons=[
        StoreReason(code="not_on_shelf"),
        StoreReason(code="too_few"),
        StoreReason(
            code="delivery_late",
            means=ShortReason.NOT_ON_SHELF,
            en="Delivery is late",
            zh="送货晚到",
            pt="Entrega atrasada",
        ),
        StoreReason(code="recalled", means=ShortReason.DAMAGED, en="Recalled", zh="已召回", pt="Retirado da venda"),
        StoreReason(code="expired"),
        StoreReason(code="damaged"),
    ]
)


async def checking(language: str, *scanners: Scanner) -> AppState:
    """As many codes scanned as there are scanners."""
    app = await signed_in(language=language)
    tuning = PlayedTuning()
    app.scanner_check._tuning = tuning
    app.scanner_check.connect()
    app.open(Screen.SCANNER_CHECK)
    for scanner, text in zip(scanners, TEST_CODES, strict=False):
        tuning.press(scanner.scan(text))
    return app


async def check_first(language: str) -> AppState:
    return await checking(language)


async def check_part(language: str) -> AppState:
    app = await checking(language, Scanner(prefix="]Q1"))
    app.scanner_check.hear(Scanner(ending="").scan(TEST_CODES[1])[:20])
    return app


async def check_fine(language: str) -> AppState:
    return await checking(language, *[Scanner(prefix="]Q1")] * 3)


async def check_found(language: str) -> AppState:
    """Everything that can be wrong with one scanner."""
    slow = Scanner(gap_ms=80, ending="", prefix="*", part_after=40, pause_ms=4_200)
    return await checking(
        language, slow, Scanner(ending="Tab", keeps_separator=False), Scanner(layout=tuple(AZERTY.items()))
    )


async def short_own(language: str) -> AppState:
    app = await walking(language, done=5)
    app.work.store_rules = OWN
    app.open(Screen.SHORT)
    return app


async def stop_limited(language: str) -> AppState:
    """Three were ordered, of which an order gets two; one is scanned."""
    app = await walking(language, done=5)
    walk = app.pick.pick_list
    assert walk is not None
    picks = [one.model_copy(update={"quantity_max": 2}) if one.position == 5 else one for one in walk.picks]
    app.pick.pick_list = walk.model_copy(update={"picks": picks})
    await app.pick.scan(code(5))
    app.pick.put_outcome_away()
    return app


CASES: dict[str, Callable[[str], Awaitable[AppState]]] = {
    "check-first": check_first,
    "check-part": check_part,
    "check-fine": check_fine,
    "check-found": check_found,
    "short-own": short_own,
    "stop-limited": stop_limited,
}
