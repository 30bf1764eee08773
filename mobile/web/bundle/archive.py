"""Packs Python code into tar files that are the same byte for byte whenever their contents are the same."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from mobile.captions.po_files import compiled
from mobile.web.bundle.steps import files_below

WHEELS_LIST = Path(__file__).with_name("wheels.txt")
PLATFORM = "pyemscripten_2026_0_wasm32"  # the binary interface of Pyodide 314
PYTHON_VERSION = "3.14"
FILE_TIME = 1_767_225_600  # seconds, 2026-01-01: a fixed time makes the archive repeatable
LEFT_OUT_OF_WHEELS = (".pyi", ".pyx", ".c", ".h", "/RECORD", "/WHEEL", "/entry_points.txt", "/top_level.txt")
COMPILED_SUFFIX = ".so"
COMPILED_FOLDER = "compiled"
BUILD_ONLY = (
    "mobile/captions/po_files.py",
    "mobile/captions/words.py",
    "mobile/captions/__main__.py",
    "mobile/web/bundle/",
    "mobile/web/page/",
)  # needed to build or by the page, never by Python in the browser


def download_wheels(target: Path) -> None:
    """Fetches the pinned wheels for the browser into `target` through pip, checking their hashes."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary=:all:", "--python-version", PYTHON_VERSION, "--implementation", "cp"]
    command += ["--platform", PLATFORM, "--require-hashes", "--dest", str(target), "--requirement", str(WHEELS_LIST)]
    subprocess.run(command, check=True)  # noqa: S603 - a fixed command, no shell


def unpacked(wheels: Iterable[Path]) -> dict[str, bytes]:
    """Path to content of everything in the wheels that a running app needs."""
    contents: dict[str, bytes] = {}
    for wheel in sorted(wheels):
        with zipfile.ZipFile(wheel) as opened:
            for name in opened.namelist():
                if not name.endswith(("/", *LEFT_OUT_OF_WHEELS)):
                    contents[name] = opened.read(name)
    return contents


def apart(contents: Mapping[str, bytes]) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """What is packed, and the compiled parts of packages, files of their own that the page compiles as they arrive.

    In the archive each of those is empty: Python looks whether it is there, and gets what the page has compiled.
    """
    files = compiled_files(contents)
    return (
        {name: b"" if name in files else content for name, content in contents.items()},
        {file: contents[name] for name, file in files.items()},
    )


def compiled_files(names: Iterable[str]) -> dict[str, str]:
    """The names of compiled parts in the archive, and the files they are kept in."""
    return {
        name: f"{COMPILED_FOLDER}/{name.partition('.')[0].replace('/', '.')}.wasm"
        for name in names
        if name.endswith(COMPILED_SUFFIX)
    }


def app_contents(root: Path, entry: Path, packages: Iterable[str]) -> dict[str, bytes]:
    """The app's own Python: `entry` as main.py, and the packages without what only the build needs.

    Translations are compiled here, whatever lies compiled in the working copy.
    """
    contents = {"main.py": entry.read_bytes()}
    for package in packages:
        for file in files_below(root / package):
            name = file.relative_to(root).as_posix()
            if file.suffix in {".py", ".json", ".toml"} and not name.startswith(BUILD_ONLY):
                contents[name] = file.read_bytes()
            elif file.suffix == ".po":
                contents[name.removesuffix(".po") + ".mo"] = compiled(file.read_bytes())
    return contents


def pack(contents: Mapping[str, bytes]) -> bytes:
    """A tar of the contents, sorted, with one owner, one mode and one time."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in sorted(contents):
            member = tarfile.TarInfo(name)
            member.size = len(contents[name])
            member.mtime = FILE_TIME
            archive.addfile(member, io.BytesIO(contents[name]))
    return packed.getvalue()
