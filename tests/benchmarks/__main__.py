"""`python -m tests.benchmarks`: every part, side by side in one run, and a table of medians and ratios."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable

from tests.benchmarks import (
    batches,
    battery,
    browser_shift,
    bundle,
    channels_minute,
    flashes,
    orders,
    phones,
    plan_at_scale,
    routes,
    screen,
    shift,
)
from tests.benchmarks.figures import Figure, machine, say, table

Part = Callable[[bool], list[Figure]]

PARTS: dict[str, Part] = {
    "orders": lambda is_quick: orders.orders(orders.QUICK if is_quick else orders.FULL),
    "order-latency": lambda is_quick: orders.order_latency(orders.QUICK if is_quick else orders.FULL),
    "fan-out": lambda is_quick: phones.fan_out(phones.QUICK if is_quick else phones.FULL),
    "confirm-pick": lambda is_quick: phones.confirm_picks(phones.QUICK if is_quick else phones.FULL),
    "flashes": lambda is_quick: flashes.flashes(flashes.QUICK if is_quick else flashes.FULL),
    "battery": lambda is_quick: battery.battery(battery.QUICK if is_quick else battery.FULL),
    "routes": lambda is_quick: routes.routes(routes.QUICK if is_quick else routes.FULL),
    "batches": lambda is_quick: batches.batches(batches.QUICK if is_quick else batches.FULL),
    "plan-at-scale": lambda is_quick: plan_at_scale.plan_at_scale(
        plan_at_scale.QUICK if is_quick else plan_at_scale.FULL
    ),
    "channels-minute": lambda is_quick: channels_minute.channels_minute(
        channels_minute.QUICK if is_quick else channels_minute.FULL
    ),
    "screen": lambda is_quick: screen.screen(screen.QUICK if is_quick else screen.FULL),
    "browser-shift": lambda is_quick: browser_shift.browser_shift(
        browser_shift.QUICK if is_quick else browser_shift.FULL
    ),
    "bundle": lambda _: bundle.bundle(),
    "shift": lambda is_quick: shift.shift(shift.QUICK if is_quick else shift.FULL),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(PARTS), help="this part alone; may be given again")
    parser.add_argument(
        "--quick", action="store_true", help="a minute in all, to see that it runs: figures mean little"
    )
    chosen = parser.parse_args()
    measured_on = machine()
    figures: list[Figure] = []
    for name in chosen.only or PARTS:
        began_s = time.monotonic()
        say(f"{name} ...")
        figures += PARTS[name](chosen.quick)
        say(f"{name} took {time.monotonic() - began_s:.0f} s")
    print(f"{measured_on}\n\n{table(figures)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
