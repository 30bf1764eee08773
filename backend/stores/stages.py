"""The order in which kinds of products go into a tote: heavy below, fragile on top, the cold ones last. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from shared.products import ProductCard, TemperatureClass


class StageKind(StrEnum):
    """What a product is when stages are made: how cold it is, or, where it need not be cold, how it is handled."""

    HEAVY = "heavy"
    ORDINARY = "ordinary"
    FRAGILE = "fragile"
    CHILLED = "chilled"
    FROZEN = "frozen"


Stages = tuple[frozenset[StageKind], ...]
"""Stage after stage, the kinds that are picked in it; a kind is in one stage. Empty: everything in one."""

DEFAULT_STAGES: Stages = (
    frozenset({StageKind.HEAVY}),
    frozenset(
        {StageKind.ORDINARY, StageKind.CHILLED}
    ),  # chilled shelves stand all round a store: docs/plan.md, "Stages"
    frozenset({StageKind.FRAGILE}),
    frozenset({StageKind.FROZEN}),
)


def kind_of(card: ProductCard) -> StageKind:
    """Cold comes before heavy: a frozen turkey is frozen."""
    cold = card.temperature is not TemperatureClass.AMBIENT
    return StageKind(card.temperature.value if cold else card.handling.value)


def rank_of(card: ProductCard, stages: Stages) -> int:
    """In which stage the product is picked, counted from 0."""
    kind = kind_of(card)
    return next((rank for rank, kinds in enumerate(stages) if kind in kinds), 0)


def stages_problem(stages: Sequence[Sequence[StageKind]]) -> str:
    """What is wrong with a store's own stages, as a sentence; empty where nothing is."""
    named = [kind for kinds in stages for kind in kinds]
    twice = sorted({kind.value for kind in named if named.count(kind) > 1})
    missing = [kind.value for kind in StageKind if kind not in named]
    if twice:
        return f"{', '.join(twice)} stands in two stages; each kind belongs to one"
    if stages and not all(stages):
        return "a stage without any kind; leave it out"
    if stages and missing:
        return f"no stage has {', '.join(missing)}; name every kind once, or leave the list empty for no stages"
    return ""
