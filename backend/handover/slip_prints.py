"""Delivery slips on paper: PDF for any printer, ZPL and ESC/POS for those that print the bag labels. Pure."""

from __future__ import annotations

import io
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from backend.handover.bag_pdf import LABEL_MM, fit, know_fonts, qr
from backend.handover.bag_printers import ZPL_DOTS, escaped, escpos_line, escpos_qr, zpl_text
from backend.handover.slips import DeliverySlip

LINE_CHARACTERS = {"pdf": 40, "zpl": 34, "escpos": 42}
PDF_LINES_MAX, ZPL_LINES_MAX = 11, 11


def slip_pdf(slip: DeliverySlip, zone: ZoneInfo) -> bytes:
    """Pages of 62 by 90 mm, as bag labels are: one, and more where the route note is long."""
    know_fonts()
    out = io.BytesIO()
    width, height = (side * mm for side in LABEL_MM)
    canvas = Canvas(out, pagesize=(width, height), invariant=1)
    canvas.setTitle("Delivery slip")
    for lines in _pages(wrapped(slip.lines(zone), LINE_CHARACTERS["pdf"]), PDF_LINES_MAX):
        fit(canvas, slip.display_code, 4 * mm, height - 13 * mm, 26, width - 8 * mm)
        fit(canvas, slip.channel_name, 4 * mm, height - 19 * mm, 11, width - 8 * mm)
        for number, line in enumerate(lines):
            fit(canvas, line, 4 * mm, height - (25 + 4.2 * number) * mm, 9, width - 8 * mm)
        qr(canvas, slip.code, 4 * mm, 3 * mm, 18 * mm)
        fit(canvas, slip.code, 25 * mm, 10 * mm, 13, width - 29 * mm)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def slip_zpl(slip: DeliverySlip, zone: ZoneInfo) -> str:
    """One ^XA...^XZ for each label of 2 by 3 inches."""
    width, height = ZPL_DOTS
    return "".join(
        "".join(
            [
                f"^XA^CI28^PW{width}^LL{height}",
                zpl_text(20, 20, 60, slip.display_code),
                zpl_text(20, 85, 26, slip.channel_name),
                *(zpl_text(20, 120 + 28 * number, 22, line) for number, line in enumerate(lines)),
                f"^FO20,440^BQN,2,4^FH^FDMA,{escaped(slip.code)}^FS",
                zpl_text(190, 490, 40, slip.code),
                "^XZ\n",
            ]
        )
        for lines in _pages(wrapped(slip.lines(zone), LINE_CHARACTERS["zpl"]), ZPL_LINES_MAX)
    )


def slip_escpos(slip: DeliverySlip, zone: ZoneInfo) -> bytes:
    """One receipt. Letters that the printer's table lacks become question marks."""
    lines = wrapped(slip.lines(zone), LINE_CHARACTERS["escpos"])
    return b"".join(
        [
            b"\x1b@\x1ba\x01",  # reset, centre
            b"\x1d!\x11" + escpos_line(slip.display_code),  # twice as wide and high
            b"\x1d!\x00" + escpos_line(slip.channel_name),
            b"\x1ba\x00",  # left
            *(escpos_line(line) for line in lines),
            b"\x1ba\x01",
            escpos_qr(slip.code),
            escpos_line(slip.code),
            b"\n\n\n\x1dV\x01",  # cut, but for one point
        ]
    )


def wrapped(lines: Sequence[str], characters: int) -> list[str]:
    """Each line broken at blanks, and inside a word that is longer than a line; nothing is left out."""
    found: list[str] = []
    for line in lines:
        rest = line
        while len(rest) > characters:
            at = rest.rfind(" ", 1, characters + 1)
            at = at if at > 0 else characters
            found.append(rest[:at].rstrip())
            rest = rest[at:].lstrip()
        if rest:
            found.append(rest)
    return found


def _pages(lines: Sequence[str], most: int) -> list[Sequence[str]]:
    return [lines[at : at + most] for at in range(0, max(1, len(lines)), most)]
