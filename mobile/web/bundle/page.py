"""Writes the page itself: Flet's index.html joined with our scripts, and the service worker's list of files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import flet_web
from flet import RouteUrlStrategy

PAGE_FOLDER = Path(__file__).parent.parent / "page"
APP_NAME = "Blinkpick"
APP_DESCRIPTION = "Pick where it blinks: assisted picking for stores with electronic shelf labels."
PYODIDE_VERSION = "314"  # any value: with no_cdn it only decides that a local address is written
# In this order, after python.js, which Flet's page names: what is scanned goes through kept-scans.js.
PAGE_SCRIPTS = ("shell.js", "kept-scans.js", "scanner-keys.js", "scanner.js", "camera.js", "signals.js")
# Nothing leaves the origin, whatever a library tries: the browser itself refuses.
CONTENT_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob:; "
    "worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "font-src 'self' data:; connect-src 'self' ws: wss: data: blob:; object-src 'none'; base-uri 'self'"
)
SPLASH = """<style>
      #loading { position: fixed; inset: 0; display: grid; place-items: center; background: #0B1F33; }
      #loading img { width: 144px; height: 144px; animation: blink 1.2s ease-in-out infinite; }
      @keyframes blink { 50% { opacity: .45; } }
      @media (prefers-reduced-motion: reduce) { #loading img { animation: none; } }
    </style>
    <img src="icons/icon-192.png" alt="" />"""
# Kept only by those that use them: the other of Flutter's two drawing engines, licence texts, sheets to print.
ON_DEMAND = ("canvaskit/", "main.dart.", "assets/NOTICES", "fonts/OFL.txt", "icon.png", "codes-")


class PageUnknown(Exception):
    """Flet's index.html is not the one these patches were written for."""


def replace_once(text: str, old: str, new: str) -> str:
    if text.count(old) != 1:
        raise PageUnknown(f"expected exactly once: {old!r}")
    return text.replace(old, new)


def write_page(index: Path, language: str = "en") -> None:
    """Patches `index` (Flet's own page) in place."""
    flet_web.patch_index_html(
        str(index),
        "/",
        app_name=APP_NAME,
        app_description=APP_DESCRIPTION,
        pyodide=True,
        pyodide_script_path="main.py",
        pyodide_version=PYODIDE_VERSION,
        # An enrolment code printed as "/#/enrol/..." then never reaches a server's log.
        route_url_strategy=RouteUrlStrategy.HASH,
        no_cdn=True,
    )
    index.write_text(patched_page(index.read_text(encoding="utf-8"), language), encoding="utf-8")


def patched_page(html: str, language: str) -> str:
    """Our additions to the page Flet wrote."""
    html = replace_once(html, "<html>", f'<html lang="{language}">')
    policy = f'<meta http-equiv="Content-Security-Policy" content="{CONTENT_POLICY}">'
    viewport = '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">'
    theme = '<meta name="theme-color" content="#0B1F33">'
    charset = '<meta charset="UTF-8">'
    html = replace_once(html, charset, "\n  ".join((charset, policy, viewport, theme)))
    python = '<script src="python.js"></script>'
    scripts = [python, *(f'<script src="{name}"></script>' for name in PAGE_SCRIPTS)]
    html = replace_once(html, python, "\n  ".join(scripts))
    start = html.index("<style>", html.index('id="loading"'))
    end = html.index("/>", start) + len("/>")
    return html[:start] + SPLASH + html[end:]


def service_worker(template: str, fingerprint: str, files: Mapping[str, str]) -> str:
    """The service worker with the bundle's version and the content hash of every file it may keep."""
    on_demand = sorted(name for name in files if name.startswith(ON_DEMAND))
    filled = replace_once(template, 'const VERSION = "";', f'const VERSION = "{fingerprint}";')
    filled = replace_once(
        filled, "const FILES = {};", f"const FILES = {json.dumps(dict(sorted(files.items())), indent=1)};"
    )
    return replace_once(filled, "const ON_DEMAND = [];", f"const ON_DEMAND = {json.dumps(on_demand, indent=1)};")


def python_worker(template: str, version: str) -> str:
    """The worker's script, told which version of Pyodide, the packages and our code it comes with."""
    return replace_once(template, 'const VERSION = "";', f'const VERSION = "{version}";')


def compiled_packages(template: str, files: Mapping[str, str]) -> str:
    """The script that fetches the compiled parts of packages, told their names among the packages and their files."""
    return replace_once(
        template, "const COMPILED = {};", f"const COMPILED = {json.dumps(dict(sorted(files.items())))};"
    )
