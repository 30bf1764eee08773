"""Every word on the screens, in the languages the store speaks. English is complete; a test keeps the others so."""

from __future__ import annotations

from collections.abc import Callable

from mobile.captions.english import ENGLISH
from mobile.captions.mandarin import MANDARIN
from mobile.captions.portuguese import PORTUGUESE

Say = Callable[..., str]

BY_LANGUAGE: dict[str, dict[str, str]] = {"en": ENGLISH, "zh": MANDARIN, "pt": PORTUGUESE}
LANGUAGE_NAMES = {"en": "English", "zh": "中文", "pt": "Português"}


def captions_in(language: str) -> Say:
    """`say(key, **values)` for one language; a caption that is missing there is said in English."""
    chosen = BY_LANGUAGE.get(language, ENGLISH)

    def say(key: str, /, **values: object) -> str:
        return chosen.get(key, ENGLISH[key]).format(**values)

    return say
