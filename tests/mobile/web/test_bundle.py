"""The pure parts of the bundle builder: repeatable archives, the patched page, the service worker's list."""

from __future__ import annotations

import gettext
import io
import json
import re
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("flet_web")

from mobile.captions import LOCALES
from mobile.web.bundle import __main__ as builder
from mobile.web.bundle import archive, client, page, sheet, steps
from shared.printed_codes import every_code

ROOT = Path(__file__).parents[3]
TEMPLATE = 'const VERSION = "";\nconst FILES = {};\nconst ON_DEMAND = [];\n'
CONTENTS = {"b.py": b"second", "folder/a.py": b"first"}


class TestArchive:
    def test_is_the_same_for_the_same_contents_in_any_order(self) -> None:
        backwards = dict(reversed(CONTENTS.items()))
        assert archive.pack(CONTENTS) == archive.pack(backwards)

    def test_holds_what_was_given(self) -> None:
        with tarfile.open(fileobj=io.BytesIO(archive.pack(CONTENTS))) as opened:
            assert {member.name: opened.extractfile(member).read() for member in opened} == CONTENTS

    def test_takes_the_phone_and_the_shared_language_and_nothing_else(self) -> None:
        names = set(archive.app_contents(ROOT, ROOT / "main.py", ("mobile", "shared")))
        assert {"main.py", "mobile/main.py", "shared/clock.py", "mobile/web/storage.py"} <= names
        assert not [
            name for name in names if name.startswith(("backend", "tests", "mobile/web/bundle", "mobile/web/page/"))
        ]

    def test_takes_every_language_compiled_and_not_what_compiles_it(self) -> None:
        contents = archive.app_contents(ROOT, ROOT / "main.py", ("mobile", "shared"))
        for locale in filter(None, LOCALES.values()):
            compiled = contents[f"mobile/captions/locale/{locale}/LC_MESSAGES/blinkpick.mo"]
            said = gettext.GNUTranslations(io.BytesIO(compiled))
            assert said.pgettext("back", "Back") != "Back"
        assert not [name for name in contents if name.endswith(".po")]
        assert b"babel.messages" not in b"".join(contents.values())

    def test_compiled_parts_are_files_of_their_own_and_empty_in_the_archive(self) -> None:
        packed, files = archive.apart({"a.py": b"text", "core/_core.cpython-314-wasm32-emscripten.so": b"code"})
        assert packed == {"a.py": b"text", "core/_core.cpython-314-wasm32-emscripten.so": b""}
        assert files == {"compiled/core._core.wasm": b"code"}
        assert archive.compiled_files(packed) == {
            "core/_core.cpython-314-wasm32-emscripten.so": "compiled/core._core.wasm"
        }

    def test_every_wheel_is_pinned_with_its_hash(self) -> None:
        lines = [line for line in archive.WHEELS_LIST.read_text().splitlines() if not line.startswith("#")]
        assert lines
        assert all(re.fullmatch(r"[a-z-]+==[\d.]+ --hash=sha256:[0-9a-f]{64}", line) for line in lines)


class TestFingerprint:
    def plan(self, root: Path) -> builder.Plan:
        for name, text in {
            "main.py": "run()",
            "mobile/app.py": "app",
            "shared/ids.py": "ids",
            "assets/icon.png": "png",
        }.items():
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return builder.Plan(out=root / "out", entry=root / "main.py", root=root, cache=root / "cache")

    def test_stays_when_only_times_and_tests_change(self, tmp_path: Path) -> None:
        plan = self.plan(tmp_path)
        before = plan.fingerprint()
        (tmp_path / "mobile" / "app.py").touch()
        (tmp_path / "tests").mkdir()
        (tmp_path / "tests" / "test_it.py").write_text("new")
        assert plan.fingerprint() == before

    @pytest.mark.parametrize("name", ["main.py", "mobile/app.py", "shared/ids.py", "assets/icon.png", "mobile/new.py"])
    def test_changes_with_every_input(self, tmp_path: Path, name: str) -> None:
        plan = self.plan(tmp_path)
        before = plan.fingerprint()
        (tmp_path / name).write_text("changed")
        assert plan.fingerprint() != before

    def test_parts_do_not_run_into_each_other(self) -> None:
        assert steps.digest(b"ab", b"c") != steps.digest(b"a", b"bc")

    def test_a_broken_off_step_is_done_again(self, tmp_path: Path) -> None:
        def break_off(folder: Path) -> None:
            (folder / "half").write_text("")
            raise OSError

        with pytest.raises(OSError):
            steps.once(tmp_path / "step", break_off)
        made = steps.once(tmp_path / "step", lambda folder: None)
        assert list(made.iterdir()) == []


class TestSheet:
    @pytest.mark.parametrize("language", LOCALES)
    def test_shows_every_code_with_its_words(self, language: str) -> None:
        text = sheet.sheet(language)
        shown = re.findall(r"<figure><svg.*?</svg><figcaption>([^<]+)<small>([^<]+)</small>", text)
        assert [code for _, code in shown] == [*every_code(), "1", "2", "3"]  # the last check the scanner
        words = [caption for caption, _ in shown]
        assert len(set(words)) == len(words)
        assert (words[0] == "The big button") is (language == "en")

    def test_loads_nothing_and_leads_to_the_other_languages(self, tmp_path: Path) -> None:
        files = sheet.write_sheets(tmp_path)
        assert sorted(file.name for file in files) == ["codes-en.html", "codes-pt.html", "codes-zh.html"]
        for file in files:
            text = file.read_text(encoding="utf-8")
            assert not re.search(r"<script|src=|@import|https?://(?!www.w3.org)", text)
            assert set(re.findall(r'href="([^"]+)"', text)) == {other.name for other in files}

    def test_phones_do_not_keep_it(self) -> None:
        filled = page.service_worker(TEMPLATE, "1", {"index.html": "a", "codes-en.html": "b"})
        assert 'ON_DEMAND = [\n "codes-en.html"\n]' in filled


class TestPage:
    @pytest.fixture
    def html(self, tmp_path: Path) -> str:
        import flet_web

        index = tmp_path / "index.html"
        index.write_text((Path(flet_web.get_package_web_dir()) / "index.html").read_text())
        page.write_page(index)
        return index.read_text()

    def test_names_our_scripts_after_the_one_that_starts_python(self, html: str) -> None:
        scripts = re.findall(r'<script src="([^"]+)"', html)
        assert scripts[:7] == [
            *("python.js", "shell.js", "kept-scans.js", "scanner-keys.js", "scanner.js", "camera.js", "signals.js")
        ]

    def test_names_no_other_origin(self, html: str) -> None:
        assert not re.search(r"(src|href)=\"https?:", html)
        assert "flet.noCdn=true" in html
        assert "default-src 'self'" in html

    def test_refuses_an_unknown_page(self) -> None:
        with pytest.raises(page.PageUnknown):
            page.patched_page("<html></html>", "en")


class TestClient:
    def test_the_replacement_for_rives_address_has_its_length(self) -> None:
        assert len(client.local_rive_url()) == len(client.RIVE_URL)

    def test_flutters_own_service_worker_is_taken_out(self) -> None:
        import flet_web

        bootstrap = (Path(flet_web.get_package_web_dir()) / "flutter_bootstrap.js").read_text()
        assert "serviceWorkerSettings: {" in bootstrap
        assert "serviceWorkerSettings: {" not in client.without_flutter_service_worker(bootstrap)

    def test_python_takes_what_the_page_has_compiled_ahead(self) -> None:
        import flet_web

        loader = (Path(flet_web.get_package_web_dir()) / "pyodide" / "pyodide.mjs").read_text()
        assert "globalThis.compiledPython" in client.compiled_ahead(loader)

    @pytest.mark.parametrize(
        "patch", [client.without_flutter_service_worker, client.with_growing_snapshots, client.compiled_ahead]
    )
    def test_refuses_an_unknown_client(self, patch: Callable[[str], str]) -> None:
        with pytest.raises(client.ClientUnknown):
            patch("load()")


class TestPythonWorker:
    def test_is_told_what_it_comes_with(self) -> None:
        template = (page.PAGE_FOLDER / "python-worker.js").read_text()
        assert 'const VERSION = "version-1";' in page.python_worker(template, "version-1")

    def test_another_app_is_another_version(self, tmp_path: Path) -> None:
        versions = []
        for content in (b"one", b"other", b"one"):
            (tmp_path / "app.tar").write_bytes(content)
            builder.write_python_worker(tmp_path)
            versions.append(re.search(r'const VERSION = "(.+)";', (tmp_path / "python-worker.js").read_text())[1])
        assert versions[0] == versions[2] != versions[1]

    def test_knows_the_compiled_parts_by_their_names_among_the_packages(self) -> None:
        template = (page.PAGE_FOLDER / "compiled-packages.js").read_text()
        script = page.compiled_packages(template, {"b/_b.so": "compiled/b._b.wasm", "a.so": "compiled/a.wasm"})
        told = json.loads(re.search(r"const COMPILED = (\{.*?\});", script)[1])
        assert list(told.items()) == [("a.so", "compiled/a.wasm"), ("b/_b.so", "compiled/b._b.wasm")]


class TestServiceWorker:
    def test_knows_every_file_by_its_content(self) -> None:
        template = (ROOT / "assets" / "service-worker.js").read_text()
        script = page.service_worker(template, "v1", {"index.html": "abc", "canvaskit/skwasm.wasm": "def"})
        files = json.loads(re.search(r"const FILES = (\{.*?\});", script, re.DOTALL)[1])
        assert files == {"index.html": "abc", "canvaskit/skwasm.wasm": "def"}
        assert json.loads(re.search(r"const ON_DEMAND = (\[.*?\]);", script, re.DOTALL)[1]) == ["canvaskit/skwasm.wasm"]
        assert 'const VERSION = "v1";' in script
