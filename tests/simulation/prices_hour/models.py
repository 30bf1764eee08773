"""The kinds of gateways that thirty thousand pictures go through, each with where its figures come from."""

from __future__ import annotations

from dataclasses import dataclass, replace

from backend.labels.drivers.ble_esl.driver import BleEslDriver
from backend.labels.drivers.ble_esl.settings import BleEslSettings
from backend.labels.drivers.openepaperlink.driver import PENDING_MAX, PICTURES_PENDING_MAX, OpenEPaperLinkDriver
from backend.labels.drivers.openepaperlink.settings import OpenEPaperLinkSettings
from backend.labels.drivers.solum_aims.driver import CALLS_PER_PICTURE, AimsDriver
from backend.labels.port import Capability, DriverTools
from shared.clock import ManualClock
from tests.simulation.gateways import Gateway, RadioModel
from tests.simulation.labels_hour.radios import BLUETOOTH_PICTURE_S, BYTES_A_SECOND, PICTURE_BYTES
from tests.simulation.prices_hour.aims import CALLS_PER_S, SETTINGS, AimsServer
from tests.simulation.prices_hour.bluetooth import INTERVAL_S, BluetoothPoint

LOSSES = 0.01  # of packets, and of wake-ups: an assumption
_TOOLS = DriverTools(ManualClock())


@dataclass(frozen=True)
class GatewayModel:
    """`limit_s`: the least that one gateway needs for one picture, if it had nothing else to do and never waited."""

    caption: str
    radio: RadioModel
    kind: type[Gateway]
    limit_s: float
    limit_caption: str
    has_one_server: bool = False


def _bluetooth() -> Capability:
    labels = {"L": {"group": 0, "id": 0, "response_key": "00" * 24}}
    driver = BleEslDriver(BleEslSettings.model_validate({"line": "/dev/null", "labels": labels}), _TOOLS)
    return replace(driver.capability, can_show=True, can_discover=True, picture_s=BLUETOOTH_PICTURE_S)


def _openepaperlink() -> Capability:
    return OpenEPaperLinkDriver(OpenEPaperLinkSettings(url="http://ap"), _TOOLS).capability


BLUETOOTH = GatewayModel(
    "Bluetooth ESL",
    RadioModel(
        "bluetooth",
        0.0,
        INTERVAL_S,
        20.0,
        loss_rate=LOSSES,
        pending_max=_bluetooth().pending_max,
        picture_s=BLUETOOTH_PICTURE_S,
        declares=_bluetooth(),
    ),
    BluetoothPoint,
    BLUETOOTH_PICTURE_S,
    "one connection at a time, 2 s each",
)
OPENEPAPERLINK = GatewayModel(
    "OpenEPaperLink",
    RadioModel(
        "openepaperlink",
        0.5,
        40.0,
        1_200.0,
        loss_rate=LOSSES,
        pending_max=PENDING_MAX,
        pictures_max=PICTURES_PENDING_MAX,
        can_stop=False,
        can_replace=False,
        flash_max_s=_openepaperlink().duration_max_s,
        wakes_every_s=40.0,
        picture_s=PICTURE_BYTES / BYTES_A_SECOND,
        declares=_openepaperlink(),
    ),
    Gateway,
    PICTURE_BYTES / BYTES_A_SECOND,
    "one transfer at a time, 4,736 bytes at 5 kB/s",
)
AIMS = GatewayModel(
    "SoluM AIMS",
    RadioModel(
        "aims",
        0.5,
        SETTINGS.latency_p95_s,
        60.0,
        loss_rate=LOSSES,
        pending_max=1_000_000,
        picture_s=0.001,
        picture_holds_lights=False,
        declares=AimsDriver(SETTINGS, _TOOLS).capability,
    ),
    AimsServer,
    CALLS_PER_PICTURE / CALLS_PER_S,
    "two calls each, at ten a second",
    has_one_server=True,
)
MODELS = (BLUETOOTH, OPENEPAPERLINK, AIMS)
