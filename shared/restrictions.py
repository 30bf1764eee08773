"""What somebody may not pick: temperature classes, departments, what only adults may handle. Both sides ask here."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from shared.products import ProductCard

AGE_RESTRICTED = "age-restricted"
WORD_MAX_CHARACTERS = 40


def words_of(card: ProductCard) -> set[str]:
    """Every word of a `may_not_pick` list that would keep somebody from this product."""
    words = {card.temperature.value, folded(card.department)} - {""}
    return words | {AGE_RESTRICTED} if card.is_age_restricted else words


def forbidden_words(may_not_pick: Iterable[str], words: Collection[str]) -> list[str]:
    """Those of `may_not_pick` that are among `words`, as they were written."""
    return [word for word in may_not_pick if folded(word) in words]


def folded(word: str) -> str:
    """As words are compared: a department is the same whatever its capitals."""
    return " ".join(word.split()).casefold()
