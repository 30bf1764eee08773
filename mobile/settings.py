"""The phone's few settings: where the backend is, which app this is, which languages it speaks."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

APP_VERSION = "0.1.0"
LANGUAGES = ("en", "zh", "pt")
DEFAULT_LANGUAGE = "en"
OUTBOX_FILE_NAME = "outbox.sqlite3"
SYNC_PATH = "/api/v1/sync"


class PhoneSettings(BaseModel):
    """What differs between a browser, a device and a test."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    backend_url: str = Field(default="http://localhost:8000", pattern=r"^https?://[^/]+$")
    app_version: str = Field(default=APP_VERSION, max_length=40)
    device_name: str = Field(default="phone", min_length=1, max_length=60)

    @property
    def websocket_url(self) -> str:
        """The backend's sync address: `ws` for `http`, `wss` for `https`."""
        return "ws" + self.backend_url.removeprefix("http") + SYNC_PATH
