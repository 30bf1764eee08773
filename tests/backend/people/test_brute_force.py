"""How many guesses a phone in the wrong hands gets."""

from __future__ import annotations

import asyncio

import pytest

from backend.core.errors import TooManyAttempts
from backend.people.errors import PersonNotFound, SignInRefused
from backend.people.limits import FAILURES_PER_BADGE_MAX, FAILURES_PER_DEVICE_MAX, WINDOW_S
from tests.backend.databases import both_databases
from tests.backend.people.conftest import HOME, OTHER, PIN, WRONG_PIN, Desk

DAY_S = 86_400
GUESSES_A_DAY_MAX = 480


def guess(desk: Desk, token: str, badge: str = "P-1", pin: str = WRONG_PIN) -> int:
    """One wrong guess: 0 if it was looked at, else the seconds to wait."""
    try:
        desk.sign_in(token, badge, pin)
    except SignInRefused:
        return 0
    except TooManyAttempts as error:
        return int(error.facts["retry_after_s"])
    raise AssertionError("a wrong PIN was taken")


@both_databases
class TestCounting:
    def test_the_sixth_guess_waits(self, desk: Desk) -> None:
        desk.hire("P-1")
        token, _ = desk.phone()
        assert [guess(desk, token) for _ in range(6)] == [0, 0, 0, 0, 0, WINDOW_S]

    def test_parallel_guesses_do_not_slip_past_the_count(self, desk: Desk) -> None:
        desk.hire("P-1")
        token, _ = desk.phone()

        async def storm() -> list[object]:
            tries = (desk.people.sign_in(token, "P-1", f"{number:06}") for number in range(40))
            return await asyncio.gather(*tries, return_exceptions=True)

        answers = desk.run(storm())
        assert sum(isinstance(answer, SignInRefused) for answer in answers) == FAILURES_PER_BADGE_MAX
        assert sum(isinstance(answer, TooManyAttempts) for answer in answers) == 40 - FAILURES_PER_BADGE_MAX


class TestBruteForce:
    def test_a_day_of_guessing_as_fast_as_allowed_gives_480_guesses(self, desk: Desk) -> None:
        desk.hire("P-1")
        token, _ = desk.phone()
        looked_at, elapsed_s = 0, 0
        while elapsed_s < DAY_S:
            wait_s = guess(desk, token)
            looked_at += wait_s == 0
            desk.clock.advance(wait_s)
            elapsed_s += wait_s
        assert looked_at == GUESSES_A_DAY_MAX

    def test_the_right_pin_must_wait_too(self, desk: Desk) -> None:
        desk.hire("P-1")
        token, _ = desk.phone()
        for _ in range(FAILURES_PER_BADGE_MAX):
            guess(desk, token)
        with pytest.raises(TooManyAttempts):
            desk.sign_in(token, "P-1", PIN)
        desk.clock.advance(WINDOW_S)
        assert desk.sign_in(token, "P-1", PIN)

    def test_trying_every_colleagues_badge_does_not_multiply_the_guesses(self, desk: Desk) -> None:
        token, _ = desk.phone()
        looked_at = sum(guess(desk, token, f"P-{number}") == 0 for number in range(50))
        assert looked_at == FAILURES_PER_DEVICE_MAX

    def test_signing_in_oneself_forgives_nothing_of_anothers_badge(self, desk: Desk) -> None:
        desk.hire("P-1")
        desk.hire("P-2")
        token, _ = desk.phone()
        for _ in range(FAILURES_PER_BADGE_MAX):
            guess(desk, token, "P-1")
        desk.sign_in(token, "P-2", PIN)
        assert guess(desk, token, "P-1") > 0

    def test_ones_own_right_pin_forgives_ones_own_slips(self, desk: Desk) -> None:
        desk.hire("P-1")
        token, _ = desk.phone()
        for _ in range(3):
            for _ in range(FAILURES_PER_BADGE_MAX - 1):
                assert guess(desk, token) == 0
            desk.sign_in(token, "P-1", PIN)

    def test_another_phone_is_not_locked(self, desk: Desk) -> None:
        desk.hire("P-1")
        token, _ = desk.phone()
        for _ in range(FAILURES_PER_BADGE_MAX):
            guess(desk, token)
        assert desk.sign_in(desk.phone()[0], "P-1", PIN)


class TestUnlock:
    def test_a_supervisor_lets_a_person_try_again(self, desk: Desk) -> None:
        person_id = desk.hire("P-1")
        token, _ = desk.phone()
        for _ in range(FAILURES_PER_BADGE_MAX):
            guess(desk, token)
        desk.run(desk.people.unlock_person(HOME, person_id, "boss"))
        assert desk.sign_in(token, "P-1", PIN)
        assert ("person.unlocked", "boss") in [(row.what, row.caused_by) for row in desk.access()]

    def test_a_supervisor_lets_a_phone_try_again(self, desk: Desk) -> None:
        desk.hire("P-1")
        token, device_id = desk.phone()
        for number in range(FAILURES_PER_DEVICE_MAX):
            guess(desk, token, f"X-{number}")
        assert guess(desk, token, "P-1") > 0
        desk.run(desk.people.unlock_device(HOME, device_id, "boss"))
        assert desk.sign_in(token, "P-1", PIN)

    def test_a_person_of_another_store_is_not_there(self, desk: Desk) -> None:
        person_id = desk.hire("P-1", store_id=OTHER)
        with pytest.raises(PersonNotFound):
            desk.run(desk.people.unlock_person(HOME, person_id, "boss"))
