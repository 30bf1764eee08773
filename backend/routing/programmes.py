"""Linear and integer programmes over sets of orders, solved by HiGHS in scipy, within the time there is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from backend.routing.batch_arrays import Floats
from backend.routing.tables import Integers

_INFEASIBLE = 2
_OPTIMAL = 0
_GRACE_S = 0.02
_SHORTEST_S = 0.02


@dataclass(frozen=True)
class Shares:
    """How much of each set a plan takes, and what each row adds to the cost; `shares` is empty where there is none.

    `is_infeasible`: there is none at all, in whatever time.
    """

    total_mm: float
    shares: Floats
    worth_mm: Floats
    is_infeasible: bool = False


NONE_KNOWN = Shares(0.0, np.zeros(0), np.zeros(0))


def cheapest_shares(costs_mm: Floats, rows: Integers, least: Floats, most: Floats, seconds: float) -> Shares:
    """The cheapest plan in fractions of sets with `least <= rows @ shares <= most`."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    if not len(costs_mm):  # the search knew so many sets that it had no room for these
        return NONE_KNOWN
    is_even, has_least, has_most = least == most, np.isfinite(least) & (least != most), np.isfinite(most)
    has_most &= ~is_even
    upper = np.vstack([rows[has_most], -rows[has_least]])
    solved = _within(
        seconds,
        lambda: linprog(
            costs_mm,
            A_ub=csr_array(upper.astype(float)) if len(upper) else None,
            b_ub=np.append(most[has_most], -least[has_least]) if len(upper) else None,
            A_eq=csr_array(rows[is_even].astype(float)) if is_even.any() else None,
            b_eq=least[is_even] if is_even.any() else None,
            method="highs-ds",
            options={"time_limit": max(_SHORTEST_S, seconds)},
        ),
    )
    if solved is None or solved.x is None or solved.status != _OPTIMAL:
        return Shares(0.0, np.zeros(0), np.zeros(0), solved is not None and solved.status == _INFEASIBLE)
    worth_mm = np.zeros(len(rows))
    worth_mm[has_most] = solved.ineqlin.marginals[: has_most.sum()]
    worth_mm[has_least] -= solved.ineqlin.marginals[has_most.sum() :]
    worth_mm[is_even] = solved.eqlin.marginals
    return Shares(float(solved.fun), solved.x, worth_mm)


def cheapest_sets(
    costs_mm: Floats, rows: Integers, least: Floats, most: Floats, seconds: float, nodes: int | None
) -> tuple[Integers | None, bool]:
    """Which whole sets are the cheapest plan that was found, if any; and whether no other can be cheaper."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    options: dict[str, float] = {"mip_rel_gap": 0.0, "time_limit": max(_SHORTEST_S, min(seconds, 1e6))}
    if nodes is not None:
        options["node_limit"] = nodes
    constraints = LinearConstraint(csr_array(rows.astype(float)), least, most)
    solved = _within(
        seconds,
        lambda: milp(
            costs_mm,
            constraints=constraints,
            bounds=Bounds(0, 1),
            integrality=np.ones(len(costs_mm)),
            options=options,
        ),
    )
    if solved is None:
        return None, False
    chosen = None if solved.x is None else np.flatnonzero(solved.x > 0.5)
    return chosen, solved.status in (_OPTIMAL, _INFEASIBLE)


def _within(seconds: float, solve: Callable[[], Any]) -> Any:
    """The answer, or None: HiGHS looks at the time now and then only, so it works beside, and is left when late."""
    if seconds > 1e6:
        return solve()
    answers: list[Any] = []
    worker = threading.Thread(target=lambda: answers.append(solve()), daemon=True, name="programme")
    worker.start()
    worker.join(max(_SHORTEST_S, seconds) + _GRACE_S)
    return answers[0] if answers else None
