"""Opens the compiled translations that gettext reads. Bundles carry them; a working copy compiles what has changed."""

from __future__ import annotations

import gettext
from pathlib import Path

LOCALE_FOLDER = Path(__file__).parent / "locale"
DOMAIN = "blinkpick"


def source_file(locale: str, folder: Path = LOCALE_FOLDER) -> Path:
    """Where translators write, in gettext's own layout."""
    return folder / locale / "LC_MESSAGES" / f"{DOMAIN}.po"


def translations(locale: str, folder: Path = LOCALE_FOLDER) -> gettext.NullTranslations:
    """The translations of one locale; none, which is English, where nothing was compiled for it."""
    source = source_file(locale, folder)
    compiled = source.with_suffix(".mo")
    if _is_stale(source, compiled):
        _compile(source, compiled)
    if not compiled.exists():
        return gettext.NullTranslations()
    with compiled.open("rb") as opened:
        return gettext.GNUTranslations(opened)


def _is_stale(source: Path, compiled: Path) -> bool:
    if not source.exists():
        return False
    return not compiled.exists() or compiled.stat().st_mtime_ns < source.stat().st_mtime_ns


def _compile(source: Path, compiled: Path) -> None:
    """Babel is there where the app is developed or built, never on a phone."""
    try:
        from mobile.captions.po_files import compile_file
    except ModuleNotFoundError:
        return
    compile_file(source, compiled)
