"""Files in real Chromium: one is chosen with the browser's own dialog and looked through, one is downloaded."""

from __future__ import annotations

import pytest

from tests.e2e.preview import Preview

pytestmark = pytest.mark.browser


def test_a_file_is_chosen_and_all_bindings_are_downloaded(preview: Preview) -> None:
    preview.show("bindings")
    page = preview.phone.page
    with page.expect_file_chooser() as chooser:
        preview.phone.by_identifier("bindings-choose").click()
    raw = b"label_id,gateway,location\n4E0A00F2B7,Ground floor,A3-4-2\n"
    chooser.value.set_files({"name": "labels-may.csv", "mimeType": "text/csv", "buffer": raw})
    preview.phone.text("labels-may.csv").wait_for(state="attached")
    preview.phone.text("4E0A0049B7").wait_for(state="attached")
    preview.phone.by_identifier("bindings-other").click()
    with page.expect_download() as download:
        preview.phone.by_identifier("bindings-export").click()
    assert download.value.suggested_filename == "labels.csv"
    assert download.value.path().read_bytes().startswith(b"label_id,gateway,location\n")
