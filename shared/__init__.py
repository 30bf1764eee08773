"""The language both sides speak: plain types, errors, ids, clock, barcode grammar, sync. No input or output."""
