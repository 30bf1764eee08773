"""The store's channels and what they sent lately; what could not be taken is looked at, mended and tried again."""

from __future__ import annotations

from typing import ClassVar

from mobile.services.channels_api import Channel, ChannelsApi, Message, WholeMessage
from mobile.state.asking import AskingState
from mobile.state.shift_state import ShiftState


class ChannelsState(AskingState):
    """`channels`, `messages` None: not known yet."""

    captions: ClassVar = {
        "message_still_refused": "message.still_refused",
        "message_not_replayable": "message.not_replayable",
        "payload_unknown": "message.still_unreadable",
    }

    def __init__(self, api: ChannelsApi, shift: ShiftState) -> None:
        super().__init__(shift)
        self._api = api
        self.channels: tuple[Channel, ...] | None = None
        self.messages: tuple[Message, ...] | None = None
        self.shows_all = False
        self.opened: Message | None = None
        self.whole: WholeMessage | None = None
        self.mended: str | None = None
        self.count_new: int | None = None

    @property
    def to_see_to(self) -> int:
        return sum(channel.to_see_to for channel in self.channels or ())

    @property
    def may_mend(self) -> bool:
        return self.whole is not None and self.whole.verdict == "unreadable" and self.whole.is_text

    def name_of(self, channel_id: str) -> str:
        return next((channel.name for channel in self.channels or () if channel.id == channel_id), "")

    def begin(self) -> None:
        """A screen is opened: what was said on an earlier visit is no news any more."""
        self._put_answer_away()
        self.count_new = None

    async def load(self) -> None:
        """What was known stays where the backend cannot be asked."""

        async def ask(token: str, _store_id: str) -> None:
            self.channels = tuple(await self._api.channels(token))

        await self._try(ask)

    async def load_messages(self) -> None:
        async def ask(token: str, _store_id: str) -> None:
            if self.channels is None:
                self.channels = tuple(await self._api.channels(token))
            self.messages = tuple(await self._api.messages(token, to_see_to=not self.shows_all))

        await self._try(ask)

    async def show(self, *, shows_all: bool) -> None:
        """Everything, or only what was refused or could not be read."""
        if shows_all != self.shows_all:
            self.shows_all, self.messages = shows_all, None
            await self.load_messages()

    def open(self, message: Message) -> None:
        self.opened, self.whole, self.mended, self.count_new = message, None, None, None

    async def load_whole(self) -> None:
        async def ask(token: str, _store_id: str) -> None:
            if self.opened is not None and self.whole is None:
                self.whole = await self._api.message(token, self.opened.id)

        await self._try(ask)

    def mend(self, text: str) -> None:
        self.mended = text

    async def replay(self) -> None:
        """As it came, or as it was mended; what was typed stays where it still says nothing."""
        whole = self.whole
        if whole is None:
            return
        body = self.mended if self.may_mend and self.mended != whole.body else None

        async def ask(token: str, _store_id: str) -> None:
            self.count_new = await self._api.replay(token, whole.id, body)
            self.whole = whole.model_copy(update={"verdict": "replayed", "body": whole.body if body is None else body})
            self.messages = None

        await self._try(ask)
