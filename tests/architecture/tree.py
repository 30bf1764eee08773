"""The project's own files, as these tests read them."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE_FOLDERS = ("shared", "backend", "mobile", "client")
_BUILT_FOLDERS = {".venv", ".git", "build", "var", "node_modules", "__pycache__"}


@cache
def source_files() -> list[Path]:
    """Every Python module of the product, relative to the root; the first file is the first to be read."""
    files = [path for folder in SOURCE_FOLDERS for path in (ROOT / folder).rglob("*.py")]
    return sorted(path.relative_to(ROOT) for path in files if "__pycache__" not in path.parts)


@cache
def committed_files() -> list[Path]:
    """Every file that belongs to the project, committed or about to be. Works in an unpacked archive too."""
    answer = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    if answer.returncode == 0:
        names = [Path(line) for line in answer.stdout.splitlines()]
    else:
        names = [path.relative_to(ROOT) for path in ROOT.rglob("*") if not _BUILT_FOLDERS & set(path.parts)]
    return sorted(name for name in names if (ROOT / name).is_file())


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of one source file."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), str(path))
