"""Reaches the browser's JavaScript from Python, and tells whether there is a browser at all."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

IS_BROWSER = sys.platform == "emscripten"


def javascript() -> Any:
    """The worker's global object (`self`)."""
    return import_module("js")


def to_javascript(value: Any) -> Any:
    """A JavaScript copy of the value; dictionaries become plain objects."""
    return import_module("pyodide.ffi").to_js(value, dict_converter=javascript().Object.fromEntries)


def kept_callback(function: Callable[..., Any]) -> Any:
    """A JavaScript function that calls `function` until it is destroyed (`.destroy()`)."""
    return import_module("pyodide.ffi").create_proxy(function)


def origin() -> str:
    """Scheme, host and port the app was loaded from, such as `https://picking.store.example`."""
    return str(javascript().location.origin)


def socket_origin() -> str:
    """The same for websockets, such as `wss://picking.store.example`."""
    return "ws" + origin().removeprefix("http")
