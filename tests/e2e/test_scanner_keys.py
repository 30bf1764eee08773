"""The scanner's script alone, on a bare page in real Chromium: every rule of telling scans from typing, in seconds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.phone import SCREEN_PX, Phone

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
function key(text, at, more = {}) { // as if pressed at `at`, whenever it arrives; says whether it was swallowed
  const event = new KeyboardEvent("keydown", { key: text, cancelable: true, bubbles: true, ...more });
  Object.defineProperty(event, "timeStamp", { value: at });
  document.activeElement.dispatchEvent(event);
  return event.defaultPrevented;
}
</script>
<script>SCRIPT</script>
<script>addEventListener("keydown", (event) => keys.push(event.key), true);</script>"""


@pytest.fixture(scope="module")
def kept_page(chromium: Any) -> Iterator[Phone]:
    context = chromium.new_context(viewport=SCREEN_PX)
    yield Phone(context)
    context.close()


@pytest.fixture
def phone(kept_page: Phone) -> Phone:
    """The script on an empty page: of what was there before nothing is left, no timer and no listener."""
    phone = kept_page
    phone.page.goto("about:blank")
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

    def test_a_page_that_hears_keys_late_waits_for_the_rest_of_a_code(self, phone: Phone) -> None:
        """It starts: the first digits were under way for two seconds, the others come more than a second after them."""
        late = """code => {
          const pressed = performance.now() - 2000;
          const send = (from, to) => [...code, "Enter"].slice(from, to).forEach(
            (text, index) => key(text, pressed + 2 * (from + index)));
          send(0, 10);
          setTimeout(() => send(10, 14), 2500);
        }"""
        phone.page.evaluate(late, CODES[0])
        assert codes(phone, 1) == [CODES[0]]

    def test_a_clock_of_keys_that_runs_ahead_of_the_page_ends_no_code_early(self, phone: Phone) -> None:
        early = """code => {
          const pressed = performance.now() + 2000;
          const send = (from, to) => [...code, "Enter"].slice(from, to).forEach(
            (text, index) => key(text, pressed + 2 * (from + index)));
          send(0, 6);
          setTimeout(() => send(6, 14), 300);
        }"""
        phone.page.evaluate(early, CODES[0])
        assert codes(phone, 1) == [CODES[0]]

    def test_a_code_whose_rest_came_after_silence_is_told_again_whole(self, phone: Phone) -> None:
        """A device busy with something else may hand a key over seconds after it was pressed."""
        cut = """code => {
          window.pressedAt = performance.now();
          for (let index = 0; index < 6; index++) key(code[index], pressedAt + 2 * index);
        }"""
        rest = """code => {
          for (let index = 6; index < code.length; index++) key(code[index], pressedAt + 2 * index);
          key("Enter", pressedAt + 2 * code.length);
        }"""
        phone.page.evaluate(cut, CODES[0])
        assert codes(phone, 1) == [CODES[0][:6]]
        phone.page.evaluate(rest, CODES[0])
        assert codes(phone, 2) == [CODES[0][:6], CODES[0]]
        phone.scan(CODES[1])
        assert codes(phone, 3)[2:] == [CODES[1]]

    def test_the_rest_of_a_part_that_came_after_silence_is_one_code(self, phone: Phone) -> None:
        """The first half waits for more by its content: it is told once, whole."""
        code = "]C1010950110153000310AB"
        halves = """code => {
          const pressedAt = performance.now();
          const press = (from, to) => {
            for (let index = from; index < to; index++) key(code[index], pressedAt + 2 * index);
          };
          press(0, 12);
          setTimeout(() => { press(12, code.length); key("Enter", pressedAt + 2 * code.length); }, 1500);
        }"""
        phone.page.evaluate(halves, code)
        assert codes(phone, 1) == [code]

    def test_an_end_between_silence_and_its_settling_costs_the_next_code_no_digit(self, phone: Phone) -> None:
        """A busy page: the pause after the last key is over, and the Enter comes before that has been looked at."""
        late = """codes => {
          const start = performance.now();
          const later = globalThis.setTimeout;
          globalThis.setTimeout = (run, ms) => {
            if (ms === 0) {
              globalThis.setTimeout = later;
              later(() => key("Enter", start + 30), 0);
            }
            return later(run, ms);
          };
          [...codes[0]].forEach((text, index) => key(text, start + 2 * index));
          later(() => {
            const next = performance.now();
            [...codes[1], "Enter"].forEach((text, index) => key(text, next + 2 * index));
          }, 300);
        }"""
        phone.page.evaluate(late, CODES[:2])
        assert codes(phone, 2) == CODES[:2]
        assert phone.complaints == []

    @pytest.mark.parametrize("written", ["", "4"], ids=["another field", "the same field anew"])
    def test_a_field_that_goes_between_two_keys_takes_no_digit_along(self, phone: Phone, written: str) -> None:
        """The screen is left while a code comes in: its first key was let go into a field that is no more."""
        phone.page.focus("#field")
        late = """written => {
          const start = performance.now();
          key("4", start);
          setTimeout(() => {
            field.outerHTML = "<input id=field>";
            const anew = document.getElementById("field");
            anew.value = written;
            anew.focus();
            [..."0000000001"].forEach((text, index) => key(text, start + 2 * index + 2));
            key("Enter", start + 30);
          }, 400);
        }"""
        phone.page.evaluate(late, written)
        assert codes(phone, 1) == ["40000000001"]
        assert phone.page.evaluate("document.getElementById('field').value") == ""

    @pytest.mark.parametrize("next_focus", ["#button", None])
    def test_a_field_that_loses_the_focus_between_two_keys_cuts_no_code(
        self, phone: Phone, next_focus: str | None
    ) -> None:
        phone.page.focus("#field")
        late = """next => {
          const start = performance.now();
          key("4", start);
          setTimeout(() => {
            next ? document.querySelector(next).focus() : field.blur();
            [..."0000000001"].forEach((text, index) => key(text, start + 2 * index + 2));
            key("Enter", start + 30);
          }, 400);
        }"""
        phone.page.evaluate(late, next_focus)
        assert codes(phone, 1) == ["40000000001"]
        assert phone.page.evaluate("pressed") == 0

    def test_an_end_that_came_late_presses_nothing(self, phone: Phone) -> None:
        phone.page.focus("#button")
        late = """() => {
          const start = performance.now();
          [..."4000000000001"].forEach((text, index) => key(text, start + 2 * index));
          return new Promise((resolve) => setTimeout(() => resolve(key("Enter", start + 30)), 1500));
        }"""
        assert phone.page.evaluate(late) is True
        assert codes(phone, 1) == ["4000000000001"]

    def test_slow_scanners_need_a_longer_gap(self, phone: Phone) -> None:
        """Longer than the pauses a busy machine makes between keys; those of the scanner itself are a tenth of it."""
        phone.page.evaluate("configure({ kind: 'scanner', gap_ms_max: 1000, silence_ms: 3000 })")
        phone.page.keyboard.type(CODES[0], delay=100)
        assert codes(phone, 1) == [CODES[0]]


def press_late(phone: Phone, keys: list[tuple[str, dict]], gap_ms: int = 2) -> None:
    """Keys as a browser reports them from keyboards that cannot be pressed here."""
    script = """([keys, gap]) => {
      const start = performance.now();
      keys.forEach(([text, more], index) => key(text, start + index * gap, more));
    }"""
    phone.page.evaluate(script, [keys, gap_ms])


class TestStrangeScanners:
    def test_alt_on_every_character(self, phone: Phone) -> None:
        press_late(phone, [(sign, {"altKey": True}) for sign in CODES[0]] + [("Enter", {})])
        assert codes(phone, 1) == [CODES[0]]

    def test_keys_without_a_name_are_passed_over(self, phone: Phone) -> None:
        press_late(phone, [(sign, {}) for sign in "4000"] + [("Unidentified", {})] + [(sign, {}) for sign in "001"])
        assert codes(phone, 1) == ["4000001"]

    @pytest.mark.parametrize("first", ["keys", "input"])
    def test_the_same_scan_as_keys_and_as_text_is_one(self, phone: Phone, first: str) -> None:
        phone.page.focus("#field")
        if first == "input":
            phone.page.keyboard.insert_text(CODES[0])  # as an input method does
        press_late(phone, [(sign, {}) for sign in CODES[0]] + [("Enter", {})])
        if first == "keys":
            phone.page.keyboard.insert_text(CODES[0])  # as an input method does
        assert codes(phone, 1) == [CODES[0]]
        assert text(phone) == ""

    def test_two_equal_scans_of_one_kind_are_two(self, phone: Phone) -> None:
        phone.scan(CODES[0], CODES[0])
        assert codes(phone, 2) == [CODES[0]] * 2

    def test_a_long_code_in_parts_is_one(self, phone: Phone) -> None:
        for part in ("https://shop.example/01/0950110", "1530003/10/AB?17=280131"):
            phone.scan(part, end=None)
            phone.page.wait_for_timeout(3_000)
        assert codes(phone, 1) == ["https://shop.example/01/09501101530003/10/AB?17=280131"]

    def test_a_part_whose_rest_never_comes_goes_alone(self, phone: Phone) -> None:
        phone.page.evaluate("configure({ kind: 'scanner', rest_ms_max: 1500 })")
        phone.scan("]C1010950110", end=None)
        assert codes(phone, 1) == ["]C1010950110"]
        phone.scan("]C1010950110", end=None)
        phone.page.wait_for_timeout(1_200)
        phone.scan(CODES[1], end=None)  # another code is no rest
        assert codes(phone, 3) == ["]C1010950110", "]C1010950110", CODES[1]]

    def test_the_keys_of_another_country(self, phone: Phone) -> None:
        french = {"4": "'", "0": "à", "6": "-", "q": "a"}
        keys = [(french[sign], {"code": f"Digit{sign}" if sign.isdigit() else "KeyQ"}) for sign in "4006q"]
        press_late(phone, [*keys, ("Enter", {})])
        assert codes(phone, 1) == ["'àà-a"]
        assert phone.page.evaluate("scans[0].by_position") == "4006q"
        phone.page.evaluate("configure({ kind: 'scanner', is_by_position: 1 })")
        press_late(phone, [*keys, ("Enter", {})])
        assert codes(phone, 2)[1] == "4006q"


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
