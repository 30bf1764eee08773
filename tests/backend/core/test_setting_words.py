"""What settings are called: read from a folder and the one above it, and put into the schema."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.core.setting_words import IN_SCHEMA, SettingWordsInvalid, read_words

SHARED = """
[settings.url.name]
en = "Address"
zh = "地址"
pt = "Endereço"
[settings.token.name]
en = "Token"
zh = "令牌"
pt = "Token"
"""
OWN = """
[manifest.transport]
zh = "烟"
pt = "fumo"

[settings.url.name]
en = "Address of the lamp"
zh = "灯的地址"
pt = "Endereço da lâmpada"
[settings.url.help]
zh = "像 http://灯"
pt = "como http://lampada"

[settings.side.name]
en = "Side"
zh = "侧"
pt = "Lado"
[settings.side.options.left]
en = "Left"
zh = "左"
pt = "Esquerdo"
"""
SCHEMA = {
    "type": "object",
    "properties": {
        "url": {"type": "string", "description": "like http://lamp"},
        "token": {"type": "string"},
        "side": {"enum": ["left"]},
        "other": {"type": "integer"},
    },
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lamps = tmp_path / "lamps"
    lamps.mkdir()
    (tmp_path / "words.toml").write_text(SHARED, encoding="utf-8")
    (lamps / "words.toml").write_text(OWN, encoding="utf-8")
    return lamps


class TestInto:
    def test_each_setting_is_said_in_every_language_and_the_english_help_is_the_models(self, folder: Path) -> None:
        worded = read_words(folder).into(SCHEMA)["properties"]["url"]
        assert worded["description"] == "like http://lamp"
        assert worded[IN_SCHEMA] == {
            "en": {"title": "Address of the lamp", "description": "like http://lamp", "options": {}},
            "zh": {"title": "灯的地址", "description": "像 http://灯", "options": {}},
            "pt": {"title": "Endereço da lâmpada", "description": "como http://lampada", "options": {}},
        }

    def test_what_several_folders_share_and_what_each_choice_is_called(self, folder: Path) -> None:
        worded = read_words(folder).into(SCHEMA)["properties"]
        assert worded["token"][IN_SCHEMA]["zh"] == {"title": "令牌", "description": "", "options": {}}
        assert worded["side"][IN_SCHEMA]["pt"]["options"] == {"left": "Esquerdo"}

    def test_the_rest_of_the_schema_and_what_nobody_said_stay_as_they_are(self, folder: Path) -> None:
        worded = read_words(folder).into(SCHEMA)
        assert worded["properties"]["other"] == SCHEMA["properties"]["other"]  # type: ignore[index]
        assert worded["type"] == "object"
        assert IN_SCHEMA not in str(SCHEMA), "what was handed in is not changed"

    def test_a_folder_without_words_has_none(self, tmp_path: Path) -> None:
        assert read_words(tmp_path / "bare").into(SCHEMA) == SCHEMA


def test_sentences_of_the_manifest_by_language(folder: Path) -> None:
    assert read_words(folder).sentences() == {"en": {}, "zh": {"transport": "烟"}, "pt": {"transport": "fumo"}}


@pytest.mark.parametrize(
    "wrong",
    ["not toml", '[settings.url.name]\nen = "Address"', OWN + "\n[colour]\n", '[settings.url.help]\nzh="a"\npt="b"'],
    ids=["not toml", "a language is missing", "unknown key", "help without a name"],
)
def test_a_broken_file_says_which_it_is(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "lamps").mkdir()
    (tmp_path / "lamps" / "words.toml").write_text(wrong, encoding="utf-8")
    with pytest.raises(SettingWordsInvalid, match=r"lamps/words\.toml"):
        read_words(tmp_path / "lamps")
