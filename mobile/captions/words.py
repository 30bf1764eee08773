"""The command behind `make words`: every .po file in step with the English captions, compiled, and what is missing."""

from __future__ import annotations

from pathlib import Path

from babel.core import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog

from mobile.captions.compiled import DOMAIN, LOCALE_FOLDER, source_file
from mobile.captions.po_files import compile_file, in_step, read, unsaid, write


def main(begun: list[str], folder: Path = LOCALE_FOLDER) -> int:
    """0 when every caption is said in every language, 1 when translators have work, 2 for a locale nobody knows."""
    missing = 0
    try:
        locales = sorted({*(path.parts[-3] for path in folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po")), *begun})
        catalogues = {locale: _read_or_begin(locale, folder) for locale in locales}
    except (UnknownLocaleError, ValueError) as error:
        print(error)
        return 2
    for locale, catalogue in catalogues.items():
        stepped = in_step(catalogue)
        source = source_file(locale, folder)
        source.parent.mkdir(parents=True, exist_ok=True)
        text = write(stepped)
        if not source.exists() or source.read_bytes() != text:
            source.write_bytes(text)
        compile_file(source, source.with_suffix(".mo"))
        keys = unsaid(stepped)
        missing += len(keys)
        print(f"{locale}: {len(stepped) - len(keys)} of {len(stepped)} said")
        for key in keys:
            print(f"  {source}: {key}")
    return 1 if missing else 0


def _read_or_begin(locale: str, folder: Path) -> Catalog:
    source = source_file(locale, folder)
    if source.exists():
        return read(source.read_bytes())
    return Catalog(locale=Locale.parse(locale))
