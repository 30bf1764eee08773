"""Every word on the screens, in the languages the store speaks: `say("stop.more", count=3)`.

A screen names a caption and hands in its placeholders; the words are in `english/`, their translations in `locale/`.
"""

from __future__ import annotations

from functools import cache
from typing import Protocol

from mobile.captions.compiled import translations
from mobile.captions.english import ENGLISH

LOCALES = {"en": "", "zh": "zh_Hans", "pt": "pt_PT"}  # English is what stands in the code
LANGUAGE_NAMES = {"en": "English", "zh": "中文", "pt": "Português"}


class Say(Protocol):
    """Says a caption by its name. A test looks at every call: the name exists, the placeholders are all there."""

    def __call__(self, key: str, /, **values: object) -> str: ...


def is_caption(key: str) -> bool:
    """For words a newer backend may send: what has no caption is shown as it came."""
    return key in ENGLISH


@cache
def captions_in(language: str) -> Say:
    """`say(key, **values)` for one language; what is not translated, or a language nobody speaks, is English.

    The name is the message's context, so that two captions of the same English words may differ elsewhere.
    """
    translated = translations(LOCALES.get(language, ""))

    def say(key: str, /, **values: object) -> str:
        caption = ENGLISH[key]
        if not caption.many:
            return translated.pgettext(key, caption.one).format(**values)
        count = values["count"]
        assert isinstance(count, int), f"{key} counts whole things"
        return translated.npgettext(key, caption.one, caption.many, count).format(**values)

    return say
