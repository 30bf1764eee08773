"""Every target holds on what was recorded, and for a few seconds of fuzzing; and the fuzzer finds what is planted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzzing.running import NOT_HERE, TARGETS, fuzz, is_fuzzer_here, target

SECONDS = 2

with_fuzzer = pytest.mark.skipif(not is_fuzzer_here(), reason=NOT_HERE)
every_target = pytest.mark.parametrize("name", TARGETS)


@every_target
def test_seeds_are_read(name: str) -> None:
    assert target(name).SEEDS
    for seed in [*target(name).SEEDS, b"", b"\x00", b"{", b"\xff\xfe"]:
        target(name).try_one(seed)


@with_fuzzer
@every_target
def test_a_few_seconds_find_nothing(name: str, tmp_path: Path) -> None:
    outcome = fuzz(name, SECONDS, tmp_path / name)
    assert outcome.is_sound, outcome.report


@with_fuzzer
def test_a_planted_mistake_is_found_and_its_input_kept(tmp_path: Path) -> None:
    """In a target that is not among the others: it breaks on the third of three letters, one after the other."""
    outcome = fuzz("_planted", 20, tmp_path)
    assert not outcome.is_sound
    assert "KeyError" in outcome.report
    assert [path.read_bytes()[:3] for path in tmp_path.glob("crash-*")] == [b"esl"]
