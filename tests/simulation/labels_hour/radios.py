"""The kinds of labels of the experiment, each with where its figures come from."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.labels import BlinkPattern
from tests.simulation.gateways import RadioModel

LIGHT_MA = 5.0  # an assumption, as in backend/labels/drivers/simulated/protocol.py
PICTURE_BYTES = 296 * 128 // 8  # black and white, not compressed
BYTES_A_SECOND = 5_000  # transfers of the labels that wake every 40 s, by their project's own word
EXPIRES_AFTER_S = 300.0  # an assumption: a full queue of pictures is through before
BLUETOOTH_PICTURE_S = 2.0  # an assumption: a connection to each label, and 5 kB over it

# Share of the time that the light is on while a label blinks.
SHORT_FLASHES = dict.fromkeys(BlinkPattern, 2 * 0.0021 / 2.0)  # two flashes of 2.1 ms in 2 s: OpenEPaperLink, nRF
BLUETOOTH_BITS = {  # bits of 50 ms that are on, of the whole pattern: backend/labels/drivers/ble_esl/led.py
    BlinkPattern.STEADY: 39 * 50 / (39 * 50 + 2),
    BlinkPattern.SLOW: 6 / 40,
    BlinkPattern.DOUBLE: 8 / 40,
    BlinkPattern.TRIPLE: 9 / 40,
    BlinkPattern.QUICK: 20 / 40,
    BlinkPattern.LONG_SHORT: 22 / 40,
    BlinkPattern.LONG: 30 / 40,
}


@dataclass(frozen=True)
class Labels:
    """A radio, and what its labels' lights take. `aim` is the least share of stops that must be lit on arrival."""

    caption: str
    radio: RadioModel
    duty: dict[BlinkPattern, float]
    aim: float | None

    @property
    def without_display(self) -> RadioModel:
        return replace(self.radio, picture_s=0.0)

    def charge_uah(self, lit_s: float, pattern: BlinkPattern = BlinkPattern.SLOW) -> float:
        return lit_s * self.duty[pattern] * LIGHT_MA * 1000 / 3600


BLUETOOTH_LABELS = Labels(
    "Bluetooth",
    RadioModel("bluetooth", 0.2, 1.8, EXPIRES_AFTER_S, picture_s=BLUETOOTH_PICTURE_S, picture_holds_lights=False),
    BLUETOOTH_BITS,
    0.999,
)
WAKING_LABELS = Labels(
    "wake every 40 s",
    RadioModel(
        "wakes every 40 s",
        0.5,
        40.0,
        EXPIRES_AFTER_S,
        loss_rate=0.01,
        wakes_every_s=40.0,
        colours_in_turn=3,
        picture_s=PICTURE_BYTES / BYTES_A_SECOND,
    ),
    SHORT_FLASHES,
    0.99,
)
REFUSING_LABELS = Labels(
    "wake every 40 s, refuse a flash while they blink",
    RadioModel(
        "wakes every 40 s",
        0.5,
        40.0,
        EXPIRES_AFTER_S,
        loss_rate=0.01,
        pending_max=60,
        can_stop=False,
        can_replace=False,
        flash_max_s=34,
        commands_in_parallel=1,
        wakes_every_s=40.0,
        colours_in_turn=3,
        picture_s=PICTURE_BYTES / BYTES_A_SECOND,
    ),
    SHORT_FLASHES,
    None,
)
EVERY_KIND = (BLUETOOTH_LABELS, WAKING_LABELS, REFUSING_LABELS)
