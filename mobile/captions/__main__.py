"""`python -m mobile.captions [LOCALE ...]`: .po files in step and compiled; a LOCALE not there yet is begun."""

from __future__ import annotations

import sys

from mobile.captions.words import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
