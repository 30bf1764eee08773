"""The shell in real Chromium: starts from our origin alone, starts offline, forgets nothing, and loses no scan."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Error

from tests.e2e.conftest import chromium_path
from tests.e2e.killing import kill_browser
from tests.e2e.phone import SCREEN_PX, Phone
from tests.e2e.serving import ServerThread
from tests.e2e.shell_phone import READY, ShellPhone, is_kept
from tests.e2e.used_phone import wipe
from tests.e2e.walking import until

pytestmark = pytest.mark.browser

SOUNDS_MAX = 20
# Which modules Python had to compile: their bytecode is not there, or not of these sources. It was told to write none.
MADE_ANEW = """
import os, sys
assert sys.dont_write_bytecode

def is_kept(spec):
    source = os.stat(spec.origin)
    with open(spec.cached, "rb") as opened:
        head = opened.read(16)
    written_s, size = (int.from_bytes(head[at:at + 4], "little") for at in (8, 12))
    return (written_s, size) == (int(source.st_mtime), source.st_size)

ours = ("mobile", "shared", "pydantic")
specs = [module.__spec__ for name, module in sys.modules.items() if name.split(".")[0] in ours]
assert len(specs) > 5
" ".join(spec.name for spec in specs if not os.path.exists(spec.cached) or not is_kept(spec))
"""
CHANCES = "import random, secrets; f'{random.random()} {secrets.token_hex()}'"  # of a simulation, of a secret
SPOIL = """async how => {
    const cache = await caches.open("blinkpick-python");
    const kept = await cache.match("snapshot");
    const { keepSnapshot } = await import(new URL("python-snapshot.js", document.baseURI).href);
    const facts = JSON.parse(kept.headers.get("x-snapshot"));
    const memory = new Uint8Array(await kept.arrayBuffer());
    switch (how) {
        case "changed":
            memory[memory.length / 2] ^= 1;
            return cache.put("snapshot", new Response(memory, { headers: kept.headers }));
        case "of something else": return keepSnapshot(new Uint8Array(memory.length), facts);
        case "placed elsewhere": return keepSnapshot(memory, { ...facts, places: "[]" });
        case "left": return cache.put("begun", new Response());
        case "of another version": return keepSnapshot(memory, { ...facts, version: "another" });
    }
}"""
KEPT_OF = """async () =>
    JSON.parse((await (await caches.open("blinkpick-python")).match("snapshot")).headers.get("x-snapshot")).version"""
SOUND_WITHIN_MS = 2_000
CODES = [f"40{number:011d}" for number in range(50)]


@pytest.fixture(scope="session")
def server(shell_server: ServerThread) -> ServerThread:
    return shell_server


@pytest.fixture
def phone(request: pytest.FixtureRequest, shell_phone: ShellPhone) -> Iterator[Phone]:
    request.node.phone_contexts = [shell_phone.context]
    yield shell_phone.begin()
    shell_phone.context.set_offline(False)


class TestStart:
    def test_asks_nothing_of_any_other_origin(self, shell_phone: ShellPhone, server: ServerThread) -> None:
        """From nothing up to the moment from which it needs no network."""
        asked = shell_phone.first_requests
        assert any(url.startswith(server.url) for url in asked)
        assert [url for url in asked if not url.startswith((server.url, "blob:", "data:"))] == []
        assert shell_phone.first_complaints == []

    def test_is_installable(self, phone: Phone, server: ServerThread) -> None:
        manifest = json.loads(urlopen(f"{server.url}/manifest.json").read())
        assert manifest["name"]
        assert manifest["start_url"] == "/"
        assert manifest["display"] == "standalone"
        sizes = {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]}
        assert {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")} <= sizes
        assert all(urlopen(f"{server.url}/{icon['src']}").status == 200 for icon in manifest["icons"])
        phone.wait_until_offline_ready()
        assert phone.page.evaluate("navigator.serviceWorker.controller !== null")
        session = phone.context.new_cdp_session(phone.page)
        errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
        assert [error["errorId"] for error in errors] == [
            "in-incognito"
        ]  # the test's own browser profile, nothing else

    def test_starts_without_network_with_python_as_it_was(
        self, new_phone: Callable[..., Phone], server: ServerThread
    ) -> None:
        phone = new_phone()
        phone.open(server.url, READY)
        phone.wait_until_offline_ready()
        assert not is_taken_back(phone)
        until(phone, lambda: is_kept(phone, "blinkpick-python"), "Python's memory is kept")
        phone.context.set_offline(True)
        chances = []
        for _ in range(2):
            started = time.perf_counter()
            phone.reload(READY)
            print(f"warm start {time.perf_counter() - started:.1f} s")
            assert len(phone.page.workers) == 1
            assert is_taken_back(phone)
            chances.append(python(phone, CHANCES).split())
        repeated = set(chances[0]) & set(chances[1])
        assert not repeated, "memory that was kept repeats one and the same chance"
        phone.text("network: False").wait_for(state="attached")
        phone.context.set_offline(False)
        phone.text("network: True").wait_for(state="attached")
        assert phone.complaints == []

    def test_without_that_from_what_python_made_of_its_sources(self, phone: Phone) -> None:
        phone.wait_until_offline_ready()
        until(phone, lambda: is_kept(phone, "blinkpick-code"), "what Python made of the sources is kept")
        phone.page.evaluate("caches.delete('blinkpick-python')")
        phone.context.set_offline(True)
        phone.reload(READY)
        assert not is_taken_back(phone)
        assert python(phone, MADE_ANEW) == ""
        until(phone, lambda: is_kept(phone, "blinkpick-python"), "Python's memory is kept again")

    def test_memory_that_does_not_fit_is_thrown_away(self, phone: Phone) -> None:
        phone.wait_until_offline_ready()
        phone.context.set_offline(True)
        for how in ("left", "changed", "of something else", "placed elsewhere", "of another version"):
            until(phone, lambda: is_kept(phone, "blinkpick-python"), "Python's memory is kept")
            phone.page.evaluate(SPOIL, how)
            phone.reload(READY)
            assert not is_taken_back(phone), how
        until(phone, lambda: phone.page.evaluate(KEPT_OF) != "another", "one of this version takes its place")
        phone.reload(READY)
        assert is_taken_back(phone)


def is_taken_back(phone: Phone) -> bool:
    """Whether Python began with the memory of an earlier start."""
    return bool(phone.page.workers[0].evaluate("Boolean(self.pyodide._api.config._loadSnapshot)"))


def python(phone: Phone, script: str) -> str:
    return str(phone.page.workers[0].evaluate("script => self.pyodide.runPython(script)", script))


class TestStorage:
    def test_outlasts_a_reload(self, phone: Phone, shell_phone: ShellPhone, server: ServerThread) -> None:
        shell_phone.leave()
        wipe(phone, server.url)
        phone.open(server.url, "storage: 0 visits in private files")
        for visit in range(1, 4):
            phone.button("Write").click()
            phone.text(f"storage: {visit} visits in private files, flushed").wait_for(state="attached")
        print(phone.text("storage: 3").inner_text())
        phone.reload("storage: 3 visits")

    def test_outlasts_a_killed_browser(self, chromium, server: ServerThread, tmp_path: Path) -> None:
        for visits in range(2):
            context = chromium.browser_type.launch_persistent_context(
                tmp_path, executable_path=chromium_path(), args=["--no-sandbox"], viewport=SCREEN_PX
            )
            phone = Phone(context)
            phone.open(server.url, f"storage: {visits} visits")
            until(phone, lambda phone=phone: is_kept(phone, "blinkpick-python"), "the next start is a short one")
            phone.button("Write").click()
            phone.text(f"storage: {visits + 1} visits in private files, flushed").wait_for(state="attached")
            kill_browser(tmp_path)

    def test_uses_indexed_files_where_the_address_is_not_secure(
        self, new_phone: Callable[..., Phone], server: ServerThread
    ) -> None:
        phone = new_phone()
        phone.context.add_init_script("delete Navigator.prototype.serviceWorker")
        phone.context.route("**/kept-files.js", without_private_files)
        phone.open(server.url, "storage: 0 visits in IndexedDB")
        until(phone, lambda: is_kept(phone, "blinkpick-python"), "the next start is a short one")
        phone.button("Write").click()
        phone.text("storage: 1 visits in IndexedDB, flushed").wait_for(state="attached")
        phone.reload("storage: 1 visits in IndexedDB")


def without_private_files(route) -> None:
    answer = route.fetch()
    route.fulfill(
        response=answer,
        body=answer.text().replace("const canUsePrivateFiles = () =>", "const canUsePrivateFiles = () => false &&"),
    )


class TestScanner:
    def test_fifty_scans_in_a_burst_arrive_in_order(self, phone: Phone) -> None:
        scan_all(phone)
        assert phone.text("pressed: ").inner_text() == "pressed: -"

    def test_a_text_field_keeps_none_of_them(self, phone: Phone) -> None:
        phone.box("Note").click()
        scan_all(phone)
        assert phone.box("Note").input_value() == ""
        assert phone.text("field: ").inner_text() in {"field: -", "field: []"}

    def test_they_arrive_while_a_dialog_is_open(self, phone: Phone) -> None:
        phone.button("Dialog").click()
        phone.text("A dialog").wait_for(state="attached")
        phone.page.keyboard.press("Tab")  # the focus on the dialog's button: a scan's Enter must not press it
        scan_all(phone, before_checking=lambda: close_dialog(phone))

    def test_scans_without_terminator_end_with_silence(self, phone: Phone) -> None:
        for code in CODES[:5]:
            phone.scan(code, end=None)
            phone.page.wait_for_timeout(250)
        phone.text(f"last: {','.join(CODES[:5])}").wait_for(state="attached")

    def test_scans_while_python_is_busy_wait_their_turn(self, phone: Phone) -> None:
        phone.button("Block").click()
        scan_all(phone)

    def test_a_busy_page_neither_cuts_nor_joins_codes(self, phone: Phone) -> None:
        phone.page.evaluate(
            "setInterval(() => { const end = performance.now() + 180; while (performance.now() < end); }, 200)"
        )
        for end in ("Enter", "Tab") * 5:
            phone.scan(CODES[0], end=end)
        phone.text("scans: 10").wait_for(state="attached")
        assert set(phone.text("last: ").inner_text().removeprefix("last: ").split(",")) == {CODES[0]}

    def test_group_separators_and_letters_come_through(self, phone: Phone) -> None:
        phone.scan("]C1019501101530003\x1d10ABc-9")
        phone.text("last: ]C1019501101530003\x1d10ABc-9").wait_for(state="attached")


def close_dialog(phone: Phone) -> None:
    phone.button("Close it").click()
    phone.text("pressed: yes").wait_for(state="attached")


def scan_all(phone: Phone, before_checking: Callable[[], None] = lambda: None) -> None:
    phone.scan(*CODES)
    before_checking()
    phone.text("scans: 50").wait_for(state="attached")
    assert phone.text("last: ").inner_text() == f"last: {','.join(CODES)}"


KEY_EVERY_MS = 120  # a quick person; faster than this, Flutter's own field now and then loses a corrected key


class TestTyping:
    @pytest.mark.parametrize("pause_ms", [30, 60, 120])
    def test_goes_into_the_field_untouched(self, phone: Phone, pause_ms: int) -> None:
        phone.box("Note").click()
        for word in ("Two", " egg", "s ok"):  # a pause between: nobody keeps 30 ms a key for a whole line
            phone.page.keyboard.type(word, delay=pause_ms)
            phone.page.wait_for_timeout(200)
        phone.text("field: [Two eggs ok]").wait_for(state="attached")
        assert phone.box("Note").input_value() == "Two eggs ok"
        assert phone.text("scans: ").inner_text() == "scans: -"

    def test_editing_keys_keep_their_place(self, phone: Phone) -> None:
        phone.box("Note").click()
        for key in ("a", "b", "Backspace", "c", "ArrowLeft", "d"):
            phone.page.keyboard.press(key)
            phone.page.wait_for_timeout(KEY_EVERY_MS)
        phone.text("field: [adc]").wait_for(state="attached")

    def test_enter_still_presses_a_focused_button(self, phone: Phone) -> None:
        phone.button("Press").focus()
        phone.page.keyboard.press("Enter")
        phone.text("pressed: yes").wait_for(state="attached")


class TestNetwork:
    def test_requests_go_through_fetch(self, phone: Phone) -> None:
        phone.button("Ask").click()
        phone.text("http: 201 {'word': '你好'} kept 404 timed out").wait_for(state="attached")

    def test_a_websocket_carries_texts_in_order_and_says_how_it_ended(self, phone: Phone) -> None:
        phone.button("Connect").click()
        phone.text("socket: in order True, closed 4401 as asked, refused 1006").wait_for(state="attached")


class TestSignals:
    def test_a_sound_plays_after_the_first_touch(self, phone: Phone) -> None:
        sounded = phone.page.locator("html[data-last-sound=ok]")
        for _ in range(SOUNDS_MAX):  # a sound that comes late is left out on purpose, and a busy machine is late
            phone.button("Beep").click()
            try:
                sounded.wait_for(state="attached", timeout=SOUND_WITHIN_MS)
                return
            except Error:
                continue
        raise AssertionError("no sound was played")
