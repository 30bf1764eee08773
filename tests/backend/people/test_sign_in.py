"""Badge and PIN on an enrolled phone: who gets in, what they get, and what ends thereby."""

from __future__ import annotations

import pytest
from sqlmodel import select

from backend.people.errors import DeviceNotEnrolled, SessionEnded, SignInRefused
from backend.people.importing import NewPerson
from backend.people.models import AttemptRow, Role, SessionRow, ShiftRow
from backend.people.principals import Principal
from shared.events import ShiftEnded, ShiftStarted
from shared.labels import BlinkPattern, LightColour
from tests.backend.databases import both_databases
from tests.backend.people.conftest import HOME, OTHER, PIN, WRONG_PIN, Desk


def shifts(desk: Desk) -> list[ShiftRow]:
    with desk.database.reading() as session:
        return list(session.exec(select(ShiftRow)).all())


@both_databases
class TestSignIn:
    def test_a_picker_gets_a_session_and_a_shift_with_a_light(self, desk: Desk) -> None:
        person_id = desk.hire("P-1")
        token, device_id = desk.phone()
        signed_in = desk.sign_in(token, "P-1")
        assert signed_in.session_token.startswith("ses_")
        assert signed_in.store.name == "Home Street"
        principal = desk.who(signed_in.session_token)
        assert principal == signed_in.principal
        assert principal == Principal(
            person_id=person_id,
            name="Person P-1",
            role=Role.PICKER,
            store_id=HOME,
            device_id=device_id,
            session_id=principal.session_id,
            shift_id=principal.shift_id,
            colour=LightColour.BLUE,
            pattern=BlinkPattern.SLOW,
            language="en",
        )
        assert desk.events == [
            ShiftStarted(
                store_id=HOME,
                at=desk.clock.now(),
                shift_id=principal.shift_id,
                picker_id=person_id,
                device_id=device_id,
                colour=LightColour.BLUE,
                pattern=BlinkPattern.SLOW,
            )
        ]

    def test_a_supervisor_gets_no_shift(self, desk: Desk) -> None:
        desk.hire("S-1", Role.SUPERVISOR)
        token, _ = desk.phone()
        principal = desk.sign_in(token, "S-1").principal
        assert (principal.shift_id, principal.colour, principal.pattern) == (None, None, None)
        assert desk.events == []

    def test_pickers_of_one_store_get_different_lights_and_stores_do_not_share(self, desk: Desk) -> None:
        lights = []
        for store_id, badges in ((HOME, "ABCD"), (OTHER, "A")):
            for badge in badges:
                desk.hire(badge, store_id=store_id)
                principal = desk.sign_in(desk.phone(store_id)[0], badge).principal
                lights.append(f"{principal.colour} {principal.pattern}")
        assert lights == ["blue slow", "yellow slow", "cyan slow", "blue double", "blue slow"]

    def test_taking_over_on_another_phone_ends_the_older_session_and_keeps_the_light(self, desk: Desk) -> None:
        desk.hire("P-0")
        desk.hire("P-1")
        desk.sign_in(desk.phone()[0], "P-0")
        older = desk.sign_in(desk.phone()[0], "P-1")
        newer = desk.sign_in(desk.phone()[0], "P-1")
        with pytest.raises(SessionEnded):
            desk.who(older.session_token)
        assert desk.ended == [older.principal.session_id]
        assert newer.principal.colour == older.principal.colour == LightColour.YELLOW
        assert newer.principal.shift_id != older.principal.shift_id
        assert [type(event) for event in desk.events[-2:]] == [ShiftEnded, ShiftStarted]
        assert "session.taken_over" in [row.what for row in desk.access()]

    def test_again_on_the_same_phone_gives_a_new_token_and_the_same_shift(self, desk: Desk) -> None:
        desk.hire("P-1")
        token, _ = desk.phone()
        older, newer = desk.sign_in(token, "P-1"), desk.sign_in(token, "P-1")
        assert newer.principal.shift_id == older.principal.shift_id
        assert newer.session_token != older.session_token
        with pytest.raises(SessionEnded):
            desk.who(older.session_token)
        assert len(desk.events) == 1

    def test_somebody_else_on_the_phone_ends_the_session_of_who_had_it(self, desk: Desk) -> None:
        desk.hire("P-1")
        desk.hire("P-2")
        token, _ = desk.phone()
        first, second = desk.sign_in(token, "P-1"), desk.sign_in(token, "P-2")
        with pytest.raises(SessionEnded):
            desk.who(first.session_token)
        assert desk.who(second.session_token).colour is LightColour.BLUE
        assert [row.ended_at is None for row in shifts(desk)].count(True) == 1


class TestRefusal:
    def test_unknown_badge_and_wrong_pin_read_the_same(self, desk: Desk) -> None:
        desk.hire("P-1")
        token, _ = desk.phone()
        said = []
        for badge, pin in (("P-1", WRONG_PIN), ("P-9", PIN), ("", ""), ("P-1", "x" * 40)):
            with pytest.raises(SignInRefused) as refused:
                desk.sign_in(token, badge, pin)
            said.append((refused.value.detail, str(refused.value.facts)))
        assert len(set(said)) == 1

    def test_a_badge_of_another_store_is_unknown(self, desk: Desk) -> None:
        desk.hire("P-1", store_id=OTHER)
        with pytest.raises(SignInRefused):
            desk.sign_in(desk.phone(HOME)[0], "P-1")

    def test_the_same_badge_in_two_stores_is_two_people(self, desk: Desk) -> None:
        home, other = desk.hire("P-1"), desk.hire("P-1", store_id=OTHER, pin=WRONG_PIN)
        assert desk.sign_in(desk.phone(HOME)[0], "P-1").principal.person_id == home
        assert desk.sign_in(desk.phone(OTHER)[0], "P-1", WRONG_PIN).principal.person_id == other

    @pytest.mark.parametrize("token", ["", "dvt_", "dvt_" + "0" * 64, "ses_" + "0" * 64, "dvt_" + "0" * 10_000])
    def test_badge_and_pin_count_only_on_an_enrolled_phone(self, desk: Desk, token: str) -> None:
        desk.hire("P-1")
        with pytest.raises(DeviceNotEnrolled):
            desk.sign_in(token, "P-1")

    def test_a_session_token_enrols_no_phone_and_a_device_token_opens_no_session(self, desk: Desk) -> None:
        desk.hire("P-1")
        token, _ = desk.phone()
        signed_in = desk.sign_in(token, "P-1")
        with pytest.raises(DeviceNotEnrolled):
            desk.sign_in(signed_in.session_token, "P-1")
        with pytest.raises(SessionEnded):
            desk.who(token)

    def test_a_person_who_left_is_unknown(self, desk: Desk) -> None:
        person_id = desk.hire("P-1")
        token, _ = desk.phone()
        desk.run(desk.people.deactivate_person(HOME, person_id, "test"))
        with pytest.raises(SignInRefused):
            desk.sign_in(token, "P-1")

    def test_a_pin_changed_while_it_was_checked_does_not_count(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk.hire("P-1")
        token, _ = desk.phone()
        really = type(desk.people._hasher).is_right

        async def changed_meanwhile(hasher: object, pin_hash: str | None, pin: str) -> bool:
            monkeypatch.undo()
            changed = NewPerson("P-1", "Person P-1", Role.PICKER, WRONG_PIN, "en")
            await desk.people.import_people(HOME, [changed], "test")
            return await really(desk.people._hasher, pin_hash, pin)

        monkeypatch.setattr(type(desk.people._hasher), "is_right", changed_meanwhile)
        with pytest.raises(SignInRefused):
            desk.sign_in(token, "P-1")

    def test_nothing_secret_is_kept_in_clear(self, desk: Desk) -> None:
        desk.hire("P-1")
        token, _ = desk.phone()
        session_token = desk.sign_in(token, "P-1").session_token
        with pytest.raises(SignInRefused):
            desk.sign_in(token, WRONG_PIN, WRONG_PIN)
        with desk.database.reading() as session:
            people = desk.run(desk.people.list_people(HOME))
            kept = repr([people, session.exec(select(SessionRow)).all(), session.exec(select(AttemptRow)).all()])
        for secret in (PIN, WRONG_PIN, session_token, token):
            assert secret not in kept
