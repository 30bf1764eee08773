"""Builds the bundle; a second build with the same inputs only compares a fingerprint."""

from __future__ import annotations

import argparse
import gzip
import hashlib
import shutil
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

from mobile.web.bundle import archive, client, zxing
from mobile.web.bundle.archive import WHEELS_LIST, apart, app_contents, compiled_files, download_wheels, pack, unpacked
from mobile.web.bundle.client import client_version, take_client
from mobile.web.bundle.page import PAGE_FOLDER, compiled_packages, python_worker, service_worker, write_page
from mobile.web.bundle.sheet import write_sheets
from mobile.web.bundle.steps import DIGEST_LENGTH, Progress, digest, digest_files, files_below, once
from mobile.web.bundle.zxing import take_reader

ROOT = Path(__file__).resolve().parents[3]
FINGERPRINT_FILE = "fingerprint.txt"
SERVICE_WORKER = "service-worker.js"
PYTHON_WORKER = "python-worker.js"
COMPRESSED = {".js", ".mjs", ".wasm", ".json", ".html", ".tar", ".otf", ".ttf", ".zip", ".frag", ".bin"}
SMALLEST_COMPRESSED_BYTES = 1024
GZIP_LEVEL = 9


@dataclass(frozen=True)
class Plan:
    """What to build from and where to."""

    out: Path
    entry: Path = ROOT / "main.py"
    packages: tuple[str, ...] = ("mobile", "shared")
    root: Path = ROOT
    cache: Path = field(default=ROOT / ".cache" / "pwa")

    def app(self) -> dict[str, bytes]:
        return app_contents(self.root, self.entry, self.packages)

    def fingerprint(self) -> str:
        """Changes whenever the bundle would."""
        return digest(
            pack(self.app()),
            digest_files(self.root / "assets", files_below(self.root / "assets")).encode(),
            build_fingerprint().encode(),
        )


def build_fingerprint() -> str:
    """Changes with the client's version, the wheels, the page's scripts or the builder itself."""
    here = Path(__file__).parent
    files = [*files_below(here), *files_below(PAGE_FOLDER)]
    return digest(client_version().encode(), digest_files(here.parent, files).encode())


def compress(file: Path) -> None:
    """Leaves a .gz beside the file where that saves something, for servers that hand it out as it is."""
    content = file.read_bytes()
    if file.suffix in COMPRESSED and len(content) >= SMALLEST_COMPRESSED_BYTES:
        Path(f"{file}.gz").write_bytes(gzip.compress(content, GZIP_LEVEL, mtime=0))


def compress_all(folder: Path) -> None:
    for file in files_below(folder):
        compress(file)


def make_packages(target: Path, wheels: Path) -> None:
    packed, files = apart(unpacked(wheels.glob("*.whl")))
    (target / "packages.tar").write_bytes(pack(packed))
    for name, content in files.items():
        file = target / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
    compress_all(target)


def make_client(target: Path) -> None:
    take_client(target)
    compress_all(target)


def make_reader(target: Path) -> None:
    take_reader(target)
    compress_all(target)


def build(plan: Plan, progress: Progress) -> bool:
    """Builds into `plan.out`; False when it already held exactly this bundle."""
    fingerprint = plan.fingerprint()
    kept = plan.out / FINGERPRINT_FILE
    if kept.exists() and kept.read_text() == fingerprint:
        progress.say(f"nothing changed since {fingerprint}")
        return False
    lock = digest(WHEELS_LIST.read_bytes())
    packing = digest(lock.encode(), Path(archive.__file__).read_bytes())
    taking = digest(client_version().encode(), Path(client.__file__).read_bytes())
    wheels = once(plan.cache / f"wheels-{lock}", download_wheels)
    progress.say("wheels for the browser")
    packages = once(plan.cache / f"packages-{packing}", lambda target: make_packages(target, wheels))
    progress.say("packages.tar")
    taken = once(plan.cache / f"client-{taking}", make_client)
    progress.say(f"Flutter client and Pyodide of flet-web {client_version()}")
    reading = digest(Path(zxing.__file__).read_bytes())
    reader = once(plan.cache / f"reader-{reading}", make_reader)
    progress.say(f"{zxing.PACKAGE} {zxing.VERSION}")
    unfinished = plan.out.with_name(plan.out.name + ".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(taken, unfinished)
    shutil.copytree(packages, unfinished, dirs_exist_ok=True)
    shutil.copytree(reader, unfinished, dirs_exist_ok=True)
    add_our_own(plan, unfinished)
    progress.say("app.tar, page scripts, assets")
    write_service_worker(unfinished, fingerprint)
    (unfinished / FINGERPRINT_FILE).write_text(fingerprint)
    shutil.rmtree(plan.out, ignore_errors=True)
    unfinished.rename(plan.out)
    progress.say(f"{plan.out}: {size_text(plan.out)}, version {fingerprint}")
    return True


def add_our_own(plan: Plan, target: Path) -> None:
    """The app, page scripts, assets and fonts."""
    ours = [target / "app.tar", target / "index.html"]
    ours[0].write_bytes(pack(plan.app()))
    write_page(ours[1])
    ours += write_sheets(target)
    for source in (PAGE_FOLDER, plan.root / "assets"):
        for file in files_below(source):
            copy = target / file.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
            ours.append(copy)
    write_python_worker(target)
    with tarfile.open(target / "packages.tar") as packages:
        files = compiled_files(packages.getnames())
    compiled = target / "compiled-packages.js"
    compiled.write_text(compiled_packages(compiled.read_text(), files))
    for font in (target / "fonts").glob("*.woff2"):
        font.rename(target / "assets" / "fonts" / font.name)  # where Flutter's list of fonts looks
    for file in ours:
        if file.exists() and file.name != SERVICE_WORKER:
            compress(file)


def write_python_worker(target: Path) -> None:
    """The worker of the bundle in `target`, told a version that changes with whatever Python's memory would hold."""
    version = digest(build_fingerprint().encode(), (target / "app.tar").read_bytes())
    template = (PAGE_FOLDER / PYTHON_WORKER).read_text()
    (target / PYTHON_WORKER).write_text(python_worker(template, version))


def write_service_worker(target: Path, fingerprint: str) -> None:
    files: dict[str, str] = {}
    for file in files_below(target):
        name = file.relative_to(target).as_posix()
        if file.suffix != ".gz" and name != SERVICE_WORKER:
            files[name] = hashlib.sha256(file.read_bytes()).hexdigest()[:DIGEST_LENGTH]
    script = target / SERVICE_WORKER
    script.write_text(service_worker(script.read_text(), fingerprint, files))
    compress(script)


def size_text(folder: Path) -> str:
    plain = sum(file.stat().st_size for file in files_below(folder) if file.suffix != ".gz")
    sent = sum(min(file.stat().st_size, _gzip_size(file)) for file in files_below(folder) if file.suffix != ".gz")
    return f"{plain / 1e6:.1f} MB, {sent / 1e6:.1f} MB compressed"


def _gzip_size(file: Path) -> int:
    compressed = Path(f"{file}.gz")
    return compressed.stat().st_size if compressed.exists() else file.stat().st_size


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m mobile.web.bundle", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "pwa", help="folder to build (default build/pwa)")
    parser.add_argument("--entry", type=Path, default=ROOT / "main.py", help="the script to run as main.py")
    parser.add_argument("--quiet", action="store_true", help="print nothing")
    chosen = parser.parse_args()
    progress = Progress(chosen.quiet)
    build(Plan(out=chosen.out.resolve(), entry=chosen.entry.resolve()), progress)
    if not chosen.quiet:
        print(f"{progress.total_s():6.2f} s  in all")


if __name__ == "__main__":
    main()
