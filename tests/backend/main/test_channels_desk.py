"""Channels from the command line, on a real database beside which nobody runs."""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backend.channels.commands import KeepRefusedMessage, Sender
from backend.channels.models import ChannelRow
from backend.channels.port import PayloadUnknown, RawMessage
from backend.main import serving
from backend.main.channels_desk import channels, describe
from tests.backend.channels.payloads import cases, payload
from tests.backend.demo.houses import house_in
from tests.backend.main.conftest import Make, Run

SETTINGS: dict[str, str] = cases("open_delivery")["settings"]
EVENT = payload("open_delivery", "event_created.json")
Desk = Callable[..., int]


@pytest.fixture
def desk(settings: Make, keep_stores: Callable[..., None], tmp_path: Path) -> Desk:
    """`desk("list")`: as typed; returns the status."""
    keep_stores("sto_1")
    parser = argparse.ArgumentParser()
    describe(parser)
    parser.set_defaults(store="")
    key_path = tmp_path / "secrets.key"

    def run(*words: str) -> int:
        return asyncio.run(channels(settings(secrets_key_path=key_path), parser.parse_args(words)))

    return run


@pytest.fixture
def platform(desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """A channel called Market; its id."""
    (tmp_path / "secret").write_text(SETTINGS["client_secret"] + "\n")
    told = {**SETTINGS, "client_secret": f"@{tmp_path / 'secret'}"}
    words = [word for name, value in told.items() for word in ("--set", f"{name}={value}")]
    assert desk("add", "Market", "--adapter", "open_delivery", *words) == 0
    return capsys.readouterr().out.split(": ")[1].strip()


class House:
    """Looks into the database between two commands."""

    def __init__(self, folder: Path, template: Path, run: Run) -> None:
        self._folder, self._template, self._run = folder, template, run

    def do(self, command: Any) -> Any:
        with house_in(self._folder, self._template, serving.SystemClock()) as house:  # type: ignore[arg-type]
            house.writer.start()
            return self._run(house.bus.handle(command))

    def channel(self, channel_id: str) -> ChannelRow:
        with (
            house_in(self._folder, self._template, serving.SystemClock()) as house,  # type: ignore[arg-type]
            house.database.reading() as session,
        ):
            row = session.get(ChannelRow, channel_id)
            assert row is not None
            return row


@pytest.fixture
def house(tmp_path: Path, migrated_template: Path, run: Run) -> House:
    return House(tmp_path, migrated_template, run)


class TestAdd:
    def test_a_secret_from_a_file_is_kept_sealed(self, house: House, platform: str) -> None:
        row = house.channel(platform)
        assert (row.name, row.settings["client_id"]) == ("Market", SETTINGS["client_id"])
        assert SETTINGS["client_secret"] not in json.dumps(row.settings)

    def test_what_the_adapter_will_not_have(self, desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
        assert desk("add", "Market", "--adapter", "open_delivery", "--set", "client_secret=hush-hush") == 1
        told = capsys.readouterr().err
        assert "client_id" in told
        assert "hush-hush" not in told
        assert desk("add", "Market", "--adapter", "nobody") == 1
        assert "open_delivery" in capsys.readouterr().err

    def test_a_file_that_is_not_there(self, desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
        assert desk("add", "Market", "--adapter", "open_delivery", "--set", "client_secret=@nowhere") == 1
        assert "nowhere" in capsys.readouterr().err

    def test_numbers_are_numbers_and_digits_of_a_name_are_not(
        self, desk: Desk, house: House, capsys: pytest.CaptureFixture[str]
    ) -> None:
        told = {**cases("meituan")["settings"], "accept_within_s": 120, "app_id": 7}
        words = [word for name, value in told.items() for word in ("--set", f"{name}={value}")]
        assert desk("add", "Market", "--adapter", "meituan", *words) == 0
        row = house.channel(capsys.readouterr().out.split(": ")[1].strip())
        assert (row.settings["accept_within_s"], row.settings["app_id"]) == (120, "7")


class TestChange:
    def test_paused_resumed_renamed(
        self, desk: Desk, house: House, platform: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert desk("pause", "Market") == 0
        assert not house.channel(platform).is_enabled
        assert desk("resume", "Market") == 0
        assert house.channel(platform).is_enabled
        assert desk("change", "Market", "--rename", "Fair") == 0
        assert house.channel(platform).name == "Fair"
        capsys.readouterr()
        assert desk("pause", "Market") == 1
        assert capsys.readouterr().err == "no channel is called 'Market'; there are: Fair\n"

    @pytest.mark.parametrize("has_leaked", [False, True])
    def test_a_new_secret(self, desk: Desk, house: House, platform: str, has_leaked: bool) -> None:
        before = house.channel(platform).settings
        assert desk("change", "Market", "--set", "client_secret=new", *(["--leaked"] if has_leaked else [])) == 0
        after = house.channel(platform)
        assert after.settings["client_secret"] != before["client_secret"]
        assert after.settings["client_id"] == before["client_id"]
        assert after.last_settings == (None if has_leaked else before)


class TestKeys:
    def test_made_and_ended(self, desk: Desk, house: House, platform: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert desk("key", "Market") == 0
        key, key_id = re.findall(r"(bpk_\w+)[\s\S]*end-key 'Market' (\w+)", capsys.readouterr().out)[0]
        assert key
        assert desk("end-key", "Market", key_id) == 0


class TestLook:
    def test_channels_and_adapters(self, desk: Desk, platform: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert desk("list") == 0
        told = capsys.readouterr().out
        assert "Market  open_delivery  on  nothing yet" in told
        assert "0 to see to" in told
        assert desk("adapters") == 0
        told = capsys.readouterr().out
        assert "client_secret (needed)" in told
        assert "meituan" in told


class TestReplay:
    def test_mended_from_a_file(
        self, desk: Desk, house: House, platform: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        broken = RawMessage(b"{", {"x-app-id": "a"}, "v1/newEvent")
        house.do(KeepRefusedMessage(Sender("sto_1", platform), broken, PayloadUnknown("no JSON")))
        assert desk("messages", "Market") == 0
        line = capsys.readouterr().out
        assert "unreadable  422  no JSON" in line
        message_id = line.split()[0]
        assert desk("replay", message_id) == 1
        (tmp_path / "mended.json").write_bytes(EVENT)
        capsys.readouterr()
        assert desk("replay", message_id, "--body", str(tmp_path / "mended.json")) == 0
        assert capsys.readouterr().out == "1 new\n"
        assert desk("messages") == 0
        assert capsys.readouterr().out == "None.\n"
        assert desk("messages", "--all") == 0
        assert "replayed" in capsys.readouterr().out
