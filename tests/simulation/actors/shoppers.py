"""Shoppers of a web shop: what they wish for each line, and what they say when they are asked about a substitute.

They approve, refuse, stay silent, answer too late, answer twice, or change their mind: each by its own chance.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from random import Random
from typing import Any

import httpx

from shared.substitution import ShopperAnswer
from tests.simulation.shops import Ware
from tests.simulation.world import World

ANSWERS_WITHIN_S = (1.0, 45.0)
LATE_BY_S = (0.5, 60.0)
AGAIN_WITHIN_S = (0.2, 30.0)
WISHED_SHARE = 0.3  # of the lines with a wish, those that name a product

Post = Callable[[str, dict[str, Any]], Awaitable[httpx.Response]]


class Manner(StrEnum):
    """How somebody answers."""

    APPROVES = "approves"
    REFUSES = "refuses"
    STAYS_SILENT = "stays silent"
    IS_LATE = "is late"
    SAYS_IT_TWICE = "says it twice"
    CHANGES_THEIR_MIND = "changes their mind"


@dataclass(frozen=True, slots=True)
class Leanings:
    """Shares of the lines with each wish, the rest says nothing; and how shoppers answer, by weight."""

    ask: float = 0.45
    allow: float = 0.25
    manners: tuple[tuple[Manner, float], ...] = (
        (Manner.APPROVES, 30),
        (Manner.REFUSES, 25),
        (Manner.STAYS_SILENT, 15),
        (Manner.IS_LATE, 10),
        (Manner.SAYS_IT_TWICE, 10),
        (Manner.CHANGES_THEIR_MIND, 10),
    )


@dataclass(frozen=True, slots=True)
class Said:
    """One answer, and what the store said to it."""

    answer: ShopperAnswer
    at: datetime
    status: int
    code: str


@dataclass(slots=True)
class Asked:
    """One proposal as its shopper knows it."""

    proposal_id: str
    external_id: str
    external_line_id: str
    answer_by: datetime
    if_silent: ShopperAnswer
    manner: Manner
    said: list[Said] = field(default_factory=list)


class Shoppers:
    """Everybody who buys in one shop. `post` reaches the store for as long as it takes."""

    def __init__(self, world: World, leanings: Leanings | None = None) -> None:
        self._world = world
        self._leanings = leanings or Leanings()
        self._wishes = world.chance("shoppers wish")
        self._manners = world.chance("shoppers answer")
        self.asked: dict[str, Asked] = {}

    def wish(self, ware: Ware) -> dict[str, Any]:
        """The fields of a line that say what its shopper would take instead; none for most."""
        drawn = self._wishes.random()
        names = self._wishes.random() < WISHED_SHARE
        others = [other.sku for other in self._world.shop.companions(ware)]
        if drawn >= self._leanings.ask + self._leanings.allow:
            return {}
        line: dict[str, Any] = {"substitution": "ask" if drawn < self._leanings.ask else "allow"}
        if names and others:
            line["wished_skus"] = [self._wishes.choice(others)]
        return line

    async def hear(self, external_id: str, event: dict[str, Any], post: Post) -> None:
        """A proposal has come over the stream."""
        body = event["body"]
        manners, weights = zip(*self._leanings.manners, strict=True)
        asked = Asked(
            proposal_id=body["proposal_id"],
            external_id=external_id,
            external_line_id=body["external_line_id"],
            answer_by=datetime.fromisoformat(body["answer_by"]),
            if_silent=ShopperAnswer(body["if_silent"]),
            manner=self._manners.choices(manners, weights)[0],
        )
        self.asked[asked.proposal_id] = asked
        # Each has a chance of their own: how long one waits for the store changes nothing for another.
        await self._answer(asked, post, Random(f"{self._world.seed}:{asked.proposal_id}"))

    async def _answer(self, asked: Asked, post: Post, chance: Random) -> None:
        first = ShopperAnswer.REFUSE if asked.manner is Manner.REFUSES else ShopperAnswer.APPROVE
        if asked.manner is Manner.STAYS_SILENT:
            return
        wait_s = chance.uniform(*ANSWERS_WITHIN_S)
        if asked.manner is Manner.IS_LATE:
            left_s = (asked.answer_by - self._world.clock.now()).total_seconds()
            wait_s = max(0.0, left_s) + chance.uniform(*LATE_BY_S)
        elif asked.manner is not Manner.REFUSES:
            first = chance.choice(list(ShopperAnswer))
        await asyncio.sleep(wait_s)
        await self._say(asked, first, post)
        if asked.manner in (Manner.SAYS_IT_TWICE, Manner.CHANGES_THEIR_MIND):
            await asyncio.sleep(chance.uniform(*AGAIN_WITHIN_S))
            other = ShopperAnswer.REFUSE if first is ShopperAnswer.APPROVE else ShopperAnswer.APPROVE
            await self._say(asked, other if asked.manner is Manner.CHANGES_THEIR_MIND else first, post)

    async def _say(self, asked: Asked, answer: ShopperAnswer, post: Post) -> None:
        path = f"/api/v1/orders/{asked.external_id}/lines/{asked.external_line_id}/substitution"
        at = self._world.clock.now()
        response = await post(path, {"proposal_id": asked.proposal_id, "answer": answer.value})
        code = "" if response.status_code == 200 else str(response.json().get("code", ""))
        asked.said.append(Said(answer, at, response.status_code, code))
