"""What is sealed opens in its own place with its own key, and nowhere else; the key's file is its owner's alone."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.errors import SealBroken
from backend.core.sealing import Sealer

KEY, OTHER_KEY = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
NOWHERE = Path("/nowhere/at/all")


class TestSeal:
    @given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
    def test_whatever_is_sealed_opens_again(self, text: str, place: str) -> None:
        sealer = Sealer(KEY, NOWHERE)
        assert sealer.open(sealer.seal(text, place), place) == text

    def test_the_same_text_is_never_sealed_alike_and_does_not_show(self) -> None:
        sealer = Sealer(KEY, NOWHERE)
        one, other = sealer.seal("hush", "here"), sealer.seal("hush", "here")
        assert one != other
        assert b"hush" not in base64.b64decode(one)

    def test_in_another_place_with_another_key_or_damaged_it_does_not_open(self) -> None:
        sealed = Sealer(KEY, NOWHERE).seal("hush", "here")
        damaged = base64.b64encode(base64.b64decode(sealed)[:-1] + b"!").decode()
        for key, text, place in ((KEY, sealed, "there"), (OTHER_KEY, sealed, "here"), (KEY, damaged, "here")):
            with pytest.raises(SealBroken):
                Sealer(key, NOWHERE).open(text, place)

    @given(st.text())
    def test_what_was_never_sealed_raises_its_own_error(self, text: str) -> None:
        with pytest.raises(SealBroken):
            Sealer(KEY, NOWHERE).open(text, "here")


class TestKey:
    def test_it_is_drawn_once_and_for_its_owner_only(self, tmp_path: Path) -> None:
        path = tmp_path / "var" / "secrets.key"
        sealed = Sealer("", path).seal("hush", "here")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        drawn = path.read_bytes()
        assert Sealer("", path).open(sealed, "here") == "hush"
        Sealer("", path).seal("more", "here")
        assert path.read_bytes() == drawn
        assert [each.name for each in path.parent.iterdir()] == ["secrets.key"]

    def test_none_is_drawn_only_to_open_something(self, tmp_path: Path) -> None:
        with pytest.raises(SealBroken, match=r"secrets\.key"):
            Sealer("", tmp_path / "secrets.key").open(Sealer(KEY, NOWHERE).seal("hush", "here"), "here")
        assert not (tmp_path / "secrets.key").exists()

    @pytest.mark.parametrize("text", ["short", "", base64.b64encode(b"x" * 31).decode(), "ä" * 44])
    def test_what_is_no_key_is_said_with_how_to_make_one(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "secrets.key"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(SealBroken) as raised:
            Sealer("", path).seal("hush", "here")
        assert text not in raised.value.detail or not text
