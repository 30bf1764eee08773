"""The page's words are there in every language of the app."""

from __future__ import annotations

from dataclasses import fields

from backend.main.trust_words import TRUST_WORDS, TrustWords


def test_every_language_has_every_word_and_every_step() -> None:
    assert [words.language for words in TRUST_WORDS] == ["en", "zh-CN", "pt-BR"]
    for words in TRUST_WORDS:
        assert all(getattr(words, field.name) for field in fields(TrustWords))
        assert (len(words.android), len(words.ios)) == (3, 4)
