"""OpenEPaperLink: open firmware for shelf labels, behind an ESP32 access point."""
