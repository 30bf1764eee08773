"""The demo store comes whole or not at all, once, and its keys can be lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from backend.core.errors import BackendError
from backend.demo.loading import PLATFORM, STORE_ID, WEB_SHOP, load_demo
from backend.labels import repository as labels_repository
from backend.main.house import House
from backend.stores.commands import ImportStore
from backend.stores.importing import read_store_file
from tests.backend.demo.houses import FILES as TEXTS
from tests.backend.demo.houses import PIN, house_in, write_files

Run = Callable[..., Any]


def counts(house: House) -> dict[str, int]:
    """Rows of each table, except the bookkeeping."""
    names = [name for name in sa.inspect(house.database.read_engine).get_table_names() if name != "access"]
    with house.database.reading() as session:
        return {name: session.execute(sa.text(f"SELECT count(*) FROM {name}")).scalar_one() for name in names}


def without_people(found: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in found.items() if name != "person" and count}


class TestLoad:
    def test_everything_of_the_store_is_there(self, house: House, run: Run) -> None:
        access = run(load_demo(house))
        assert access.store_id == STORE_ID
        assert house.stores.store_ids() == [STORE_ID]
        found = counts(house)
        assert (found["location"], found["product"], found["label"], found["person"]) == (4, 3, 3, 2)
        assert {channel.name for channel in house.channels.supervision.channels(STORE_ID)} == {WEB_SHOP, PLATFORM}

    def test_each_gateway_knows_its_labels_and_some_spare_ones_to_hang_up(self, house: House, run: Run) -> None:
        run(load_demo(house))
        with house.database.reading() as session:
            gateways = {row.name: row.settings["labels"] for row in labels_repository.get_gateways(session, STORE_ID)}
        assert gateways == {
            "front": ["L1", "L2", "SPARE-FRONT-1", "SPARE-FRONT-2", "SPARE-FRONT-3"],
            "back": ["L3", "SPARE-BACK-1", "SPARE-BACK-2", "SPARE-BACK-3"],
        }

    def test_it_says_how_a_newcomer_gets_in(self, house: House, run: Run) -> None:
        access = run(load_demo(house))
        assert [(person.badge, person.pin) for person in access.people] == [("BP-S", PIN), ("BP-P", PIN)]
        code = run(house.people.create_enrolment_code(STORE_ID, "test")).code
        phone = run(house.people.enrol(code, "Phone", "10.0.0.1"))
        assert run(house.people.sign_in(phone.device_token, "BP-P", PIN)).session_token
        channel = run(house.people.authenticate_channel(access.keys.channel_key))
        assert (channel.store_id, channel.channel_id) == (STORE_ID, access.keys.web_channel_id)

    def test_the_keys_are_for_this_machine_only(self, house: House, run: Run) -> None:
        access = run(load_demo(house))
        assert access.keys.channel_key in house.settings.demo_path.read_text()


class TestLoadAgain:
    def test_a_second_start_adds_nothing(self, house: House, run: Run) -> None:
        first = run(load_demo(house))
        before = counts(house)
        assert run(load_demo(house)) == first
        assert counts(house) == before

    def test_after_a_restart_too(
        self, house: House, run: Run, tmp_path: Path, sqlite_template: Path, clock: Any
    ) -> None:
        first = run(load_demo(house))
        with house_in(tmp_path, sqlite_template, clock) as again:
            again.writer.start()
            assert run(load_demo(again)) == first

    def test_another_store_is_left_alone(self, house: House, run: Run) -> None:
        store = read_store_file(TEXTS["store.json"])
        run(house.bus.handle(ImportStore("sto_own", store)))
        before = counts(house)
        assert run(load_demo(house)) is None
        assert counts(house) == before
        assert not house.settings.demo_path.exists()

    def test_a_second_store_beside_the_demo_is_left_alone_too(self, house: House, run: Run) -> None:
        run(load_demo(house))
        run(house.bus.handle(ImportStore("sto_own", read_store_file(TEXTS["store.json"]))))
        assert run(load_demo(house)) is None


class TestBrokenFile:
    BROKEN = (
        {"store": "{"},
        {"store": TEXTS["store.json"].replace('"entrance": 0', '"entrance": 99')},
        {"products": TEXTS["products.csv"].replace("A1-3-1", "Z9-9-9")},
        {"products": TEXTS["products.csv"].replace("each", "dozen")},
        {"labels": TEXTS["labels.csv"].replace("A1-3-1", "Z9-9-9")},
        {"labels": TEXTS["labels.csv"].replace("A1-3-1", "")},
        {"people": TEXTS["people.csv"].replace("picker", "cashier")},
    )

    @pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: next(iter(broken)))
    def test_nothing_of_the_store_is_kept_and_the_next_start_tries_again(
        self, house: House, files: Path, run: Run, broken: dict[str, str]
    ) -> None:
        write_files(files, **broken)
        with pytest.raises(BackendError):
            run(load_demo(house))
        assert house.stores.store_ids() == []
        assert without_people(counts(house)) == {}
        assert not house.settings.demo_path.exists()

        write_files(files)
        assert run(load_demo(house)).store_id == STORE_ID
        assert counts(house)["person"] == 2

    def test_keys_of_another_database_are_not_believed(self, house: House, run: Run) -> None:
        house.settings.demo_path.write_text(
            '{"web_channel_id": "chn_old", "platform_channel_id": "chn_old", "channel_key": "bpk_old"}'
        )
        assert run(load_demo(house)).keys.web_channel_id != "chn_old"


class TestLostKeys:
    @pytest.mark.parametrize("left", [None, "", "{", "[]", '{"channel_key": "bpk_half"}'])
    def test_there_are_new_ones_that_work_for_the_same_channels(self, house: House, run: Run, left: str | None) -> None:
        first = run(load_demo(house))
        path = house.settings.demo_path
        path.unlink() if left is None else path.write_text(left)
        before = counts(house)

        second = run(load_demo(house))
        assert second.keys.channel_key != first.keys.channel_key
        assert second.keys.web_channel_id == first.keys.web_channel_id
        assert second.keys.platform_channel_id == first.keys.platform_channel_id
        channel = run(house.people.authenticate_channel(second.keys.channel_key))
        assert channel.channel_id == first.keys.web_channel_id
        assert counts(house) == {**before, "channel_key": before["channel_key"] + 1}
        assert run(load_demo(house)) == second
