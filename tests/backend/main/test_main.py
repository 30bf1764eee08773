"""The command line: what each command runs, and a wrong setting named instead of a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.main import __main__ as command_line
from backend.settings import Settings

PEPPER = "a pepper of the tests, 32 characters or more"
PRODUCTION = {
    "BLINKPICK_ENVIRONMENT": "production",
    "BLINKPICK_PEOPLE__PEPPER": PEPPER,
    "BLINKPICK_ALLOWED_HOSTS": '["pick.example"]',
    "BLINKPICK_IS_DEMO": "false",
}

Command = Callable[..., int]


@pytest.fixture
def ran() -> list[tuple[str, Settings, str]]:
    """What was run instead of the real thing: command, settings, store."""
    return []


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ran: list[tuple[str, Settings, str]]) -> Command:
    """`command("serve", PORT="8001")`: as typed in an empty folder, with these variables only. Returns the status."""

    def serve(settings: Settings) -> int:
        ran.append(("serve", settings, ""))
        return 7

    async def enrol(settings: Settings, store_id: str) -> int:
        ran.append(("enrol", settings, store_id))
        return 8

    monkeypatch.setattr(command_line, "serve", serve)
    monkeypatch.setattr(command_line, "enrol", enrol)
    monkeypatch.setattr(command_line, "migrate_only", lambda settings: ran.append(("migrate", settings, "")))
    monkeypatch.chdir(tmp_path)
    for name in ("HOST", "PORT", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)

    def run(*words: str, **variables: str) -> int:
        with monkeypatch.context() as typed:
            typed.setattr(sys, "argv", ["blinkpick", *words])
            for name, value in variables.items():
                typed.setenv(name, value)
            return command_line.main()

    return run


class TestCommands:
    def test_serve(self, command: Command, ran: list[tuple[str, Settings, str]]) -> None:
        assert command("serve", PORT="8001") == 7
        ((name, settings, _),) = ran
        assert (name, settings.port) == ("serve", 8001)

    def test_migrate(self, command: Command, ran: list[tuple[str, Settings, str]]) -> None:
        assert command("migrate") == 0
        assert [name for name, _, _ in ran] == ["migrate"]

    @pytest.mark.parametrize(("words", "store_id"), [((), ""), (("--store", "sto_1"), "sto_1")])
    def test_enrol(
        self, command: Command, ran: list[tuple[str, Settings, str]], words: tuple[str, ...], store_id: str
    ) -> None:
        assert command("enrol", *words) == 8
        assert [(name, store) for name, _, store in ran] == [("enrol", store_id)]

    @pytest.mark.parametrize("words", [(), ("fly",), ("serve", "--store", "sto_1")])
    def test_anything_else_shows_how_it_is_used(
        self, command: Command, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit) as ended:
            command(*words)
        assert ended.value.code == 2
        assert "usage: python -m backend.main" in capsys.readouterr().err


class TestSettings:
    @pytest.mark.parametrize(
        ("variables", "wait_for_company_s"),
        [({}, 20), (PRODUCTION, 1_200), ({"BLINKPICK_PICKING__WAIT_FOR_COMPANY_S": "300"}, 300)],
        ids=["demo", "production", "as set"],
    )
    def test_a_newcomer_s_only_order_does_not_wait_for_company_as_a_shop_s_does(
        self,
        command: Command,
        ran: list[tuple[str, Settings, str]],
        variables: dict[str, str],
        wait_for_company_s: float,
    ) -> None:
        assert command("serve", **variables) == 7
        assert ran[0][1].picking.wait_for_company_s == wait_for_company_s

    @pytest.mark.parametrize(
        ("variables", "named"),
        [
            ({"PORT": "eighty"}, "setting PORT: "),
            ({"PORT": "99999"}, "setting PORT: "),
            ({"BLINKPICK_PICKING__TOTES_MAX": "7"}, "setting picking.totes_max: "),
            ({"BLINKPICK_ENVIRONMENT": "staging"}, "setting environment: "),
            ({"BLINKPICK_ALLOWED_HOSTS": "pick.example"}, '"allowed_hosts"'),
            ({"BLINKPICK_PICKING": "fast"}, '"picking"'),
            ({**PRODUCTION, "BLINKPICK_PEOPLE__PEPPER": "short"}, "BLINKPICK_PEOPLE__PEPPER must be"),
            (
                {**PRODUCTION, "BLINKPICK_PEOPLE__PIN_MEMORY_KIB": "8"},
                "BLINKPICK_PEOPLE__PIN_MEMORY_KIB and _PIN_PASSES",
            ),
            ({**PRODUCTION, "BLINKPICK_PEOPLE__PIN_PASSES": "1"}, "must be at least 19456 and 2"),
            ({**PRODUCTION, "BLINKPICK_ALLOWED_HOSTS": '["*"]'}, "BLINKPICK_ALLOWED_HOSTS must name"),
            ({**PRODUCTION, "BLINKPICK_IS_DEMO": "true"}, "BLINKPICK_IS_DEMO must be false"),
        ],
        ids=str,
    )
    def test_a_wrong_one_is_named_and_nothing_runs(
        self,
        command: Command,
        ran: list[tuple[str, Settings, str]],
        capsys: pytest.CaptureFixture[str],
        variables: dict[str, str],
        named: str,
    ) -> None:
        assert command("serve", **variables) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert named in line
        assert ran == []

    def test_each_wrong_one_has_its_line(self, command: Command, capsys: pytest.CaptureFixture[str]) -> None:
        assert command("serve", PORT="eighty", BLINKPICK_LABELS__FLASH_S="1") == 2
        assert len(capsys.readouterr().err.splitlines()) == 2

    def test_the_value_is_never_repeated(self, command: Command, capsys: pytest.CaptureFixture[str]) -> None:
        secret = "a secret in the wrong place"
        for variables in ({"PORT": secret}, {"BLINKPICK_PEOPLE": secret}, {**PRODUCTION, "BLINKPICK_IS_DEMO": secret}):
            assert command("serve", **variables) == 2
        captured = capsys.readouterr()
        assert secret not in captured.err + captured.out

    def test_production_runs_where_everything_is_said(
        self, command: Command, ran: list[tuple[str, Settings, str]]
    ) -> None:
        assert command("serve", **PRODUCTION) == 7
        assert ran[0][1].is_production
