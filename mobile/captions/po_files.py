"""Keeps the translators' .po files in step with the English captions, and compiles them: `make words`."""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from mobile.captions.caption import Caption
from mobile.captions.english import ENGLISH

# Instants in the files' heads would make every build and every merge differ; history is the version control's.
NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
HEADER = """\
# The captions of the phone in {name}. Write msgstr, nothing else; `make words` keeps the rest in step.
# A "fuzzy" message was translated from other English words (after "was:"): mend msgstr, delete "#, fuzzy".
msgid ""
msgstr ""
"Language: {locale}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""
WAS = "was: "  # before the English words that a fuzzy message was translated from; Babel does not read #| again
MessageId = str | tuple[str, str]


def read(source: bytes) -> Catalog:
    """Raises `PoFileError` where the file is damaged, as a merge conflict leaves it."""
    return read_po(io.BytesIO(source), abort_invalid=True)


def in_step(translated: Catalog, captions: dict[str, Caption] = ENGLISH) -> Catalog:
    """A catalogue of exactly these captions in their order, with what was translated of them.

    Changed English words keep their translation and are marked fuzzy, as is a caption that only changed its name.
    """
    by_key = {message.context: message for message in translated if message.id}
    by_words = {message.id: message for message in translated if message.id}
    stepped = Catalog(locale=translated.locale)
    stepped.mime_headers = [("Plural-Forms", translated.plural_forms)]
    for key, caption in captions.items():
        words = _message_id(caption)
        known = by_key.get(key) or by_words.get(words)
        added = stepped.add(words, context=key, auto_comments=[caption.note] if caption.note else [])
        if known is None or not all(_forms(known)):
            continue
        added.string = _fitting(_forms(known), is_counted=bool(caption.many), forms=stepped.num_plurals)
        if known.id != words or known.context != key:
            added.flags.add("fuzzy")
            added.auto_comments.append(WAS + " / ".join([known.id] if isinstance(known.id, str) else known.id))
        elif known.fuzzy:
            added.flags.add("fuzzy")
            added.auto_comments += [comment for comment in known.auto_comments if comment.startswith(WAS)]
    return stepped


def write(catalogue: Catalog) -> bytes:
    """One message after the other without dates, places or wrapped lines, so that branches merge."""
    assert catalogue.locale is not None
    body = io.BytesIO()
    for message in catalogue:
        message.flags.discard("python-brace-format")  # all of them may hold placeholders; a test compares them
    write_po(body, catalogue, width=0, omit_header=True)
    header = HEADER.format(
        name=catalogue.locale.english_name, locale=catalogue.locale, plural_forms=catalogue.plural_forms
    )
    return header.encode() + body.getvalue().lstrip(b"\n")


def compiled(source: bytes) -> bytes:
    """What gettext reads; fuzzy and empty messages are left out, so that they are said in English."""
    catalogue = read(source)
    catalogue.creation_date = catalogue.revision_date = NO_DATE
    packed = io.BytesIO()
    write_mo(packed, catalogue)
    return packed.getvalue()


def compile_file(source: Path, target: Path) -> None:
    """Whoever reads `target` meanwhile sees it whole, the old one or the new one."""
    unfinished = target.with_name(f"{target.name}.{os.getpid()}")
    unfinished.write_bytes(compiled(source.read_bytes()))
    unfinished.replace(target)


def unsaid(catalogue: Catalog) -> list[str]:
    """The names of the captions that nobody has translated yet, or only from other English words."""
    return [str(message.context) for message in catalogue if message.id and (message.fuzzy or not all(_forms(message)))]


def _message_id(caption: Caption) -> MessageId:
    return (caption.one, caption.many) if caption.many else caption.one


def _forms(message: Message) -> tuple[str, ...]:
    """The forms of its translation; the last is the general one. An empty one is not translated yet."""
    return tuple(message.string) if isinstance(message.string, tuple | list) else (message.string or "",)


def _fitting(said: tuple[str, ...], *, is_counted: bool, forms: int) -> str | tuple[str, ...]:
    """A translation in as many forms as are needed now."""
    if not is_counted:
        return said[-1]
    return said if len(said) == forms else said[-1:] * forms
