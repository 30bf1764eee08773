"""What a newcomer reads can be pasted: the printed curl posts a real order, each time another."""

from __future__ import annotations

import json
import os
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from backend.channels.adapters.native.payload import parse_order
from backend.channels.idempotency import read_key
from backend.demo.loading import DemoAccess, DemoKeys
from backend.demo.orders_to_try import order_to_try
from backend.demo.welcome import curl_command, stream_url, welcome_text
from backend.people.importing import NewPerson
from backend.people.models import Role
from shared.products import ProductCard, ProductNames
from tests.factories import OPENING

URL = "https://pick.example:8443"
KEY = "bpk_0123"
ODD_NAME = "Rosa's \"Best\" $PATH `date` \\ 苹果 d'água"
ACCESS = DemoAccess(
    "sto_demo",
    [NewPerson("BP-S", "Rosa", Role.SUPERVISOR, "482913", "en"), NewPerson("BP-P", "Sam", Role.PICKER, "518427", "en")],
    DemoKeys(web_channel_id="chn_1", platform_channel_id="chn_2", channel_key=KEY),
)
FAKE_CURL = '#!/bin/sh\nfor each in "$@"; do printf "%s\\0" "$each"; done\n'
FAKE_DATE = "#!/bin/sh\necho 1767600000\n"


def an_order(name: str = "Milk") -> dict[str, Any]:
    card = ProductCard(id="prd_1", sku="milk-1", gtins=[], names=ProductNames(en=name), price_minor=129)
    return order_to_try([card], "web-1", OPENING)


def said(platform_url: str = "http://127.0.0.1:9100") -> str:
    return welcome_text(URL, ACCESS, ["AAAA", "BBBB"], an_order(), platform_url)


@pytest.fixture
def programs(tmp_path: Path) -> dict[str, str]:
    """A shell in which `curl` says what it was given, and the time stands still."""
    for name, text in (("curl", FAKE_CURL), ("date", FAKE_DATE)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    return {"PATH": f"{tmp_path}:{os.environ['PATH']}"}


def pasted(command: str, programs: dict[str, str]) -> list[str]:
    """What curl gets when somebody pastes the command."""
    shell = subprocess.run(["sh", "-c", command], env=programs, capture_output=True, check=True)
    return shell.stdout.decode().split("\0")[:-1]


class TestCurlCommand:
    def test_it_posts_a_real_order_with_the_channels_key(self, programs: dict[str, str]) -> None:
        arguments = pasted(curl_command(URL, KEY, an_order()), programs)
        assert arguments[:3] == ["-X", "POST", f"{URL}/api/v1/orders"]
        headers = [value for option, value in pairwise(arguments) if option == "-H"]
        names = dict(header.split(": ", 1) for header in headers)
        assert names["Authorization"] == f"Bearer {KEY}"
        assert names["Content-Type"] == "application/json"
        assert read_key(names["Idempotency-Key"]) == "web-1767600000"
        assert arguments[-2] == "-d"
        order = parse_order(arguments[-1].encode())
        assert (order.external_id, order.display_code) == ("web-1767600000", "1767600000")
        assert (order.lines[0].sku, order.due_at > order.placed_at) == ("milk-1", True)

    def test_a_second_run_posts_another_order(self, programs: dict[str, str], tmp_path: Path) -> None:
        command = curl_command(URL, KEY, an_order())
        first = pasted(command, programs)
        (tmp_path / "date").write_text("#!/bin/sh\necho 1767600001\n")
        second = pasted(command, programs)
        ids = [parse_order(arguments[-1].encode()).external_id for arguments in (first, second)]
        assert ids == ["web-1767600000", "web-1767600001"]

    def test_no_products_name_breaks_out_of_the_shells_quotes(self, programs: dict[str, str]) -> None:
        arguments = pasted(curl_command(URL, KEY, an_order(ODD_NAME)), programs)
        assert json.loads(arguments[-1])["lines"][0]["name"] == ODD_NAME


class TestWelcomeText:
    def test_each_phone_has_a_code_of_its_own(self) -> None:
        lines = said().splitlines()
        assert f"  supervisor  {URL}/#/enrol/AAAA" in lines
        assert f"  picker      {URL}/#/enrol/BBBB" in lines

    def test_everybody_stands_there_with_badge_and_pin(self) -> None:
        for person in ACCESS.people:
            assert any({person.badge, person.pin, person.role} <= set(line.split()) for line in said().splitlines())

    def test_the_curl_stands_there_ready_to_paste(self) -> None:
        assert curl_command(URL, KEY, an_order()) in said()

    def test_the_platform_takes_an_order_too(self) -> None:
        assert f"curl -X POST {URL}/api/v1/demo/platform-orders" in said()

    def test_a_platform_that_does_not_run_is_not_offered(self) -> None:
        assert "platform-orders" not in said("")
        assert "its port is taken" in said("")

    def test_the_example_client_it_names_is_there(self) -> None:
        line = next(line for line in said().splitlines() if "channel_client.py" in line)
        client, stream, key = line.split()[1:4]
        assert (Path(__file__).parents[3] / client).is_file()
        assert (stream, key) == ("wss://pick.example:8443/api/v1/channels/stream", KEY)

    def test_it_ends_with_how_to_stop(self) -> None:
        assert said().rstrip().endswith("Stop with Ctrl+C.")


class TestStreamUrl:
    @pytest.mark.parametrize(
        ("url", "stream"), [("http://10.0.0.1:8000", "ws://10.0.0.1:8000"), ("https://http.shop", "wss://http.shop")]
    )
    def test_follows_the_scheme(self, url: str, stream: str) -> None:
        assert stream_url(url) == f"{stream}/api/v1/channels/stream"
