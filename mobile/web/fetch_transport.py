"""Lets httpx work in the browser's worker, where Python has no sockets: each request goes through `fetch`."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import Any

import httpx

from mobile.web.browser import javascript, to_javascript

# The browser writes these itself and refuses them from a script.
BROWSER_HEADERS = {
    "host",
    "connection",
    "content-length",
    "accept-encoding",
    "user-agent",
    "cookie",
    "origin",
    "referer",
}
# `fetch` has decoded the body already; httpx would decode it again.
DECODED_HEADERS = {"content-encoding", "content-length", "transfer-encoding"}
BODILESS = {"GET", "HEAD"}


class FetchTransport(httpx.AsyncBaseTransport):
    """`httpx.AsyncClient(transport=FetchTransport(), base_url=origin())`; cancelling a request aborts it."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        abort = javascript().AbortController.new()
        timeout_s = (request.extensions.get("timeout") or {}).get("read")
        try:
            async with asyncio.timeout(timeout_s):
                return await _fetch(request, abort.signal)
        except TimeoutError as late:
            raise httpx.ReadTimeout(f"no answer within {timeout_s} s", request=request) from late
        except import_module("pyodide.ffi").JsException as failure:
            raise httpx.ConnectError(str(failure), request=request) from failure
        finally:
            abort.abort()  # harmless after the answer, and frees the connection when the request was cancelled


async def _fetch(request: httpx.Request, signal: Any) -> httpx.Response:
    headers = [[name, value] for name, value in request.headers.multi_items() if name not in BROWSER_HEADERS]
    options: dict[str, Any] = {
        "method": request.method,
        "headers": headers,
        "cache": "no-store",
        "credentials": "same-origin",
        "signal": signal,
    }
    body = await request.aread()
    if body and request.method not in BODILESS:
        options["body"] = body
    response = await javascript().fetch(str(request.url), to_javascript(options))
    content = (await response.arrayBuffer()).to_bytes()
    kept = [(str(name), str(value)) for name, value in response.headers if str(name) not in DECODED_HEADERS]
    return httpx.Response(int(response.status), headers=kept, content=content, request=request)
