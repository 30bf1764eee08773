"""Translators' files follow the English captions: nothing translated is lost, nothing outdated is said."""

from __future__ import annotations

import gettext
import io
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError

from mobile.captions.caption import Caption
from mobile.captions.po_files import compile_file, compiled, in_step, read, unsaid, write

PLAIN = {"back": Caption("Back"), "near": Caption("Close", note="not far"), "shut": Caption("Close")}
COUNTED = {"picks": Caption("{count} pick", "{count} picks")}


def begun(captions: dict[str, Caption], said: dict[str, str | tuple[str, ...]]) -> bytes:
    catalogue = in_step(Catalog(locale="pt_BR"), captions)
    for message in catalogue:
        if message.id and message.context in said:
            message.string = said[message.context]
    return write(catalogue)


def opened(source: bytes) -> gettext.GNUTranslations:
    return gettext.GNUTranslations(io.BytesIO(compiled(source)))


def test_the_same_words_are_said_differently_in_two_places() -> None:
    said = opened(begun(PLAIN, {"near": "Perto", "shut": "Fechar"}))
    assert (said.pgettext("near", "Close"), said.pgettext("shut", "Close")) == ("Perto", "Fechar")


def test_a_file_in_step_stays_as_it_is() -> None:
    source = begun(PLAIN | COUNTED, {"back": "Voltar"})
    assert write(in_step(read(source), PLAIN | COUNTED)) == source
    assert b"#. not far" in source
    assert b"20" not in source.split(b"\n\n", 1)[0].replace(b"0.", b"")  # no date that would differ in every branch


def test_changed_english_words_keep_their_translation_but_are_not_said_until_somebody_looked() -> None:
    source = begun(PLAIN, {"back": "Voltar"})
    changed = in_step(read(source), {**PLAIN, "back": Caption("Go back")})
    assert "back" in unsaid(changed)
    written = write(changed)
    assert b'#. was: Back\n#, fuzzy\nmsgctxt "back"\nmsgid "Go back"\nmsgstr "Voltar"' in written
    assert opened(written).pgettext("back", "Go back") == "Go back"
    assert write(in_step(read(written), {**PLAIN, "back": Caption("Go back")})) == written


def test_a_caption_with_a_new_name_keeps_its_translation_to_look_at() -> None:
    source = begun({"back": Caption("Back")}, {"back": "Voltar"})
    renamed = write(in_step(read(source), {"return": Caption("Back")}))
    assert b"#, fuzzy" in renamed
    assert b'msgctxt "return"\nmsgid "Back"\nmsgstr "Voltar"' in renamed


def test_a_caption_that_is_gone_leaves_nothing_behind() -> None:
    source = begun(PLAIN, {"back": "Voltar"})
    assert b"Voltar" not in write(in_step(read(source), {"shut": Caption("Close")}))


def test_a_caption_that_begins_to_be_counted_has_every_form_to_mend() -> None:
    source = begun({"picks": Caption("{count} picks")}, {"picks": "{count} recolhas"})
    source = source.replace(b"nplurals=3", b"nplurals=2").replace(
        b"plural=(n == 0 || n == 1) ? 0 : n != 0 && n % 1000000 == 0 ? 1 : 2;", b"plural=(n > 1);"
    )
    counted = in_step(read(source), COUNTED)
    assert unsaid(counted) == ["picks"]
    assert [message.string for message in counted if message.id] == [("{count} recolhas", "{count} recolhas")]
    back = in_step(counted, {"picks": Caption("{count} picks")})
    assert [message.string for message in back if message.id] == ["{count} recolhas"]


def test_the_language_chooses_the_form() -> None:
    said = opened(begun(COUNTED, {"picks": ("um", "muitos", "alguns")}))
    assert [said.npgettext("picks", "{count} pick", "{count} picks", n) for n in (0, 1, 2)] == ["um", "um", "alguns"]


def test_a_half_translated_plural_is_missing() -> None:
    assert unsaid(read(begun(COUNTED, {"picks": ("um", "", "alguns")}))) == ["picks"]


def test_a_file_with_a_merge_conflict_in_it_is_refused() -> None:
    source = begun(PLAIN, {"back": "Voltar"})
    with pytest.raises(PoFileError):
        read(source.replace(b'msgctxt "back"', b'<<<<<<< HEAD\nmsgctxt "back"'))


def test_compiling_is_repeatable_and_leaves_nothing_else(tmp_path: Path) -> None:
    source = tmp_path / "blinkpick.po"
    source.write_bytes(begun(PLAIN, {"back": "Voltar"}))
    compile_file(source, tmp_path / "blinkpick.mo")
    assert (tmp_path / "blinkpick.mo").read_bytes() == compiled(source.read_bytes())
    assert sorted(file.name for file in tmp_path.iterdir()) == ["blinkpick.mo", "blinkpick.po"]
