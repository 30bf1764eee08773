"""The scanner's script alone, on a bare page in real Chromium: every rule of telling scans from typing, in seconds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.phone import Phone

pytestmark = pytest.mark.browser

SCANNER = Path(__file__).parents[2] / "mobile" / "web" / "page" / "scanner.js"
CODES = [f"40{number:011d}" for number in range(50)]
PAGE = """<!doctype html><title>keys</title><body>
<input id="field"><button id="button" onclick="pressed += 1">Press</button>
<script>
var pressed = 0, scans = [], inputs = [], keys = [];
globalThis.blinkpick = {
  tell: (kind, fields) => scans.push(fields),
  answer: (kind, listener) => { globalThis.configure = listener; },
};
field.addEventListener("input", () => inputs.push(field.value));
</script>
<script>SCRIPT</script>
<script>addEventListener("keydown", (event) => keys.push(event.key), true);</script>"""


@pytest.fixture
def phone(new_phone: Callable[..., Phone]) -> Phone:
    phone = new_phone()
    phone.page.set_content(PAGE.replace("SCRIPT", SCANNER.read_text()))
    return phone


def codes(phone: Phone, count: int) -> list[str]:
    """The codes that were recognised, once there are `count` of them and none follows."""
    phone.page.wait_for_function(f"scans.length >= {count}")
    phone.page.wait_for_timeout(300)
    return phone.page.evaluate("scans.map(scan => scan.code)")


def text(phone: Phone) -> str:
    phone.page.wait_for_timeout(300)
    return phone.page.evaluate("field.value")


class TestScans:
    @pytest.mark.parametrize("end", ["Enter", "Tab"])
    @pytest.mark.parametrize("focused", [None, "#field", "#button"])
    def test_a_burst_of_fifty_arrives_whole_and_in_order(self, phone: Phone, focused: str | None, end: str) -> None:
        if focused:
            phone.page.focus(focused)
        phone.scan(*CODES, end=end)
        assert codes(phone, 50) == CODES
        assert phone.page.evaluate("[pressed, field.value]") == [0, ""]

    def test_what_was_in_the_field_stays(self, phone: Phone) -> None:
        phone.page.focus("#field")
        phone.page.keyboard.type("note", delay=150)
        phone.scan(CODES[0])
        assert codes(phone, 1) == [CODES[0]]
        assert text(phone) == "note"

    @pytest.mark.parametrize("focused", [None, "#field"])
    def test_silence_ends_a_code(self, phone: Phone, focused: str | None) -> None:
        if focused:
            phone.page.focus(focused)
        for count, code in enumerate(CODES[:5], 1):
            phone.scan(code, end=None)
            phone.page.wait_for_function(f"scans.length === {count}")
        assert codes(phone, 5) == CODES[:5]
        assert phone.page.evaluate("scans[0].ended_by") == "silence"

    @pytest.mark.parametrize("focused", [None, "#field"])
    def test_a_busy_page_neither_cuts_nor_joins(self, phone: Phone, focused: str | None) -> None:
        if focused:
            phone.page.focus(focused)
        busy = "setInterval(() => { const end = performance.now() + 180; while (performance.now() < end); }, 200)"
        phone.page.evaluate(busy)
        for code in CODES[:10]:
            phone.scan(code)
        assert codes(phone, 10) == CODES[:10]
        assert text(phone) == ""

    def test_letters_signs_and_group_separators_come_through(self, phone: Phone) -> None:
        phone.scan("]C1019501101530003\x1d10ABc-9")
        assert codes(phone, 1) == ["]C1019501101530003\x1d10ABc-9"]

    def test_keys_that_came_late_are_taken_back(self, phone: Phone) -> None:
        phone.page.focus("#field")
        late = """() => {
          const key = (text, at) => {
            const event = new KeyboardEvent("keydown", { key: text, cancelable: true, bubbles: true });
            Object.defineProperty(event, "timeStamp", { value: at });
            field.dispatchEvent(event);
          };
          const start = performance.now();
          key("4", start);
          setTimeout(() => {
            [..."0000000001"].forEach((text, index) => key(text, start + 2 * index + 2));
            key("Enter", start + 30);
          }, 400);
        }"""
        phone.page.evaluate(late)
        assert codes(phone, 1) == ["40000000001"]
        assert text(phone) == ""

    def test_an_end_that_came_late_presses_nothing(self, phone: Phone) -> None:
        phone.page.focus("#button")
        late = """() => {
          const key = (text, at) => {
            const event = new KeyboardEvent("keydown", { key: text, cancelable: true, bubbles: true });
            Object.defineProperty(event, "timeStamp", { value: at });
            button.dispatchEvent(event);
            return event.defaultPrevented;
          };
          const start = performance.now();
          [..."4000000000001"].forEach((text, index) => key(text, start + 2 * index));
          return new Promise((resolve) => setTimeout(() => resolve(key("Enter", start + 30)), 1500));
        }"""
        assert phone.page.evaluate(late) is True
        assert codes(phone, 1) == ["4000000000001"]

    def test_slow_scanners_need_a_longer_gap(self, phone: Phone) -> None:
        phone.page.evaluate("configure({ kind: 'scanner', gap_ms_max: 400, silence_ms: 600 })")
        phone.page.keyboard.type(CODES[0], delay=100)
        assert codes(phone, 1) == [CODES[0]]


class TestTyping:
    @pytest.mark.parametrize("pause_ms", [0, 30, 60, 150])
    def test_goes_into_the_field(self, phone: Phone, pause_ms: int) -> None:
        phone.page.focus("#field")
        for word in ("Two", " egg", "s 好"):
            phone.page.keyboard.type(word, delay=pause_ms)
            phone.page.wait_for_timeout(250)
        assert text(phone) == "Two eggs 好"
        assert phone.page.evaluate("scans.length") == 0

    def test_editing_keys_keep_their_place(self, phone: Phone) -> None:
        phone.page.focus("#field")
        for key in ("a", "b", "Backspace", "c", "ArrowLeft", "d", "Home", "e"):
            phone.page.keyboard.press(key)
        assert text(phone) == "eadc"

    def test_pasting_and_shortcuts_are_left_alone(self, phone: Phone) -> None:
        phone.page.focus("#field")
        phone.page.keyboard.type("abc", delay=100)
        phone.page.wait_for_timeout(200)
        phone.page.keyboard.press("Control+a")
        phone.page.keyboard.press("Delete")
        assert text(phone) == ""

    def test_enter_presses_a_focused_button(self, phone: Phone) -> None:
        phone.page.focus("#button")
        phone.page.keyboard.press("Enter")
        assert phone.page.evaluate("pressed") == 1

    def test_keys_for_nobody_still_reach_listeners(self, phone: Phone) -> None:
        phone.page.keyboard.press("q")
        phone.page.wait_for_function("keys.includes('q')")
