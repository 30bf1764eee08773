"""How quick hands and feet are: every figure named, with where it comes from. Seconds and metres."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """One picker's pace. Durations are drawn around the figures: searching is often quick and sometimes long.

    walk_m_per_s        design pedestrian 1.07 m/s (US FHWA); 1.0 with a trolley, swept 0.7 to 1.2
    search_dark_s       finding a product by its address: an assumption, swept 8 to 40; 60 lines an hour mean about 40
    search_lit_s        the same where the label blinks: an assumption, swept 2 to 10
    handling_s          3 s a touch, 3 touches an item (localexpress.io)
    piece_s             each further piece of the same line: one touch
    report_short_s      looking twice, then three taps
    start_s, finish_s   taking a trolley; bringing it to the desk
    """

    walk_m_per_s: float = 1.0
    search_dark_s: float = 12.0
    search_lit_s: float = 4.0
    handling_s: float = 9.0
    piece_s: float = 3.0
    report_short_s: float = 20.0
    start_s: float = 30.0
    finish_s: float = 60.0

    def walk_s(self, length_m: float) -> float:
        return length_m / self.walk_m_per_s

    def search_s(self, chance: random.Random, *, is_lit: bool) -> float:
        """Log-normal with the named mean: half of all searches take less than 0.88 of it, one in twenty twice."""
        mean_s = self.search_lit_s if is_lit else self.search_dark_s
        return mean_s * chance.lognormvariate(-0.125, 0.5)

    def handle_s(self, chance: random.Random, pieces: int) -> float:
        """Reaching, scanning, putting into the tote."""
        return (self.handling_s + self.piece_s * (pieces - 1)) * chance.uniform(0.7, 1.3)
