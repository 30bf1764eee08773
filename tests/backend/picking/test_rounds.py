"""Every store has its turn in every round, whatever happened at another one."""

from __future__ import annotations

import asyncio

import pytest

from backend.picking.rounds import go_round


class Evening(Exception):
    """The day is over."""


def test_one_store_whose_look_fails_keeps_nobody_from_theirs() -> None:
    seen, rested_s = list[str](), list[float]()

    async def look(store_id: str) -> None:
        seen.append(store_id)
        if store_id == "sto_broken":
            raise ValueError("its floor cannot be read")

    async def sleep(seconds: float) -> None:
        rested_s.append(seconds)
        if len(rested_s) == 2:
            raise Evening

    with pytest.raises(Evening):
        asyncio.run(go_round(look, lambda: ["sto_broken", "sto_whole"], 5.0, sleep, failed="it failed"))

    assert seen == ["sto_broken", "sto_whole"] * 2
    assert rested_s == [5.0, 5.0]
