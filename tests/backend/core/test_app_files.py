"""The phone app's bundle is served as it was built, and nothing else of the disk is."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message

from backend.core.app_files import NOT_BUILT, AppFiles

Run = Callable[..., Any]
PAGE = b"<html>the app</html>"
SCRIPT = b"let shelf = 1;" * 100
SECRET = b"the pepper"


@dataclass
class Answer:
    """What the application sent."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.body += message.get("body", b"")


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A little bundle, with a secret beside it in folders one may be tempted to reach."""
    folder = tmp_path / "pwa"
    (folder / "sounds").mkdir(parents=True)
    (folder / "index.html").write_bytes(PAGE)
    (folder / "main.js").write_bytes(SCRIPT)
    (folder / "main.js.gz").write_bytes(gzip.compress(SCRIPT))
    (folder / "python.wasm").write_bytes(b"\0asm")
    (folder / "loader.mjs").write_bytes(b"export {}")
    (folder / "app.webmanifest").write_bytes(b"{}")
    (folder / "sounds" / "right.wav").write_bytes(b"RIFF")
    (folder / "kept.unheard-of").write_bytes(b"?")
    (tmp_path / "secret.txt").write_bytes(SECRET)
    (tmp_path / "pwa-secret").mkdir()
    (tmp_path / "pwa-secret" / "secret.txt").write_bytes(SECRET)
    return folder


@pytest.fixture
def ask(bundle: Path, run: Run) -> Callable[..., Answer]:
    """`ask(path)` as a server hands it on: decoded, but not tidied up."""

    def asked(path: str, method: str = "GET", *, folder: Path = bundle, **headers: str) -> Answer:
        answer = Answer()
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        }

        async def receive() -> Message:
            await asyncio.Event().wait()  # whoever asks stays and says no more
            raise AssertionError

        run(AppFiles(folder)(scope, receive, answer.take))
        return answer

    return asked


class TestFind:
    @pytest.mark.parametrize("path", ["/", "", "/index.html"])
    def test_the_page_stands_at_the_root(self, ask: Callable[..., Answer], path: str) -> None:
        answer = ask(path)
        assert (answer.status, answer.body) == (200, PAGE)
        assert answer.headers["content-type"].startswith("text/html")

    @pytest.mark.parametrize("path", ["/enrol/ABCD", "/pick", "/supervisor/board/", "/sounds"])
    def test_a_route_of_the_app_is_the_page(self, ask: Callable[..., Answer], path: str) -> None:
        answer = ask(path)
        assert (answer.status, answer.body) == (200, PAGE)

    @pytest.mark.parametrize("path", ["/missing.js", "/sounds/wrong.wav", "/.env", "/sounds/../missing.css"])
    def test_a_missing_file_is_not_the_page(self, ask: Callable[..., Answer], path: str) -> None:
        answer = ask(path)
        assert (answer.status, answer.body) == (404, b"Not found\n")

    def test_a_file_in_a_folder_of_the_bundle(self, ask: Callable[..., Answer]) -> None:
        assert ask("/sounds/right.wav").body == b"RIFF"

    def test_no_bundle_says_how_to_build_it(self, ask: Callable[..., Answer], tmp_path: Path) -> None:
        answer = ask("/", folder=tmp_path / "never built")
        assert (answer.status, answer.body.decode()) == (404, NOT_BUILT)
        assert "make pwa" in NOT_BUILT

    def test_a_bundle_without_its_page(self, ask: Callable[..., Answer], bundle: Path) -> None:
        (bundle / "index.html").unlink()
        assert ask("/enrol/ABCD").status == 404


class TestStayInside:
    @pytest.mark.parametrize(
        "path",
        [
            "/../secret.txt",
            "/sounds/../../secret.txt",
            "/sounds/../../pwa-secret/secret.txt",
            "/../pwa-secret/secret.txt",
            "/./.././secret.txt",
            "//../secret.txt",
            "/..",
            "/../",
            "/../" * 40 + "etc/passwd",
            "//etc/passwd",
            "/etc/passwd/../../../../../../../../etc/hostname",
        ],
    )
    def test_no_path_leads_out(self, ask: Callable[..., Answer], path: str) -> None:
        """The server decodes `%2e%2e%2f` before us: encoded and plain climbs arrive alike."""
        answer = ask(path)
        assert answer.body in (b"Not found\n", PAGE)
        assert answer.body == PAGE or answer.status == 404

    @pytest.mark.parametrize("path", ["/%2e%2e/secret.txt", "/..%2fsecret.txt", "/..\\secret.txt"])
    def test_what_was_encoded_twice_is_only_a_strange_name(self, ask: Callable[..., Answer], path: str) -> None:
        assert ask(path).status == 404

    def test_an_absolute_path_is_below_the_folder(self, ask: Callable[..., Answer], tmp_path: Path) -> None:
        assert ask(f"/{tmp_path}/secret.txt").status == 404

    def test_a_link_leads_nowhere(self, ask: Callable[..., Answer], bundle: Path, tmp_path: Path) -> None:
        (bundle / "link.txt").symlink_to(tmp_path / "secret.txt")
        assert ask("/link.txt").status == 404

    @pytest.mark.parametrize("path", ["/a\0.js", "/" + "a" * 5_000, "/" + "a/" * 5_000 + "b.js", "/\udcff.js"])
    def test_what_no_file_can_be_called_is_not_found(self, ask: Callable[..., Answer], path: str) -> None:
        assert ask(path).status == 404


class TestCompressed:
    @pytest.mark.parametrize("accepted", ["gzip", "br, gzip;q=0.8", "deflate,GZIP"])
    def test_it_goes_to_whoever_takes_it(self, ask: Callable[..., Answer], accepted: str) -> None:
        answer = ask("/main.js", accept_encoding=accepted)
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["content-type"].startswith("text/javascript")
        assert gzip.decompress(answer.body) == SCRIPT

    @pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "br, gzip; q=0.000", "x-gzipped"])
    def test_whoever_does_not_take_it_gets_the_plain_file(self, ask: Callable[..., Answer], accepted: str) -> None:
        answer = ask("/main.js", accept_encoding=accepted)
        assert "content-encoding" not in answer.headers
        assert answer.body == SCRIPT

    def test_a_file_without_a_compressed_one_is_plain(self, ask: Callable[..., Answer]) -> None:
        answer = ask("/python.wasm", accept_encoding="gzip")
        assert "content-encoding" not in answer.headers
        assert answer.body == b"\0asm"

    def test_caches_are_told_that_there_are_two(self, ask: Callable[..., Answer]) -> None:
        plain, packed = ask("/main.js"), ask("/main.js", accept_encoding="gzip")
        assert plain.headers["vary"] == packed.headers["vary"] == "accept-encoding"
        assert plain.headers["cache-control"] == packed.headers["cache-control"] == "no-cache"
        assert plain.headers["etag"] != packed.headers["etag"]


class TestType:
    @pytest.mark.parametrize(
        ("path", "media_type"),
        [
            ("/python.wasm", "application/wasm"),
            ("/loader.mjs", "text/javascript; charset=utf-8"),
            ("/main.js", "text/javascript; charset=utf-8"),
            ("/app.webmanifest", "application/manifest+json"),
            ("/kept.unheard-of", "application/octet-stream"),
        ],
    )
    def test_browsers_are_strict_about_these(self, ask: Callable[..., Answer], path: str, media_type: str) -> None:
        assert ask(path).headers["content-type"] == media_type


class TestMethod:
    def test_head_says_how_long_it_is_and_sends_nothing(self, ask: Callable[..., Answer]) -> None:
        answer = ask("/main.js", "HEAD")
        assert (answer.status, answer.headers["content-length"], answer.body) == (200, str(len(SCRIPT)), b"")

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
    def test_nothing_can_be_done_to_files(self, ask: Callable[..., Answer], method: str) -> None:
        answer = ask("/main.js", method)
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
