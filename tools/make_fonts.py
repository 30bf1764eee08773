"""Makes the two font files of the phone from Debian's Noto Sans CJK: nothing may be fetched from a font service.

Kept: Latin with every European accent, common signs and arrows, and the 6,763 Chinese characters of GB 2312 (levels 1
and 2). Two weights, no hinting (the client draws without it), WOFF2. Run once after a change of the character list:

    apt-get install fonts-noto-cjk && pip install fonttools brotli && python tools/make_fonts.py
"""

from __future__ import annotations

import argparse
from pathlib import Path

from fontTools import subset

SIMPLIFIED_CHINESE_FONT_NUMBER = 2  # place of "Noto Sans CJK SC" inside Debian's collection
WEIGHTS = ("Regular", "Bold")
SIGNS = "€№™←↑→↓↔↵−×≈≠≤≥∞●○■□▲▼◆★☆✓✗￥"
RANGES = (
    range(0x20, 0x7F),  # ASCII
    range(0xA0, 0x180),  # Latin-1 and Latin Extended-A
    range(0x218, 0x21C),  # Romanian comma letters
    range(0x2010, 0x2028),  # dashes, quotation marks, bullets
    range(0x2030, 0x203B),
    range(0x3000, 0x3020),  # Chinese punctuation
    range(0xFF00, 0xFF66),  # full-width forms
)


def wanted_characters() -> set[int]:
    """Every code point the phone can show."""
    wanted = {ord(sign) for sign in SIGNS}
    for span in RANGES:
        wanted.update(span)
    for row in range(0xB0, 0xF8):  # the rows of GB 2312 that hold Chinese characters
        for cell in range(0xA1, 0xFF):
            try:
                wanted.add(ord(bytes((row, cell)).decode("gb2312")))
            except UnicodeDecodeError:
                continue  # five unassigned cells
    return wanted


def make_font(collection: Path, target: Path) -> None:
    options = subset.Options()
    options.font_number = SIMPLIFIED_CHINESE_FONT_NUMBER
    options.flavor = "woff2"
    options.hinting = False
    options.desubroutinize = True  # five per cent smaller once WOFF2 has compressed it
    options.layout_features = ["kern", "liga", "locl", "palt"]
    options.recalc_timestamp = False  # the same input gives the same file
    font = subset.load_font(str(collection), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted_characters())
    subsetter.subset(font)
    subset.save_font(font, str(target), options)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="source", type=Path, default=Path("/usr/share/fonts/opentype/noto"))
    parser.add_argument("--to", dest="target", type=Path, default=Path("assets/fonts"))
    chosen = parser.parse_args()
    for weight in WEIGHTS:
        target = chosen.target / f"NotoSansSC-{weight}.woff2"
        make_font(chosen.source / f"NotoSansCJK-{weight}.ttc", target)
        print(f"{target}: {target.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
