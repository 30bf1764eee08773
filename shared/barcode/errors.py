"""The only way in which a scan can fail to be understood."""

from __future__ import annotations

from shared.errors import BlinkpickError


class BarcodeMalformed(BlinkpickError):
    """The scan is not a barcode we know, or what it says cannot be right. `facts["scan"]` is what was read."""
