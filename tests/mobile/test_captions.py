"""Every caption is said in every language, with the same placeholders, is used, and none hides in a screen's code."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.catalog import Message

from backend.channels.registry import Manifest
from backend.picking import errors
from mobile.captions import LANGUAGE_NAMES, LOCALES, captions_in, is_caption
from mobile.captions.caption import placeholders
from mobile.captions.compiled import LOCALE_FOLDER, source_file
from mobile.captions.english import ENGLISH, SUBJECTS
from mobile.captions.po_files import in_step, read, unsaid, write
from mobile.settings import LANGUAGES
from mobile.state.scan_outcome import OutcomeKind
from shared.commands import PICKER_COMMANDS
from shared.labels import BlinkPattern, LightColour
from shared.picking import ShortReason

MOBILE = Path(__file__).parents[2] / "mobile"
SCREEN_FILES = sorted([*MOBILE.glob("screens/*.py"), *MOBILE.glob("components/*.py"), MOBILE / "app.py"])
CAPTION_USERS = sorted(file for file in MOBILE.rglob("*.py") if "captions" not in file.parts)
TRANSLATED = sorted(locale for locale in LOCALES.values() if locale)
HAN = re.compile(r"[\u4e00-\u9fff]")
PROSE = re.compile(r"[A-Za-z]{2,} [A-Za-z]|^[A-Z][a-z]+$|[\u4e00-\u9fff]")


@cache
def messages(locale: str) -> dict[str, Message]:
    """Caption name to translation."""
    return {str(one.context): one for one in read(source_file(locale).read_bytes()) if one.id}


def said(message: Message) -> tuple[str, ...]:
    """Its forms, the general one last."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def test_the_languages_of_the_phone_are_those_that_are_translated() -> None:
    assert set(LANGUAGES) == LOCALES.keys() == LANGUAGE_NAMES.keys()
    assert sorted(folder.name for folder in LOCALE_FOLDER.iterdir()) == TRANSLATED


def test_no_caption_is_written_down_twice() -> None:
    assert len(ENGLISH) == sum(len(subject) for subject in SUBJECTS)


@pytest.mark.parametrize("locale", TRANSLATED)
class TestTranslations:
    def test_none_is_missing_or_of_other_english_words(self, locale: str) -> None:
        assert unsaid(in_step(read(source_file(locale).read_bytes()))) == []

    def test_the_file_is_as_make_words_leaves_it(self, locale: str) -> None:
        """So none is left over either."""
        text = source_file(locale).read_bytes()
        assert write(in_step(read(text))).decode() == text.decode()

    def test_the_placeholders_are_those_of_the_english_words(self, locale: str) -> None:
        for key, message in messages(locale).items():
            *special, general = said(message)
            assert placeholders(general) | ({"count"} if ENGLISH[key].many else set()) == ENGLISH[key].placeholders, key
            assert all(placeholders(form) <= ENGLISH[key].placeholders for form in special), key

    def test_no_word_has_blanks_around_it(self, locale: str) -> None:
        padded = [key for key, one in messages(locale).items() if any(form.strip(" \n") != form for form in said(one))]
        assert [key for key in padded if ENGLISH[key].one.strip() == ENGLISH[key].one] == []


def test_what_the_wire_can_say_has_a_caption() -> None:
    needed = (
        [f"short.reason.{reason}" for reason in ShortReason]
        + [f"command.{name}" for name in PICKER_COMMANDS]
        + [f"colour.{colour}" for colour in LightColour]
        + [f"pattern.{pattern}" for pattern in BlinkPattern]
        + [f"outcome.{kind}" for kind in OutcomeKind]
        + [f"channel.tried.{by}" for by in get_args(Manifest.model_fields["verified_by"].annotation)]
    )
    assert [key for key in needed if not is_caption(key)] == []


@pytest.mark.parametrize("file", SCREEN_FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_no_caption_is_written_in_a_screen(file: Path) -> None:
    tree = ast.parse(file.read_text())
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    prose = [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
        and PROSE.search(node.value)
    ]
    assert prose == []


def pattern(node: ast.expr) -> str | None:
    """What an expression can name: a word, or an f-string that begins with one; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        parts = [re.escape(str(one.value)) if isinstance(one, ast.Constant) else r"[\w.]+" for one in node.values]
        return "".join(parts)
    return None


def alternatives(node: ast.expr) -> list[ast.expr]:
    return [*alternatives(node.body), *alternatives(node.orelse)] if isinstance(node, ast.IfExp) else [node]


@pytest.mark.parametrize("file", CAPTION_USERS, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_call_names_a_caption_and_hands_in_exactly_its_placeholders(file: Path) -> None:
    wrong = []
    for node in ast.walk(ast.parse(file.read_text())):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say" and node.args):
            continue
        named = [found for one in alternatives(node.args[0]) if (found := pattern(one)) is not None]
        given = {keyword.arg for keyword in node.keywords}
        for one in named:
            takes = [ENGLISH[key].placeholders for key in ENGLISH if re.fullmatch(one, key)]
            if not takes or (given not in takes and None not in given):
                wrong.append((node.lineno, one, sorted(map(str, given))))
    assert wrong == []


def test_every_caption_is_used() -> None:
    """By its name somewhere in the app, or by the beginning of it."""
    named = set()
    for file in CAPTION_USERS:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.expr) and (found := pattern(node)):
                named.add(found)
    named = {one for one in named if re.match(r"[a-z_]+(\\\.|$)", one)}
    used = re.compile("|".join(sorted(named)))
    unused = [key for key in ENGLISH if not used.fullmatch(key)]
    assert unused == [], "\n".join(unused)


def words(text: str) -> str:
    """The caption without its placeholders."""
    return re.sub(r"\{\w+\}", "", text)


def test_every_chinese_caption_that_says_a_word_says_it_in_chinese() -> None:
    forms = [(key, form) for key, message in messages("zh_Hans").items() for form in said(message)]
    assert [key for key, form in forms if re.search(r"[^\W\d_]", words(form)) and not HAN.search(form)] == []


def test_chinese_sentences_end_and_pause_with_chinese_signs() -> None:
    forms = [(key, form) for key, message in messages("zh_Hans").items() for form in said(message)]
    assert [key for key, form in forms if re.search(r"[\u4e00-\u9fff][,.?!;:]", form)] == []


@pytest.mark.parametrize("locale", TRANSLATED)
def test_no_sentence_was_left_in_english(locale: str) -> None:
    left = [
        (key, form)
        for key, message in messages(locale).items()
        for form in said(message)
        if form in (ENGLISH[key].one, ENGLISH[key].many) and " " in words(form).strip()
    ]
    assert left == ([("hours", "{hours} h {minutes} min")] if locale == "pt_PT" else [])  # units are the same


@pytest.mark.parametrize(
    ("language", "one", "three"),
    [
        ("en", "1 pick waits", "3 picks wait"),
        ("zh", "1 条拣货待发送", "3 条拣货待发送"),
        ("pt", "1 recolha à espera", "3 recolhas à espera"),
        ("fr", "1 pick waits", "3 picks wait"),
    ],
)
def test_one_and_several_in_each_language_and_in_one_nobody_speaks(language: str, one: str, three: str) -> None:
    say = captions_in(language)
    assert (say("link.waiting", count=1), say("link.waiting", count=3)) == (one, three)


def test_a_caption_that_exists_nowhere_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        captions_in("pt")("no.such.caption")


def test_what_is_counted_is_whole() -> None:
    with pytest.raises(AssertionError):
        captions_in("en")("link.waiting", count="3")


NOT_TOLD_TO_PICKERS = {errors.ProposalNotFound, errors.AnswerTooLate, errors.AnsweredOtherwise, errors.ProposalClosed}


def test_every_refusal_of_a_pickers_command_has_words() -> None:
    """Those that are tried again are none; those of a shopper's answer go to the channel."""
    classes = {one for one in vars(errors).values() if isinstance(one, type) and one.__module__ == errors.__name__}
    told = [one for one in classes - NOT_TOLD_TO_PICKERS if not one.is_retryable]
    assert len(told) > 15
    assert [one.__name__ for one in told if not is_caption(f"refused.{one('in English').code}")] == []
