"""Bag labels, and other printed codes, as PDF for any printer of an office."""

from __future__ import annotations

import io
from collections.abc import Sequence

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from backend.handover.bag_labels import BagLabel

LABEL_MM = (62.0, 90.0)
CARD_COLUMNS, CARD_ROWS = 3, 5
_LATIN = "Helvetica-Bold"
_CHINESE = "STSong-Light"  # one of Adobe's: every reader has it, or another one like it
_GREATEST_LATIN = 0x24F


def bag_label_pdf(labels: Sequence[BagLabel]) -> bytes:
    """One page of 62 by 90 mm for each label."""
    know_fonts()
    out = io.BytesIO()
    width, height = (side * mm for side in LABEL_MM)
    canvas = Canvas(out, pagesize=(width, height), invariant=1)
    canvas.setTitle("Bag labels")
    for label in labels:
        fit(canvas, label.display_code, 4 * mm, height - 17 * mm, 34, width - 8 * mm)
        fit(canvas, label.channel_name, 4 * mm, height - 24 * mm, 13, width - 8 * mm)
        fit(canvas, f"{label.number}/{label.bags}", 4 * mm, height - 36 * mm, 26, width / 2)
        fit(canvas, label.warning, width / 2, height - 36 * mm, 26, width / 2 - 4 * mm)
        fit(canvas, f"{label.due}  {label.place}".strip(), 4 * mm, height - 43 * mm, 13, width - 8 * mm)
        qr(canvas, label.code, (width - 38 * mm) / 2, 6 * mm, 38 * mm)
        fit(canvas, label.code, 4 * mm, 3 * mm, 8, width - 8 * mm)
        canvas.showPage()
    if not labels:
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def code_sheet_pdf(title: str, codes: Sequence[tuple[str, str]]) -> bytes:
    """(code, what it does) as a sheet of A4, fifteen to a page."""
    know_fonts()
    out = io.BytesIO()
    width, height = A4
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setTitle(title)
    per_page = CARD_COLUMNS * CARD_ROWS
    for number, (code, text) in enumerate(codes):
        column, row = number % CARD_COLUMNS, number % per_page // CARD_COLUMNS
        if number and number % per_page == 0:
            canvas.showPage()
        if number % per_page == 0:
            fit(canvas, title, 15 * mm, height - 18 * mm, 20, width - 30 * mm)
        x, top = 15 * mm + column * 62 * mm, height - 28 * mm - row * 52 * mm
        qr(canvas, code, x, top - 36 * mm, 34 * mm)
        fit(canvas, text, x, top - 40 * mm, 12, 56 * mm)
        fit(canvas, code, x, top - 45 * mm, 8, 56 * mm)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def know_fonts() -> None:
    if _CHINESE not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(_CHINESE))


def fit(canvas: Canvas, text: str, x: float, y: float, size: float, width: float) -> None:
    """Text that is smaller where it would be too wide."""
    font = _LATIN if all(ord(letter) <= _GREATEST_LATIN for letter in text) else _CHINESE
    wide = pdfmetrics.stringWidth(text, font, size)
    canvas.setFont(font, size if wide <= width else size * width / wide)
    canvas.drawString(x, y, text)


def qr(canvas: Canvas, code: str, x: float, y: float, side: float) -> None:
    widget = QrCodeWidget(code, barLevel="M")
    left, bottom, right, top = widget.getBounds()
    scale = side / (right - left)
    drawing = Drawing(side, side, transform=[scale, 0, 0, side / (top - bottom), -left * scale, -bottom * scale])
    drawing.add(widget)
    renderPDF.draw(drawing, canvas, x, y)
