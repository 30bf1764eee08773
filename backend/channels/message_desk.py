"""What channels sent lately and what became of it; and a second try for what was refused or could not be read."""

from __future__ import annotations

import json
from collections.abc import Sequence

from backend.channels import message_rows
from backend.channels.commands import TakeNotices, TakeReplayed
from backend.channels.errors import MessageNotFound, MessageNotReplayable
from backend.channels.inbox import Inbox
from backend.channels.message_rows import REFUSED_BODY_MAX_BYTES
from backend.channels.models import ChannelMessageRow, MessageVerdict
from backend.channels.port import RawMessage
from backend.core.database import Database
from backend.core.writer import Transaction
from backend.people.access import record

TO_SEE_TO = (MessageVerdict.UNREADABLE, MessageVerdict.REFUSED)


class MessageDesk:
    """Reads beside the writer; `take_replayed` is a command."""

    def __init__(self, database: Database, inbox: Inbox) -> None:
        self._database = database
        self._inbox = inbox

    def latest(
        self, store_id: str, *, channel_id: str | None, verdicts: Sequence[str], limit: int
    ) -> Sequence[ChannelMessageRow]:
        """Messages of a store, the newest first; of every verdict where none is named."""
        with self._database.reading() as session:
            return message_rows.latest(session, store_id, channel_id=channel_id, verdicts=verdicts, limit=limit)

    def read(self, store_id: str, row_id: str) -> ChannelMessageRow:
        """Raises MessageNotFound."""
        with self._database.reading() as session:
            row = message_rows.get(session, store_id, row_id)
        if row is None:
            raise MessageNotFound(f"no message {row_id} in this store", message_id=row_id)
        return row

    def to_replay(self, store_id: str, row_id: str, corrected: bytes | None) -> tuple[ChannelMessageRow, RawMessage]:
        """A message for its second try, with another body where somebody mended it. A refused one is tried as it came:
        whoever could change it could sign for anybody. Raises MessageNotFound, MessageNotReplayable.
        """
        row = self.read(store_id, row_id)
        if row.verdict not in TO_SEE_TO:
            raise MessageNotReplayable(f"this message is {row.verdict}: nothing to replay", verdict=row.verdict)
        if row.verdict == MessageVerdict.REFUSED:
            if corrected is not None:
                raise MessageNotReplayable("a message that was refused is replayed as it came, or not at all")
            if len(row.body) >= REFUSED_BODY_MAX_BYTES:
                raise MessageNotReplayable("only its beginning was kept: have the channel send it again")
        if not row.body and not row.query and corrected is None:
            raise MessageNotReplayable("what it said has been erased: have the channel send it again")
        body = row.body if corrected is None else corrected
        return row, RawMessage(body, json.loads(row.headers), row.path, row.query)

    def take_replayed(self, command: TakeReplayed, tx: Transaction) -> int:
        """What it brings takes effect, once; returns how much of it was new. Raises MessageNotReplayable."""
        row = message_rows.get(tx.session, command.sender.store_id, command.row_id)
        if row is None or row.verdict not in TO_SEE_TO:
            raise MessageNotReplayable("this message was replayed already")
        notices = TakeNotices(command.sender, command.adapter, command.notices, row.answer_status, command.message)
        count_new = self._inbox.take_notices(notices, tx)
        row.verdict, row.detail = MessageVerdict.REPLAYED.value, f"{row.detail} · {count_new} new"[:200]
        tx.session.add(row)
        record(tx, row.store_id, "message.replayed", command.person_id, detail=f"{row.channel_id} {row.id}")
        return count_new
