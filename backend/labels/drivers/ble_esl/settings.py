"""What has to be known of an access point and its labels before it can be used: addresses and keys."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator

from backend.labels.drivers.ble_esl.encrypted import KeyMaterial, parse_key
from backend.labels.drivers.ble_esl.packing import SLOTS_MAX
from backend.labels.drivers.ble_esl.protocol import EVERY_LABEL, GROUPS_MAX, EslAddress

LABELS_MAX = GROUPS_MAX * EVERY_LABEL
SYNC_LOST_AFTER_S = 3_600
ExternalId = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class BleEslLabel(BaseModel):
    """One label: the address it was given when it was set up, and the key its answers are encrypted with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    group: int = Field(ge=0, lt=GROUPS_MAX)
    id: int = Field(ge=0, lt=EVERY_LABEL)
    response_key: SecretStr = Field(description="48 hex digits: 16 bytes of session key, then 8 of its vector")
    led: int = Field(default=0, ge=0, le=255, description="which of its lights blinks")
    has_light: bool = True
    model: str = Field(default="", max_length=60)

    @property
    def address(self) -> EslAddress:
        return EslAddress(self.group, self.id)

    @property
    def key(self) -> KeyMaterial:
        return parse_key(self.response_key.get_secret_value())


class BleEslSettings(BaseModel):
    """One access point. Whoever reaches its serial line can make labels blink: keep a serial server to yourself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line: str = Field(
        pattern=r"^(tcp://[^/\s:]+:\d{1,5}|/dev/\S{1,200}|COM\d{1,3})$",
        description="where its shell is: a serial port (/dev/ttyACM0, COM3) or a serial server (tcp://address:port)",
    )
    baud: int = Field(default=115_200, ge=1_200, le=4_000_000)
    labels: dict[ExternalId, BleEslLabel] = Field(min_length=1, max_length=LABELS_MAX)
    interval_s: float = Field(default=1.76, ge=0.05, le=80, description="time between two packets to one group")
    response_slots: int = Field(default=8, ge=1, le=SLOTS_MAX)
    brightness: int = Field(default=2, ge=0, le=3, description="0 is the weakest light, not none")
    gives_up_after_s: float = Field(default=20.0, ge=1, le=600, description="how long a silent label is tried")
    keep_alive_s: float = Field(default=SYNC_LOST_AFTER_S / 2, ge=60, lt=SYNC_LOST_AFTER_S)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        taken: dict[EslAddress, str] = {}
        for name, label in self.labels.items():
            if (other := taken.setdefault(label.address, name)) != name:
                raise ValueError(f"labels {other} and {name} have the same address: group {label.group}, id {label.id}")
        if self.gives_up_after_s < 2 * self.interval_s:
            raise ValueError("gives_up_after_s must be at least two intervals: the first try may take a whole one")
        return self

    @model_validator(mode="after")
    def _keys_are_keys(self) -> Self:
        for name, label in self.labels.items():
            try:
                label.key  # noqa: B018 - is there to raise
            except Exception:
                raise ValueError(f"the response key of {name} is not 48 hex digits") from None
        return self
