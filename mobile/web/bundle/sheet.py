"""The sheet of printed codes that hangs on a trolley: a page per language, `codes-en.html`, to print from a browser."""

from __future__ import annotations

import html
import io
from pathlib import Path

import segno

from mobile.captions import LANGUAGE_NAMES, Say, captions_in
from shared.picking import ShortReason
from shared.printed_codes import DIGIT_CODES, PrintedCode, digit_in, short_code
from shared.scanner_check import TEST_CODES

# Nothing is fetched and no script runs: the page is whole in itself, as the bundle's content policy wants it.
PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
  @page {{ size: A4; margin: 12mm; }}
  body {{ font: 16px/1.35 system-ui, sans-serif; color: #101418; background: #fff; margin: 16px; }}
  h1 {{ font-size: 24px; margin: 0 0 4px; }}
  p {{ margin: 0 0 12px; }}
  nav a {{ color: #0072B2; margin-right: 16px; }}
  main {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(160px, 1fr)); gap: 12px; }}
  figure {{ margin: 0; padding: 12px; border: 2px solid #101418; border-radius: 10px; text-align: center;
    break-inside: avoid; }}
  figure svg {{ width: 112px; height: 112px; }}
  figcaption {{ font-weight: 700; font-size: 18px; }}
  small {{ display: block; color: #4A5560; font-weight: 400; overflow-wrap: anywhere; }}
  @media print {{ nav {{ display: none; }} body {{ margin: 0; }} }}
</style>
</head>
<body>
<nav>{languages}</nav>
<h1>{title}</h1>
<p>{hint}</p>
<main>
{codes}
</main>
<h2>{keypad}</h2>
<main>
{digits}
</main>
<h2>{check}</h2>
<main>
{tests}
</main>
</body>
</html>
"""


def sheet_name(language: str) -> str:
    return f"codes-{language}.html"


def write_sheets(folder: Path) -> list[Path]:
    """One file per language; returns them."""
    files = [folder / sheet_name(language) for language in LANGUAGE_NAMES]
    for file, language in zip(files, LANGUAGE_NAMES, strict=True):
        file.write_text(sheet(language), encoding="utf-8")
    return files


def sheet(language: str) -> str:
    """The whole page: every code as a QR code with what it does and what it says."""
    say = captions_in(language)
    named = [(str(code), say(f"codes.{code.name.lower()}")) for code in PrintedCode]
    tests = [(text, say(f"check.code.{number}"), str(number)) for number, text in enumerate(TEST_CODES, 1)]
    named += [(short_code(reason), _short(say, reason)) for reason in ShortReason]
    return PAGE.format(
        language=language,
        title=html.escape(say("codes.title")),
        hint=html.escape(say("codes.hint")),
        languages="".join(f'<a href="{sheet_name(one)}">{name}</a>' for one, name in LANGUAGE_NAMES.items()),
        codes="\n".join(_figure(code, words, code) for code, words in named),
        keypad=html.escape(say("codes.digits")),
        digits="\n".join(_figure(code, digit_in(code) or "", code) for code in DIGIT_CODES),
        check=html.escape(say("check.title")),
        tests="\n".join(_figure(*test) for test in tests),
    )


def _short(say: Say, reason: ShortReason) -> str:
    return say("codes.short", reason=say(f"short.reason.{reason}"))


def _figure(code: str, words: str, shown: str) -> str:
    drawn = io.BytesIO()
    segno.make(code, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, svgns=True, border=4, omitsize=True, nl=False
    )
    caption = html.escape(words)
    return f"<figure>{drawn.getvalue().decode()}<figcaption>{caption}<small>{shown}</small></figcaption></figure>"
