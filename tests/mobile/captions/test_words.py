"""`make words`: says what translators have to do, begins languages, and touches nothing that is right."""

from __future__ import annotations

from pathlib import Path

import pytest

from mobile.captions.compiled import source_file
from mobile.captions.english import ENGLISH
from mobile.captions.words import main


def test_a_language_is_begun_with_every_caption_to_say(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fr"], tmp_path) == 1
    said = capsys.readouterr().out
    assert said.startswith(f"fr: 0 of {len(ENGLISH)} said\n")
    assert f"  {source_file('fr', tmp_path)}: back\n" in said
    assert source_file("fr", tmp_path).with_suffix(".mo").exists()


def test_what_is_in_step_is_not_written_again(tmp_path: Path) -> None:
    main(["fr"], tmp_path)
    source = source_file("fr", tmp_path)
    before = source.stat().st_mtime_ns
    assert main([], tmp_path) == 1
    assert source.stat().st_mtime_ns == before


def test_a_complete_language_leaves_nothing_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ours = source_file("zh_Hans")
    copy = source_file("zh_Hans", tmp_path)
    copy.parent.mkdir(parents=True)
    copy.write_bytes(ours.read_bytes())
    assert main([], tmp_path) == 0
    assert capsys.readouterr().out == f"zh_Hans: {len(ENGLISH)} of {len(ENGLISH)} said\n"


@pytest.mark.parametrize("name", ["xx_YY", "../etc", ""])
def test_a_locale_nobody_knows_is_refused(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name], tmp_path) == 2
    assert capsys.readouterr().out.strip()
    assert list(tmp_path.iterdir()) == []
