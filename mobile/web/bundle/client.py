"""Takes the Flutter client and Pyodide out of the flet-web wheel, without what the phone never uses."""

from __future__ import annotations

import json
import re
import shutil
from importlib.metadata import version
from pathlib import Path

import flet_web

LEFT_OUT = (
    "*.symbols",
    "*.map",
    "*.d.ts",
    "wimp.*",
    "experimental_webparagraph",
    "katex_fonts",
    "flutter_map_logo.png",
    "hls1.4.10.js",
    "record.worklet.js",
    "python",
    "python.bat",
    "python.exe",
    "python_cli_entry.mjs",
    "pyodide.js",
    "micropip-*",
    "packaging-*",
    "package.json",
    "flutter_service_worker.js",
    "python.js",
    "python-worker.js",
    "manifest.json",
    "favicon.png",
    "loading-animation.png",
    "icon-*",
    "apple-touch-icon-*",
    "roboto.woff2",
    "__pycache__",
)
RIVE_URL = "https://cdn.jsdelivr.net/npm/@rive-app/flutter-native-wasm@44.0.0/"
RIVE_STUB_FOLDER = "assets/riveless"
# The client asks for Rive animations at every start, and waits for them beside its own work. The stub never answers,
# which is what the client sees without network, so it changes nothing but the request.
RIVE_STUB = "globalThis.RiveNative = () => new Promise(() => {});\n"
SERVICE_WORKER_SETTINGS = re.compile(r"\n *serviceWorkerSettings: \{.*?\n *\},", re.DOTALL)
# Pyodide restores a snapshot of Python only into memory it already has; ours is larger, having more imported.
SNAPSHOT_RESTORE = "return Module.HEAP8.set(t),l}"
SNAPSHOT_RESTORE_GROWN = "return t.length>Module.HEAP8.length&&growMemory(t.length),Module.HEAP8.set(t),l}"
# Pyodide fetches and compiles itself when asked to start; the page has begun both long before (page/python-runtime.js).
SELF_FETCHED = '_(e+"pyodide.asm.wasm")'
ALREADY_FETCHED = f"globalThis.compiledPython?{{binary:globalThis.compiledPython}}:{SELF_FETCHED}"
SELF_COMPILED = "l=await WebAssembly.instantiate(await t,s)"
ALREADY_COMPILED = f"({SELF_COMPILED},l instanceof WebAssembly.Instance&&(l={{instance:l,module:await t}}))"
CLIENT_SCRIPTS = ("main.dart.js", "main.dart.wasm")


class ClientUnknown(Exception):
    """The flet-web wheel is not the one these patches were written for."""


def client_version() -> str:
    return version("flet-web")


def local_rive_url() -> bytes:
    """A path on our own origin with exactly the length of Rive's, so that it can replace it inside compiled code."""
    spare = len(RIVE_URL) - len(RIVE_STUB_FOLDER) - 1
    assert spare % 2 == 0, "the stub's folder needs a name one letter longer or shorter"
    return (RIVE_STUB_FOLDER + "/" + "./" * (spare // 2)).encode()


def take_client(target: Path) -> None:
    """Fills `target` with the trimmed and patched client."""
    shutil.copytree(
        flet_web.get_package_web_dir(), target, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*LEFT_OUT)
    )
    for name in CLIENT_SCRIPTS:
        script = target / name
        compiled = script.read_bytes()
        if compiled.count(RIVE_URL.encode()) != 1:
            raise ClientUnknown(f"{name} does not name Rive's address once")
        script.write_bytes(compiled.replace(RIVE_URL.encode(), local_rive_url()))
    stub = target / RIVE_STUB_FOLDER / "wasm" / "rive_native.js"
    stub.parent.mkdir(parents=True)
    stub.write_text(RIVE_STUB)
    bootstrap = target / "flutter_bootstrap.js"
    bootstrap.write_text(without_flutter_service_worker(bootstrap.read_text()))
    pyodide = target / "pyodide" / "pyodide.asm.mjs"
    pyodide.write_text(with_growing_snapshots(pyodide.read_text()))
    loader = target / "pyodide" / "pyodide.mjs"
    loader.write_text(compiled_ahead(loader.read_text()))
    write_font_list(target / "assets" / "FontManifest.json")


def without_flutter_service_worker(bootstrap: str) -> str:
    """Flutter's own service worker unregisters whatever controls the page and reloads it: it would undo ours."""
    patched, count = SERVICE_WORKER_SETTINGS.subn("", bootstrap)
    if count != 1:
        raise ClientUnknown("flutter_bootstrap.js names its service worker in an unknown way")
    return patched


def with_growing_snapshots(pyodide: str) -> str:
    if pyodide.count(SNAPSHOT_RESTORE) != 1:
        raise ClientUnknown("pyodide.asm.mjs restores snapshots in an unknown way")
    return pyodide.replace(SNAPSHOT_RESTORE, SNAPSHOT_RESTORE_GROWN)


def compiled_ahead(loader: str) -> str:
    for old, new in ((SELF_FETCHED, ALREADY_FETCHED), (SELF_COMPILED, ALREADY_COMPILED)):
        if loader.count(old) != 1:
            raise ClientUnknown("pyodide.mjs loads its compiled half in an unknown way")
        loader = loader.replace(old, new)
    return loader


def write_font_list(target: Path) -> None:
    """Names the fonts Flutter loads before its first frame.

    Our font answers to Roboto, the name that Flutter draws with when a screen names none and that it would otherwise
    fetch from Google, and holds Latin and Chinese in one, so that no screen falls back to a font from the network.
    """
    weights = [
        {"asset": "fonts/NotoSansSC-Regular.woff2", "weight": 400},
        {"asset": "fonts/NotoSansSC-Bold.woff2", "weight": 700},
    ]
    families = [
        {"family": "MaterialIcons", "fonts": [{"asset": "fonts/MaterialIcons-Regular.otf"}]},
        {"family": "Roboto", "fonts": weights},
    ]
    target.write_text(json.dumps(families))
