"""The door without TLS, beside the one with it: hands out the store's authority, says how to trust it, sends on."""

from __future__ import annotations

import asyncio
import contextlib
import html
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import segno
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from backend.main.certificates import StoreCertificate
from backend.main.trust_words import TRUST_WORDS, TrustWords

TRUST_PATH = "/trust"
AUTHORITY_PATH = "/blinkpick.crt"
AUTHORITY_TYPE = "application/x-x509-ca-cert"  # what makes a phone offer to install it
_STYLE = """
body { font: 18px/1.5 system-ui, sans-serif; color: #0b1f33; max-width: 40rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; } li { margin: .4rem 0; }
a.button { display: block; background: #0b1f33; color: #fff; padding: 1.2rem; text-align: center; border-radius: 12px;
  font-weight: 700; text-decoration: none; margin: 1rem 0; }
code { overflow-wrap: anywhere; font-size: .85rem; } figure { margin: 1rem 0; text-align: center; }
nav { text-align: center; } nav a { color: inherit; display: inline-block; padding: .8rem; }
figure svg { width: 12rem; height: auto; }
"""


class PlainDoor:
    """Serves it beside the real server, in the same loop."""

    def __init__(self, certificate: StoreCertificate, https_port: int) -> None:
        self._application = plain_door(certificate, https_port)
        self._server: uvicorn.Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self, host: str, port: int) -> None:
        """Raises OSError where the port is taken."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family)
        config = uvicorn.Config(
            self._application, lifespan="off", access_log=False, log_config=None, server_header=False, ws="none"
        )
        self._server = _BesideAnother(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[listening]))

    async def stop(self) -> None:
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await self._serving


class _BesideAnother(uvicorn.Server):
    """Signals are for the server that serves the house."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def plain_door(certificate: StoreCertificate, https_port: int) -> Starlette:
    """An application for plain HTTP. Everything but the authority and its page goes on to HTTPS, at the same host."""

    async def trust(request: Request) -> Response:
        return HTMLResponse(trust_page(certificate, request.headers.get("host", ""), https_port))

    async def authority(_request: Request) -> Response:
        headers = {"content-disposition": 'attachment; filename="blinkpick.crt"'}
        return Response(certificate.authority_der, media_type=AUTHORITY_TYPE, headers=headers)

    async def send_on(request: Request) -> Response:
        host = host_of(request.headers.get("host", ""))
        if not host:
            return PlainTextResponse("This address is served over HTTPS alone.\n", 400)
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"https://{host}:{https_port}{request.url.path}{query}", 308)

    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    routes = [
        Route(TRUST_PATH, trust),
        Route(AUTHORITY_PATH, authority),
        Route("/{path:path}", send_on, methods=methods),
    ]
    return Starlette(routes=routes)


def host_of(header: str) -> str:
    """The host of a Host header without its port, an IPv6 address in brackets; empty where it is none."""
    try:
        host = urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""
    if not host or any(sign not in "abcdefghijklmnopqrstuvwxyz0123456789-._:" for sign in host.lower()):
        return ""
    return f"[{host}]" if ":" in host else host


def trust_page(certificate: StoreCertificate, host_header: str, https_port: int) -> str:
    """What a phone shows: the file, the steps for Android and iOS, and where to go afterwards, in three languages."""
    host = host_of(host_header) or "localhost"
    app_url = f"https://{host}:{https_port}/"
    parts = "".join(_words(words, app_url) for words in TRUST_WORDS)
    links = " · ".join(f'<a href="#{words.language}" lang="{words.language}">{words.name}</a>' for words in TRUST_WORDS)
    picture = segno.make(app_url).svg_inline(scale=4)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Blinkpick</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><nav>{links}</nav>{parts}<figure>{picture}</figure>"
        f"<p><code>SHA-256 {html.escape(certificate.fingerprint)}</code></p></body></html>"
    )


def _words(words: TrustWords, app_url: str) -> str:
    def steps(each: tuple[str, ...]) -> str:
        return "<ol>" + "".join(f"<li>{html.escape(step)}</li>" for step in each) + "</ol>"

    return (
        f'<section id="{words.language}" lang="{words.language}">'
        f"<h1>{html.escape(words.title)}</h1><p>{html.escape(words.why)}</p>"
        f'<a class="button" href="{AUTHORITY_PATH}">{html.escape(words.download)}</a>'
        f"<h2>Android</h2>{steps(words.android)}<h2>iPhone, iPad</h2>{steps(words.ios)}"
        f'<a class="button" href="{html.escape(app_url)}">{html.escape(words.go_on)}</a></section><hr>'
    )
