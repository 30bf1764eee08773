"""Secrets are long, plain enough for headers, and codes forgive the eye."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.people.tokens import (
    CODE_ALPHABET,
    CODE_CHARACTERS,
    DEVICE_PREFIX,
    SeededTokenSource,
    SystemTokenSource,
    new_code,
    new_row_id,
    new_token,
    normalise_code,
    token_digest,
)


class TestNewToken:
    def test_has_its_prefix_and_256_bits(self) -> None:
        token = new_token(SystemTokenSource(), DEVICE_PREFIX)
        assert re.fullmatch(r"dvt_[0-9a-f]{64}", token)

    def test_small_numbers_keep_the_length(self) -> None:
        class Zero:
            def bits(self, count: int) -> int:
                return 0

        assert new_token(Zero(), "ses_") == "ses_" + "0" * 64
        assert new_row_id(Zero(), "ssn") == "ssn_" + "0" * 32
        assert new_code(Zero()) == "0" * CODE_CHARACTERS

    def test_differs_each_time(self) -> None:
        source = SystemTokenSource()
        assert len({new_token(source, "ses_") for _ in range(100)}) == 100

    def test_a_seed_repeats_itself(self) -> None:
        assert new_token(SeededTokenSource(7), "ses_") == new_token(SeededTokenSource(7), "ses_")


class TestTokenDigest:
    @given(st.text(st.characters()))
    def test_digests_whatever_is_sent(self, text: str) -> None:
        assert re.fullmatch(r"[0-9a-f]{64}", token_digest(text))

    def test_lone_surrogates_do_not_break_it(self) -> None:
        assert token_digest("ses_\ud800")


class TestCode:
    @given(st.integers(min_value=0))
    def test_every_new_code_is_a_code(self, seed: int) -> None:
        code = new_code(SeededTokenSource(seed))
        assert len(code) == CODE_CHARACTERS
        assert set(code) <= set(CODE_ALPHABET)
        assert normalise_code(code) == code

    @pytest.mark.parametrize("typed", ["abcde-fgh10", "ABCDE FGHIO", " abcdefghlo ", "AbCdE-FgHl0"])
    def test_is_read_as_it_was_meant(self, typed: str) -> None:
        assert normalise_code(typed) == "ABCDEFGH10"

    @pytest.mark.parametrize("typed", ["", "ABC", "ABCDEFGH101", "ABCDEFGHU0", "ABCDEFGH!0", "ＡBCDEFGH10"])
    def test_what_is_no_code_is_none(self, typed: str) -> None:
        assert normalise_code(typed) is None

    @given(st.text())
    def test_never_breaks(self, typed: str) -> None:
        normalise_code(typed)
