"""Encrypted advertising data against the sample data of the Core Specification Supplement."""

import contextlib
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.labels.drivers.ble_esl.encrypted import (
    KeyMaterial,
    decrypt,
    draw_randomizer,
    encrypt,
    parse_key,
    unwrap,
    wrap,
)
from backend.labels.port import AnswerMalformed
from tests.backend.labels.drivers.ble_esl.vectors import VECTORS

keys = st.builds(KeyMaterial, st.binary(min_size=16, max_size=16), st.binary(min_size=8, max_size=8))
randomizers = st.binary(min_size=5, max_size=5)


class TestEncrypt:
    @pytest.mark.parametrize("vector", VECTORS["encrypted"], ids=lambda vector: vector["name"])
    def test_known_data_byte_for_byte(self, vector: dict[str, Any]) -> None:
        key = parse_key(vector["key"] + vector["iv"])
        randomizer = bytes.fromhex(vector["randomizer"])[::-1]  # written down the highest byte first
        structure = encrypt(bytes.fromhex(vector["plain"]), key, randomizer)
        assert structure.hex().upper() == vector["structure"]
        assert decrypt(structure, key).hex().upper() == vector["plain"]

    @given(st.binary(max_size=50), keys, randomizers)
    def test_there_and_back(self, plain: bytes, key: KeyMaterial, randomizer: bytes) -> None:
        assert decrypt(encrypt(plain, key, randomizer), key) == plain

    @given(st.binary(min_size=1, max_size=50), keys, randomizers, st.integers(2, 30), st.integers(1, 255))
    def test_whatever_is_altered_is_noticed(
        self, plain: bytes, key: KeyMaterial, randomizer: bytes, place: int, change: int
    ) -> None:
        structure = bytearray(encrypt(plain, key, randomizer))
        structure[place % (len(structure) - 2) + 2] ^= change
        with pytest.raises(AnswerMalformed):
            decrypt(bytes(structure), key)

    @given(st.binary(max_size=50), keys, keys, randomizers)
    def test_another_key_does_not_fit(
        self, plain: bytes, key: KeyMaterial, other: KeyMaterial, randomizer: bytes
    ) -> None:
        if key != other:
            with pytest.raises(AnswerMalformed, match="another key"):
                decrypt(encrypt(plain, key, randomizer), other)

    @given(st.binary(max_size=60), keys)
    def test_anything_else_is_malformed_and_nothing_worse(self, raw: bytes, key: KeyMaterial) -> None:
        for structure in (raw, bytes([(len(raw) + 1) % 256, 0x31]) + raw):
            with contextlib.suppress(AnswerMalformed):
                decrypt(structure, key)

    def test_randomizers_differ_and_carry_the_direction(self) -> None:
        chance = random.Random(1)
        drawn = {draw_randomizer(chance) for _ in range(100)}
        assert len(drawn) == 100
        assert all(each[4] & 0x80 for each in drawn)


class TestWrap:
    @given(st.binary(max_size=48))
    def test_there_and_back(self, payload: bytes) -> None:
        assert unwrap(wrap(payload)) == payload

    @given(st.binary(max_size=60))
    def test_anything_else_is_malformed_and_nothing_worse(self, raw: bytes) -> None:
        with contextlib.suppress(AnswerMalformed):
            unwrap(raw)


class TestKey:
    def test_it_is_not_shown(self) -> None:
        key = parse_key("57A9DA12D12E6E131E20612AD10A6A1946E77AB1EF007A9E")
        assert key.encoded().hex().upper() == "57A9DA12D12E6E131E20612AD10A6A1946E77AB1EF007A9E"
        assert "57" not in repr(key)
        assert "\\x" not in repr(key)

    @pytest.mark.parametrize(
        "text", ["", "57A9", "G" * 48, "57" * 25, "57A9DA12D12E6E131E20612AD10A6A1946E77AB1EF007Aé"]
    )
    def test_what_is_no_key_is_refused_without_being_repeated(self, text: str) -> None:
        with pytest.raises(AnswerMalformed) as error:
            parse_key(text)
        assert not text or text not in error.value.detail
