"""What a phone is sent: a document is written as it is, and reads as the update it would be."""

from __future__ import annotations

from backend.sync import updates
from shared.clock import ManualClock
from shared.sync.envelope import Update
from tests.mobile.builders import pick, pick_list


class TestText:
    def test_a_document_reads_as_if_it_had_been_checked_and_written_field_by_field(self, clock: ManualClock) -> None:
        document = pick_list([pick(1), pick(2)])
        text = updates._text(7, "pick_list", clock.now(), document)
        whole = Update(sequence=7, name="pick_list", at=clock.now(), body=document.model_dump(mode="json"))
        assert text == whole.model_dump_json()
