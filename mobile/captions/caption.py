"""What a caption is: English words with `{placeholders}`, in a second form where they are counted."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Caption:
    """`one` is said of one thing and `many` of several; `many` is empty where nothing is counted.

    `note` tells translators what the words alone do not, for instance how much room there is.
    """

    one: str
    many: str = ""
    note: str = ""

    @property
    def placeholders(self) -> frozenset[str]:
        """What must be handed in to say it: of both forms, and `count` where it is counted."""
        return placeholders(self.one) | placeholders(self.many) | (frozenset({"count"}) if self.many else frozenset())


Captions = Mapping[str, str | Caption]


def several(one: str, many: str, *, note: str = "") -> Caption:
    """A caption that is counted; the language chooses its form by `count`, and some languages have other forms."""
    return Caption(one, many, note)


def noted(text: str, note: str) -> Caption:
    """A caption that translators need a word about."""
    return Caption(text, note=note)


def placeholders(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)
