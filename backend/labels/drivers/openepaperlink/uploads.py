"""Sends pictures to the access point, one at a time and with a pause, and once more when a flash had to go first."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from backend.labels.drivers.openepaperlink.http_api import AccessPointHttp
from backend.labels.drivers.openepaperlink.listening import Listener
from backend.labels.port import AnswerMissing, DriverTools, GatewayError

PAUSE_S = 1.0  # an access point that is fed without a pause runs out of memory; others wait as long


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture as it goes out: a JPEG, or a template's text."""

    token: str
    content: bytes | str


class Uploads:
    """Keeps what was sent until its outcome is known."""

    def __init__(self, listener: Listener, tools: DriverTools) -> None:
        self._listener = listener
        self._tools = tools
        self._sent: dict[str, Upload] = {}
        self._turn = asyncio.Lock()
        self._free_at_s = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        tasks, self._tasks = self._tasks, set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def first(self, api: AccessPointHttp, mac: str, upload: Upload) -> str | None:
        """What the access point has against it, or None. Raises GatewayError."""
        self._sent = {
            each: sent for each, sent in self._sent.items() if each in self._listener.tracker.pictures_waiting
        }
        self._sent[mac] = upload
        self._listener.tracker.sending_picture(mac, upload.token)
        return await self._send(api, mac, upload)

    def again(self, api: AccessPointHttp, mac: str, token: str) -> None:
        """In the background: what comes first is on its way already."""
        task = asyncio.create_task(self._once_more(api, mac, token))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _once_more(self, api: AccessPointHttp, mac: str, token: str) -> None:
        upload, tracker = self._sent.get(mac), self._listener.tracker
        if upload is None or upload.token != token or mac not in tracker.pictures_waiting:
            return
        tracker.sending_picture(mac, token)
        try:
            objection = await self._send(api, mac, upload, keeps_on_failure=True)
        except AnswerMissing:
            return
        except GatewayError as error:
            objection = error.detail
        if objection is not None:
            self._listener.judge(
                tracker.drop_picture(mac, f"it made way for a flash and was not taken again: {objection}")
            )

    async def _send(
        self, api: AccessPointHttp, mac: str, upload: Upload, *, keeps_on_failure: bool = False
    ) -> str | None:
        tracker, clock = self._listener.tracker, self._tools.clock
        async with self._turn:
            await self._tools.sleep(max(0.0, self._free_at_s - clock.monotonic_s()))
            self._listener.picture_sent(mac)
            try:
                objection = await _upload(api, mac, upload)
            except AnswerMissing:
                tracker.handed_over(mac, upload.token)
                raise
            except GatewayError:
                if not keeps_on_failure:
                    tracker.not_sent(mac, upload.token)
                raise
            finally:
                self._free_at_s = clock.monotonic_s() + PAUSE_S
        if objection is None:
            tracker.handed_over(mac, upload.token)
        elif not keeps_on_failure:
            tracker.not_sent(mac, upload.token)
        return objection


async def _upload(api: AccessPointHttp, mac: str, upload: Upload) -> str | None:
    if isinstance(upload.content, str):
        return await api.upload_template(mac, upload.content)
    return await api.upload_image(mac, upload.content)
