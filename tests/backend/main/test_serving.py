"""Where the server is to be found, what it says when it cannot start, and a code for a phone."""

from __future__ import annotations

import asyncio
import gc
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend.core.database import Database
from backend.core.migrating import is_at_head
from backend.main import serving
from backend.main.serving import LOOKS_FOR_CIRCLES, enrol, migrate_only, phone_url, serve, set_aside_what_stays
from tests.backend.core.log_settings import logging_put_back
from tests.backend.demo.houses import house_in
from tests.backend.main.conftest import Make, Run


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    with logging_put_back():
        yield


class TestPhoneUrl:
    def test_what_the_settings_say_goes_first(self, settings: Make) -> None:
        assert phone_url(settings(public_url="https://pick.example/", host="10.0.0.7")) == "https://pick.example"

    def test_an_address_we_listen_on(self, settings: Make) -> None:
        assert phone_url(settings(host="10.0.0.7", port=8123)) == "http://10.0.0.7:8123"

    def test_a_certificate_makes_it_https(self, settings: Make) -> None:
        assert phone_url(settings(host="10.0.0.7", tls_certificate="cert.pem")) == "https://10.0.0.7:8000"

    @pytest.mark.parametrize("host", ["0.0.0.0", "::"])
    def test_everywhere_is_an_address_others_can_reach(
        self, settings: Make, monkeypatch: pytest.MonkeyPatch, host: str
    ) -> None:
        monkeypatch.setattr(serving, "_network_address", lambda: "192.168.1.20")
        assert phone_url(settings(host=host)) == "http://192.168.1.20:8000"

    def test_the_networks_address_is_one(self, settings: Make) -> None:
        """Whatever this machine's is; without a network it is the machine itself."""
        address = phone_url(settings(host="0.0.0.0")).removeprefix("http://").removesuffix(":8000")
        assert socket.inet_aton(address) != socket.inet_aton("0.0.0.0")


class TestServe:
    def test_a_taken_port_ends_it_with_a_sentence(
        self, settings: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            assert serve(settings(port=port)) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert line == f"Port {port} on 127.0.0.1 is taken: choose another with PORT=..."
        assert not (tmp_path / "house.db").exists(), "the database is not touched before"

    def test_an_address_that_is_not_ours_is_not_called_taken(
        self, settings: Make, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert serve(settings(host="192.0.2.1")) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("Port 8000 on 192.0.2.1 cannot be opened (")
        assert "taken" not in line


class TestSetAsideWhatStays:
    def test_the_collector_looks_at_what_comes_later_only(self) -> None:
        before, thresholds = gc.get_freeze_count(), gc.get_threshold()
        try:
            set_aside_what_stays()
            assert gc.get_freeze_count() > before
            assert len(gc.get_objects()) < gc.get_freeze_count()
            assert gc.get_threshold() == LOOKS_FOR_CIRCLES
        finally:
            gc.unfreeze()
            gc.set_threshold(*thresholds)


class TestMigrateOnly:
    def test_the_database_is_at_the_newest_shape(self, settings: Make) -> None:
        migrate_only(settings())
        database = Database(settings().database_url)
        assert is_at_head(database)
        database.close()

    def test_again_changes_nothing(self, settings: Make) -> None:
        migrate_only(settings())
        before = Path(settings().database_url.removeprefix("sqlite:///")).read_bytes()
        migrate_only(settings())
        assert Path(settings().database_url.removeprefix("sqlite:///")).read_bytes() == before


class TestEnrol:
    def test_a_code_that_enrols_a_phone_is_printed(
        self,
        settings: Make,
        keep_stores: Callable[..., None],
        tmp_path: Path,
        migrated_template: Path,
        run: Run,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        keep_stores("sto_1")
        assert asyncio.run(enrol(settings(public_url="https://pick.example"), "")) == 0
        text = capsys.readouterr().out
        (code,) = re.findall(r"type the code (\w+) on the phone", text)
        assert f"Open https://pick.example/#/enrol/{code}\n" in text
        with house_in(tmp_path, migrated_template, serving.SystemClock()) as house:  # type: ignore[arg-type]
            house.writer.start()
            phone = run(house.people.enrol(code, "Phone", "10.0.0.1"))
            assert [device.id for device in run(house.people.list_devices("sto_1"))] == [phone.device_id]

    def test_of_several_stores_one_must_be_named(
        self, settings: Make, keep_stores: Callable[..., None], capsys: pytest.CaptureFixture[str]
    ) -> None:
        keep_stores("sto_1", "sto_2")
        assert asyncio.run(enrol(settings(), "")) == 1
        captured = capsys.readouterr()
        assert captured.err == "Say which store with --store; there are: sto_1, sto_2\n"
        assert captured.out == ""
        assert asyncio.run(enrol(settings(), "sto_2")) == 0

    @pytest.mark.parametrize(("kept", "known"), [((), "none yet"), (("sto_1",), "sto_1")])
    def test_a_store_that_is_not_there(
        self,
        settings: Make,
        keep_stores: Callable[..., None],
        capsys: pytest.CaptureFixture[str],
        kept: tuple[str, ...],
        known: str,
    ) -> None:
        keep_stores(*kept)
        assert asyncio.run(enrol(settings(), "sto_9")) == 1
        assert capsys.readouterr().err == f"Say which store with --store; there are: {known}\n"

    def test_before_the_database_is_made(self, settings: Make, capsys: pytest.CaptureFixture[str]) -> None:
        assert asyncio.run(enrol(settings(), "")) == 1
        assert "start the server, or migrate, first" in capsys.readouterr().err
