"""Scans at scanner speed while the network is cut, slow and flapping: each has its effect, once, in order.

The suite runs a small storm of each kind, `make storm` 500 scans: STORM_SCANS says how many, STORM_SEED which weather.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import storm, two_phones
from tests.e2e.conftest import chromium_path
from tests.e2e.killing import crash_page, kill_browser
from tests.e2e.phone import SCREEN_PX, Phone
from tests.e2e.server import PICKER_BADGE, PICKER_PIN, Server
from tests.e2e.walking import enrol_and_sign_in, shown, start_trolley, tap, until
from tests.e2e.wire import Weather, Wire

pytestmark = pytest.mark.browser

SCANS = int(os.environ.get("STORM_SCANS", "60"))
SEED = int(os.environ.get("STORM_SEED", "6"))


@pytest.fixture
def server(new_server: Callable[..., Server]) -> Server:
    server = new_server(**two_phones.SHORT_LEASE)
    storm.order_walk(server, SCANS)
    return server


def all_codes(server: Server, phone: Phone) -> list[str]:
    """What a scanner reads on the whole walk, once the trolley is taken."""
    codes = [stop.scan for stop in start_trolley(server, phone) for _ in range(stop.times)]
    assert len(codes) == SCANS
    return codes


def hand_over(server: Server, phone: Phone) -> None:
    """At the desk: nothing is open any more, on the phone and in the backend."""
    storm.leave_what_is_open(phone)
    tap(phone, "finish-do")
    until(phone, lambda: storm.read(server, "SELECT finished_at FROM pick_list") != [(None,)], "it is handed over")


def assert_each_once_in_order(server: Server, but: list[str] | None = None) -> None:
    """Refused was nothing, `but` the commands of these ids."""
    assert [(effect.pick_id, effect.quantity) for effect in storm.effects(server)] == storm.walk(server)
    assert [one for one in storm.refused(server) if one[0] not in (but or [])] == []


class TestStorm:
    def test_every_scan_has_its_effect_once_and_in_order(self, server: Server, wire: Wire, used_phone: Phone) -> None:
        phone = used_phone
        phone.page.add_init_script(storm.WATCH_KEYS)
        enrol_and_sign_in(phone, wire.url, server.enrolment_codes()[1], PICKER_BADGE, PICKER_PIN, "screen-work")
        codes = all_codes(server, phone)
        with Weather(wire, SEED) as weather:
            storm.scan_in_storm(phone, codes, random.Random(SEED))
            storm.assert_none_was_cut(phone)
            storm.leave_what_is_open(phone)
            storm.all_picked(phone, server)
        print(f"{SCANS} scans; the weather: {' '.join(weather.changes)}")
        hand_over(server, phone)
        assert_each_once_in_order(server)

    def test_the_tab_is_killed_in_the_middle_and_nothing_of_it_is_lost(
        self, server: Server, wire: Wire, used_phone: Phone
    ) -> None:
        """Also what was read and not yet dealt with: the page goes while Python is behind by many scans."""
        phone = used_phone
        phone.page.add_init_script(storm.WATCH_KEYS)
        enrol_and_sign_in(phone, wire.url, server.enrolment_codes()[1], PICKER_BADGE, PICKER_PIN, "screen-work")
        codes = all_codes(server, phone)
        phone.wait_until_offline_ready()
        chance = random.Random(SEED)
        thirds = [codes[: SCANS // 3], codes[SCANS // 3 : SCANS * 2 // 3], codes[SCANS * 2 // 3 :]]
        with Weather(wire, SEED):
            for part in thirds[:2]:
                storm.scan_in_storm(phone, part, chance)
                storm.assert_none_was_cut(phone)
                phone = killed_and_opened_again(phone, wire.url)
            storm.scan_in_storm(phone, thirds[2], chance)
            storm.assert_none_was_cut(phone)
            storm.leave_what_is_open(phone)
            storm.all_picked(phone, server)
        hand_over(server, phone)
        assert_each_once_in_order(server)

    def test_the_browser_is_killed_and_what_was_sounded_for_stays(
        self, server: Server, wire: Wire, chromium: Any, tmp_path: Path
    ) -> None:
        """`kill -9` without network: nothing but the device itself knows what was picked."""
        profile = tmp_path / "profile"
        phone = open_browser(chromium, profile)
        enrol_and_sign_in(phone, wire.url, server.enrolment_codes()[1], PICKER_BADGE, PICKER_PIN, "screen-work")
        codes = all_codes(server, phone)
        phone.wait_until_offline_ready()
        wire.cut()
        half = SCANS // 2
        storm.scan_in_storm(phone, codes[:half], random.Random(SEED))
        storm.leave_what_is_open(phone)
        until(phone, lambda: not storm.waits_in_page(phone), "every scan has been dealt with")
        kill_browser(profile)
        phone = open_browser(chromium, profile)
        phone.page.goto(wire.url)
        phone.turn_on_semantics()
        shown(phone, "screen-stop")
        wire.mend()
        storm.scan_in_storm(phone, codes[half:], random.Random(SEED + 1))
        hand_over(server, phone)
        assert_each_once_in_order(server)

    def test_two_phones_take_the_trolley_over_from_each_other(
        self, server: Server, wire: Wire, used_phone: Phone, new_phone: Callable[..., Phone]
    ) -> None:
        """Each falls silent with picks it has not told; they arrive late, and nothing is picked twice."""
        pickers = two_phones.two_pickers(server, (used_phone, wire), (new_phone(), Wire(server.port)))
        last, turns = two_phones.walk_in_turns(server, pickers, SEED)
        print(f"{SCANS} scans; taken over {turns} times")
        assert turns > 1
        hand_over(server, last.phone)
        for picker in pickers:
            until(picker.phone, lambda phone=picker.phone: not storm.waits_in_page(phone), "nothing waits any more")
        assert_each_once_in_order(server, two_phones.told_too_late(server))


def killed_and_opened_again(phone: Phone, url: str) -> Phone:
    """The tab's process dies without a word; the app is opened anew, with whatever network there is."""
    opened = Phone(phone.context)
    opened.page.add_init_script(storm.WATCH_KEYS)
    crash_page(phone)
    opened.page.goto(url)
    opened.turn_on_semantics()
    return opened


def open_browser(chromium: Any, profile: Path) -> Phone:
    context = chromium.browser_type.launch_persistent_context(
        profile, executable_path=chromium_path(), args=["--no-sandbox"], viewport=SCREEN_PX
    )
    return Phone(context)
