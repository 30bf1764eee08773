"""PINs: what is accepted as one, and how it is kept."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.errors import Overloaded
from backend.people.pins import PinHasher, pin_problem
from backend.settings import PIN_MEMORY_KIB, PIN_PASSES


class TestPinProblem:
    @pytest.mark.parametrize("pin", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", " 48291", "48291\n"])
    def test_a_pin_has_six_digits(self, pin: str) -> None:
        assert pin_problem(pin, is_production=False) == "a PIN has exactly 6 digits"

    @pytest.mark.parametrize(
        "pin", ["000000", "999999", "123456", "012345", "654321", "890123", "210987", "121212", "123123", "112233"]
    )
    def test_what_everybody_tries_first_is_refused_in_production(self, pin: str) -> None:
        assert pin_problem(pin, is_production=True) is not None
        assert pin_problem(pin, is_production=False) is None

    @pytest.mark.parametrize("pin", ["482913", "738264", "100200", "135790"])
    def test_an_ordinary_pin_is_fine(self, pin: str) -> None:
        assert pin_problem(pin, is_production=True) is None

    @given(st.text())
    def test_never_repeats_the_pin(self, pin: str) -> None:
        problem = pin_problem(pin, is_production=True) or ""
        assert len(pin) < 6 or pin not in problem


class TestPinHasher:
    def test_knows_the_right_pin(self, hasher: PinHasher, run: Callable[..., Any]) -> None:
        kept = run(hasher.hash("482913"))
        assert run(hasher.is_right(kept, "482913"))
        assert not run(hasher.is_right(kept, "482914"))

    def test_the_same_pin_is_kept_differently_each_time(self, hasher: PinHasher) -> None:
        assert hasher.hash_now("482913") != hasher.hash_now("482913")

    def test_nobody_has_no_right_pin_but_is_checked_all_the_same(
        self, hasher: PinHasher, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        checked: list[str] = []
        really = hasher._matches
        monkeypatch.setattr(hasher, "_matches", lambda kept, pin: checked.append(kept) or really(kept, pin))
        assert not run(hasher.is_right(None, "nobody has this PIN"))
        assert checked == [hasher._nobody]

    def test_another_pepper_makes_every_pin_wrong(self, hasher: PinHasher, run: Callable[..., Any]) -> None:
        other = PinHasher(b"another pepper, stolen database", memory_kib=8, passes=1)
        assert not run(other.is_right(hasher.hash_now("482913"), "482913"))
        other.close()

    def test_a_broken_hash_is_never_right(self, hasher: PinHasher, run: Callable[..., Any]) -> None:
        assert not run(hasher.is_right("not a hash", "482913"))

    def test_a_short_pepper_is_refused(self) -> None:
        with pytest.raises(ValueError, match="pepper"):
            PinHasher(b"short")

    def test_costs_what_the_rule_says(self) -> None:
        hasher = PinHasher(b"a pepper for the tests")
        assert f"$argon2id$v=19$m={PIN_MEMORY_KIB},t={PIN_PASSES},p=1$" in hasher.hash_now("482913")
        assert (PIN_MEMORY_KIB, PIN_PASSES) == (19_456, 2)
        hasher.close()

    def test_runs_on_its_own_threads_and_refuses_too_many(self, run: Callable[..., Any]) -> None:
        hasher = PinHasher(b"a pepper for the tests", memory_kib=8, passes=1, threads=1, waiting_max=2)
        gate, names = threading.Event(), []

        def blocked(_kept: str, _pin: str) -> bool:
            names.append(threading.current_thread().name)
            return gate.wait()

        hasher._matches = blocked  # type: ignore[method-assign]

        async def three() -> tuple[list[bool], Overloaded]:
            waiting = [asyncio.create_task(hasher.is_right("kept", "pin")) for _ in range(2)]
            await asyncio.sleep(0)
            with pytest.raises(Overloaded) as refused:
                await hasher.is_right("kept", "pin")
            gate.set()
            return await asyncio.gather(*waiting), refused.value

        right, refused = run(three())
        assert right == [True, True]
        assert refused.facts["retry_after_s"] == 1
        assert all(name.startswith("pin") for name in names)
        hasher.close()

    def test_digests_for_two_purposes_differ(self, hasher: PinHasher) -> None:
        assert hasher.keyed_digest("badge", "1") != hasher.keyed_digest("pin", "1")
