"""The record of access: who, what, when and by whom, kept together with the thing itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import col, select

from backend.core.database import Database
from backend.core.errors import Conflict
from backend.core.writer import Transaction, Writer
from backend.people.access import record
from backend.people.models import AccessRow
from shared.clock import ManualClock
from tests.backend.people.conftest import HOME, PIN, WRONG_PIN, Desk

Run = Callable[..., Any]


def kept(database: Database) -> list[AccessRow]:
    with database.reading() as session:
        return list(session.exec(select(AccessRow).order_by(col(AccessRow.sequence))).all())


class TestRecord:
    def test_a_line_says_who_what_when_and_by_whom(
        self, writer: Writer, database: Database, clock: ManualClock, run: Run
    ) -> None:
        clock.advance(90)
        run(
            writer.submit(
                lambda tx: record(
                    tx, HOME, "device.revoked", "per_boss", person_id="per_1", device_id="dev_1", detail="lost"
                )
            )
        )
        (line,) = kept(database)
        assert (line.store_id, line.at, line.what, line.caused_by) == (HOME, clock.now(), "device.revoked", "per_boss")
        assert (line.person_id, line.device_id, line.detail) == ("per_1", "dev_1", "lost")

    def test_a_line_may_be_about_neither_a_person_nor_a_phone(
        self, writer: Writer, database: Database, run: Run
    ) -> None:
        run(writer.submit(lambda tx: record(tx, HOME, "enrolment_code.created", "command line")))
        (line,) = kept(database)
        assert (line.person_id, line.device_id, line.detail) == (None, None, "")

    def test_what_did_not_happen_is_not_recorded(self, writer: Writer, database: Database, run: Run) -> None:
        def regretted(tx: Transaction) -> None:
            record(tx, HOME, "device.revoked", "per_boss", device_id="dev_1")
            raise Conflict("no")

        with pytest.raises(Conflict):
            run(writer.submit(regretted))
        assert kept(database) == []

    def test_lines_keep_their_order_within_an_instant(self, writer: Writer, database: Database, run: Run) -> None:
        def several(tx: Transaction) -> None:
            for number in range(5):
                record(tx, HOME, f"thing.{number}", "per_boss")

        run(writer.submit(several))
        assert [line.what for line in kept(database)] == [f"thing.{number}" for number in range(5)]


class TestWholeStory:
    def test_a_day_of_access_can_be_read_and_holds_no_secret(self, desk: Desk) -> None:
        person_id = desk.hire("B-1")
        code = desk.code()
        device = desk.run(desk.people.enrol(code, "Phone", "10.0.0.1"))
        token = desk.sign_in(device.device_token, "B-1").session_token
        key = desk.run(desk.people.create_channel_key(HOME, "chn_1", "test")).key
        desk.run(desk.people.revoke_device(HOME, device.device_id, "boss"))
        lines = desk.access()
        assert [line.what for line in lines] == [
            "person.added",
            "enrolment_code.created",
            "device.enrolled",
            "session.opened",
            "channel_key.created",
            "device.revoked",
            "session.device_revoked",
        ]
        assert {line.person_id for line in lines if line.what.startswith(("person", "session"))} == {person_id}
        written = " ".join(line.model_dump_json() for line in lines)
        assert not [secret for secret in (PIN, WRONG_PIN, code, device.device_token, token, key) if secret in written]
