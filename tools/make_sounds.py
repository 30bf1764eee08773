"""Makes the phone's sounds: one per class of outcome, told apart by pitch, number and movement, not by loudness.

python tools/make_sounds.py
"""

from __future__ import annotations

import math
import struct
import wave
from dataclasses import dataclass
from pathlib import Path

SAMPLES_PER_S = 22_050
LOUDNESS = 0.85  # of full scale; the app sets the volume
EDGE_S = 0.008  # a soft start and end: a hard cut clicks
SOUNDS = Path("assets/sounds")


@dataclass(frozen=True)
class Tone:
    """From one pitch to another, beginning `at_ms` into the sound."""

    from_hz: float
    to_hz: float
    at_ms: int
    length_ms: int


def level(hz: float, at_ms: int, length_ms: int) -> Tone:
    return Tone(hz, hz, at_ms, length_ms)


TONES = {
    "ok": (level(1760, 0, 110),),  # short and high
    "counted": (level(1320, 0, 60),),  # a tick: one more of several
    "wrong": (level(220, 0, 220), level(165, 260, 320)),  # two low ones
    "already": (level(660, 0, 90), level(660, 150, 90)),  # a double in the middle
    "decide": (Tone(523, 1047, 0, 380),),  # rising, like a question
    "attention": (Tone(523, 1047, 0, 200), Tone(523, 1047, 240, 200)),  # twice rising
    "done": (level(784, 0, 110), level(988, 130, 110), level(1319, 260, 240)),  # three steps up
}


def sample(tone: Tone, time_s: float) -> float:
    """Fundamental plus two overtones: small loudspeakers hardly carry a pure low tone."""
    length_s = tone.length_ms / 1000
    bend = (tone.to_hz - tone.from_hz) / length_s / 2
    phase = 2 * math.pi * (tone.from_hz + bend * time_s) * time_s
    wave_form = math.sin(phase) + 0.45 * math.sin(2 * phase) + 0.25 * math.sin(3 * phase)
    edge = min(1.0, time_s / EDGE_S, (length_s - time_s) / EDGE_S)
    return wave_form / 1.5 * edge


def render(tones: tuple[Tone, ...]) -> bytes:
    length_ms = max(tone.at_ms + tone.length_ms for tone in tones)
    samples = [0.0] * (SAMPLES_PER_S * length_ms // 1000)
    for tone in tones:
        start = SAMPLES_PER_S * tone.at_ms // 1000
        for index in range(SAMPLES_PER_S * tone.length_ms // 1000):
            samples[start + index] += sample(tone, index / SAMPLES_PER_S)
    loudest = max(map(abs, samples))
    return b"".join(struct.pack("<h", round(value / loudest * LOUDNESS * 32_767)) for value in samples)


def main() -> None:
    SOUNDS.mkdir(parents=True, exist_ok=True)
    for name, tones in TONES.items():
        with wave.open(str(SOUNDS / f"{name}.wav"), "wb") as file:
            file.setparams((1, 2, SAMPLES_PER_S, 0, "NONE", ""))
            file.writeframes(render(tones))


if __name__ == "__main__":
    main()
