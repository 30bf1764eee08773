"""Bag labels as label printers and receipt printers take them. Pure: labels in, text or bytes out.

ZPL II Programming Guide (Zebra): ^XA ^CI28 ^FO ^A0 ^BQ ^FD ^FH ^XZ. ESC/POS (Epson): ESC @, GS !, GS ( k for QR, GS V.
"""

from __future__ import annotations

from collections.abc import Sequence

from backend.handover.bag_labels import BagLabel

ZPL_DOTS = (406, 609)  # 2 by 3 inches at 203 dpi


def zpl(labels: Sequence[BagLabel]) -> str:
    """One ^XA...^XZ for each label, in UTF-8."""
    return "".join(_zpl(label) for label in labels)


def escpos(labels: Sequence[BagLabel]) -> bytes:
    """One after another, each cut off. Letters that the printer's table lacks become question marks."""
    return b"".join(_escpos(label) for label in labels)


def _zpl(label: BagLabel) -> str:
    width, height = ZPL_DOTS
    lines = [
        "^XA^CI28",
        f"^PW{width}^LL{height}",
        zpl_text(20, 20, 90, label.display_code),
        zpl_text(20, 120, 34, label.channel_name),
        zpl_text(20, 165, 60, f"{label.number}/{label.bags}"),
        zpl_text(20, 240, 34, f"{label.due}  {label.place}".strip()),
        f"^FO60,290^BQN,2,6^FH^FDMA,{escaped(label.code)}^FS",
        zpl_text(20, 570, 26, label.code),
    ]
    if label.warning:
        lines.insert(-1, zpl_text(290, 165, 60, label.warning))
    return "".join([*lines, "^XZ\n"])


def zpl_text(x: int, y: int, dots: int, text: str) -> str:
    return f"^FO{x},{y}^A0N,{dots},{dots}^FH^FD{escaped(text)}^FS"


def escaped(text: str) -> str:
    """`_` begins a byte in hexadecimal after ^FH; a caret or a tilde would begin a command."""
    return text.replace("_", "_5F").replace("^", "_5E").replace("~", "_7E")


def _escpos(label: BagLabel) -> bytes:
    parts = [
        b"\x1b@\x1ba\x01",  # reset, centre
        b"\x1d!\x22" + escpos_line(label.display_code),  # three times as wide and high
        b"\x1d!\x00" + escpos_line(label.channel_name),
        b"\x1d!\x11" + escpos_line(f"{label.number}/{label.bags} {label.warning}".strip()),
        b"\x1d!\x00" + escpos_line(f"{label.due}  {label.place}".strip()),
        escpos_qr(label.code),
        escpos_line(label.code),
        b"\n\n\n\x1dV\x01",  # cut, but for one point
    ]
    return b"".join(parts)


def escpos_line(text: str) -> bytes:
    printable = "".join(letter for letter in text if letter.isprintable())
    return printable.encode("cp437", "replace") + b"\n"


def escpos_qr(code: str) -> bytes:
    content = code.encode("ascii", "replace")
    length = len(content) + 3
    return (
        b"\x1d(k\x04\x001A2\x00"  # model 2
        + b"\x1d(k\x03\x001C\x06"  # six dots a module
        + b"\x1d(k\x03\x001E1"  # error correction M
        + b"\x1d(k"
        + length.to_bytes(2, "little")
        + b"1P0"
        + content
        + b"\x1d(k\x03\x001Q0\n"
    )
