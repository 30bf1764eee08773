"""The little of a browser that Python in its worker touches: fetch, WebSocket, a message port, proxies."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

ORIGIN = "https://picking.store.example"


class JsException(Exception):
    """What Pyodide raises for a JavaScript error."""

    def __init__(self, message: str, name: str = "TypeError") -> None:
        super().__init__(f"{name}: {message}")
        self.name = name


class Proxy:
    """A Python function in JavaScript's hands; calling it after it was destroyed is an error there."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self.is_destroyed = False

    def __call__(self, *arguments: Any) -> Any:
        assert not self.is_destroyed, "this borrowed proxy was destroyed"
        return self._function(*arguments)

    def destroy(self) -> None:
        self.is_destroyed = True


class JsValue:
    """A JavaScript value that Python has to convert by name."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def to_py(self) -> Any:
        return self._value

    def to_bytes(self) -> bytes:
        return bytes(self._value)


def to_js(value: Any, *, dict_converter: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return dict_converter([[name, to_js(each, dict_converter=dict_converter)] for name, each in value.items()])
    if isinstance(value, list | tuple):
        return [to_js(each, dict_converter=dict_converter) for each in value]
    return value


class FakePort:
    """The worker's end of the page's message port."""

    def __init__(self) -> None:
        self.onmessage: Callable[[Any], None] | None = None
        self.posted: list[dict[str, Any]] = []

    def postMessage(self, message: SimpleNamespace) -> None:  # noqa: N802 - JavaScript's name
        self.posted.append(vars(message))

    def tell(self, kind: str, **fields: Any) -> None:
        """The page says something."""
        assert self.onmessage is not None, "nobody listens to the port"
        self.onmessage(SimpleNamespace(data=JsValue({"kind": kind, **fields})))


class FakeWebSocket:
    """One JavaScript WebSocket; the test plays the other end."""

    def __init__(self, url: str, protocols: list[str]) -> None:
        self.url, self.protocols = url, protocols
        self.bufferedAmount = 0
        self.sent: list[str] = []
        self.closed_with: list[int] = []
        self.callbacks: dict[str, Proxy] = {}

    def addEventListener(self, kind: str, callback: Proxy) -> None:  # noqa: N802
        self.callbacks[kind] = callback

    def removeEventListener(self, kind: str, callback: Proxy) -> None:  # noqa: N802
        assert self.callbacks.pop(kind) is callback

    def send(self, text: str) -> None:
        self.sent.append(text)

    def close(self, code: int) -> None:
        self.closed_with.append(code)

    def happen(self, kind: str, **event: Any) -> None:
        """An event of the browser; one nobody listens to is lost, as there."""
        if kind in self.callbacks:
            self.callbacks[kind](SimpleNamespace(**event))


class FakeResponse:
    """What `fetch` answers with."""

    def __init__(self, content: bytes = b"", *, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.status = status
        self.headers = [[name, value] for name, value in (headers or {}).items()]
        self._content = content
        self.breaks_off = False

    async def arrayBuffer(self) -> JsValue:  # noqa: N802
        if self.breaks_off:
            raise JsException("network error")
        return JsValue(self._content)


class FakeBrowser:
    """The worker's global object, `import js`."""

    def __init__(self) -> None:
        self.location = SimpleNamespace(origin=ORIGIN)
        self.pagePort: FakePort | None = FakePort()
        self.Object = SimpleNamespace(fromEntries=lambda pairs: SimpleNamespace(**dict(pairs)))
        self.AbortController = SimpleNamespace(new=self._new_abort_controller)
        self.WebSocket = SimpleNamespace(new=self._new_socket)
        self.sockets: list[FakeWebSocket] = []
        self.refuses_sockets = False
        self.requests: list[SimpleNamespace] = []  # url, and every option of fetch
        self.answer: FakeResponse | JsException | None = FakeResponse()  # None: never

    def _new_socket(self, url: str, protocols: list[str]) -> FakeWebSocket:
        if self.refuses_sockets:
            raise JsException("The subprotocol is invalid", "SyntaxError")
        self.sockets.append(FakeWebSocket(url, protocols))
        return self.sockets[-1]

    def _new_abort_controller(self) -> SimpleNamespace:
        signal = SimpleNamespace(is_aborted=False)
        return SimpleNamespace(signal=signal, abort=lambda: setattr(signal, "is_aborted", True))

    async def fetch(self, url: str, options: SimpleNamespace) -> FakeResponse:
        self.requests.append(SimpleNamespace(url=url, **vars(options)))
        if self.answer is None:
            await asyncio.get_running_loop().create_future()
        if isinstance(self.answer, JsException):
            raise self.answer
        assert isinstance(self.answer, FakeResponse)
        return self.answer


def install(monkeypatch: pytest.MonkeyPatch) -> FakeBrowser:
    """Let `import js` and `import pyodide.ffi` find the fakes until the test ends."""
    browser = FakeBrowser()
    ffi = ModuleType("pyodide.ffi")
    vars(ffi).update(JsException=JsException, create_proxy=Proxy, to_js=to_js)
    monkeypatch.setitem(sys.modules, "js", browser)  # type: ignore[arg-type]
    monkeypatch.setitem(sys.modules, "pyodide", ModuleType("pyodide"))
    monkeypatch.setitem(sys.modules, "pyodide.ffi", ffi)
    return browser
