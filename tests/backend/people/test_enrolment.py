"""How a phone becomes one of ours: with a code, once, within ten minutes."""

from __future__ import annotations

import asyncio

import pytest
from sqlmodel import select

from backend.core.errors import TooManyAttempts
from backend.people.errors import DeviceNotEnrolled, DeviceNotFound, EnrolmentCodeInvalid, SessionEnded
from backend.people.limits import CODE_GUESSES_PER_CLIENT_MAX, WINDOW_S
from backend.people.models import DeviceRow, EnrolmentRow, Role
from tests.backend.databases import both_databases
from tests.backend.people.conftest import HOME, OTHER, Desk, StoreUnknown

CLIENT = "10.0.0.9"


def enrol(desk: Desk, code: str, client: str = CLIENT) -> str:
    return str(desk.run(desk.people.enrol(code, "Phone", client)).device_token)


@both_databases
class TestEnrol:
    def test_a_code_makes_a_phone_of_the_store(self, desk: Desk) -> None:
        device = desk.run(desk.people.enrol(desk.code(OTHER), "Phone 7", CLIENT))
        assert device.store_id == OTHER
        assert device.device_token.startswith("dvt_")
        assert [row.name for row in desk.run(desk.people.list_devices(OTHER))] == ["Phone 7"]

    def test_a_code_works_once(self, desk: Desk) -> None:
        code = desk.code()
        enrol(desk, code)
        with pytest.raises(EnrolmentCodeInvalid):
            enrol(desk, code)

    def test_a_code_works_once_when_two_phones_are_as_fast(self, desk: Desk) -> None:
        code = desk.code()

        async def both() -> list[object]:
            tries = (desk.people.enrol(code, name, CLIENT) for name in ("A", "B"))
            return await asyncio.gather(*tries, return_exceptions=True)

        answers = desk.run(both())
        assert sum(isinstance(answer, EnrolmentCodeInvalid) for answer in answers) == 1
        assert len(desk.run(desk.people.list_devices(HOME))) == 1


class TestEnrolmentCode:
    def test_may_be_typed_as_people_type(self, desk: Desk) -> None:
        code = desk.code()
        assert enrol(desk, f" {code[:5].lower()}-{code[5:].lower()} ")

    def test_is_over_after_ten_minutes(self, desk: Desk) -> None:
        code = desk.code()
        desk.clock.advance(600)
        with pytest.raises(EnrolmentCodeInvalid):
            enrol(desk, code)

    def test_still_works_just_before(self, desk: Desk) -> None:
        code = desk.code()
        desk.clock.advance(599)
        assert enrol(desk, code)

    def test_never_lasts_longer_whatever_the_setting(self, desk: Desk) -> None:
        desk.people._enrolment_s = 86_400
        created = desk.run(desk.people.create_enrolment_code(HOME, "test"))
        assert (created.expires_at - desk.clock.now()).total_seconds() == 600

    def test_needs_a_store_that_is_there(self, desk: Desk) -> None:
        with pytest.raises(StoreUnknown):
            desk.code("sto_nowhere")

    def test_guesses_are_counted_per_client(self, desk: Desk) -> None:
        code = desk.code()
        for _ in range(CODE_GUESSES_PER_CLIENT_MAX):
            with pytest.raises(EnrolmentCodeInvalid):
                enrol(desk, "ABCDEFGHJK")
        with pytest.raises(TooManyAttempts) as refused:
            enrol(desk, code)
        assert refused.value.facts["retry_after_s"] == WINDOW_S
        assert enrol(desk, code, client="10.0.0.10")

    def test_right_codes_are_no_guesses(self, desk: Desk) -> None:
        for _ in range(CODE_GUESSES_PER_CLIENT_MAX + 1):
            assert enrol(desk, desk.code())

    def test_guesses_at_the_same_time_are_counted_too(self, desk: Desk) -> None:
        async def many() -> list[object]:
            tries = (desk.people.enrol("ABCDEFGHJK", "Phone", CLIENT) for _ in range(50))
            return await asyncio.gather(*tries, return_exceptions=True)

        looked_at = [answer for answer in desk.run(many()) if isinstance(answer, EnrolmentCodeInvalid)]
        assert len(looked_at) == CODE_GUESSES_PER_CLIENT_MAX

    def test_neither_code_nor_token_is_kept_in_clear(self, desk: Desk) -> None:
        code = desk.code()
        token = enrol(desk, code)
        with desk.database.reading() as session:
            kept = repr(session.exec(select(EnrolmentRow)).all()) + repr(session.exec(select(DeviceRow)).all())
        assert code not in kept
        assert token not in kept


class TestRevoke:
    def test_the_phone_and_its_sessions_end_at_once(self, desk: Desk) -> None:
        desk.hire("P-1")
        token, device_id = desk.phone()
        signed_in = desk.sign_in(token, "P-1")
        desk.who(signed_in.session_token)
        desk.run(desk.people.revoke_device(HOME, device_id, "test"))
        with pytest.raises(SessionEnded):
            desk.who(signed_in.session_token)
        with pytest.raises(DeviceNotEnrolled):
            desk.sign_in(token, "P-1")
        assert desk.ended == [signed_in.principal.session_id]

    def test_a_phone_lost_while_the_pin_was_checked_does_not_get_in(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk.hire("P-1")
        token, device_id = desk.phone()

        async def revoked_meanwhile(_pin_hash: str | None, _pin: str) -> bool:
            await desk.people.revoke_device(HOME, device_id, "test")
            return True

        monkeypatch.setattr(type(desk.people._hasher), "is_right", lambda _self, *given: revoked_meanwhile(*given))
        with pytest.raises(DeviceNotEnrolled):
            desk.sign_in(token, "P-1")

    def test_twice_is_no_error_and_is_recorded_once(self, desk: Desk) -> None:
        _, device_id = desk.phone()
        for _ in range(2):
            desk.run(desk.people.revoke_device(HOME, device_id, "test"))
        assert [row.what for row in desk.access()].count("device.revoked") == 1

    def test_another_stores_phone_is_not_there(self, desk: Desk) -> None:
        _, device_id = desk.phone(OTHER)
        with pytest.raises(DeviceNotFound):
            desk.run(desk.people.revoke_device(HOME, device_id, "test"))

    def test_a_supervisors_code_is_recorded_with_who_made_it(self, desk: Desk) -> None:
        boss = desk.hire("S-1", Role.SUPERVISOR)
        desk.run(desk.people.create_enrolment_code(HOME, boss))
        assert [(row.what, row.caused_by) for row in desk.access()][-1] == ("enrolment_code.created", boss)
