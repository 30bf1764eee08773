"""A phone whose clock is wrong says when by the backend's clock, also after a restart without network."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from mobile.services.backend_time import BackendTime
from mobile.services.outbox import CLOCK_OFFSET, Outbox
from shared.clock import ManualClock
from tests.mobile.builders import no_flush, pick_list
from tests.mobile.test_backend_link import Phone, sign_in

HOURS_3 = timedelta(hours=3)


class TestTime:
    def test_is_the_phones_own_where_nobody_says_another(self) -> None:
        own = ManualClock()
        assert BackendTime(own).now() == own.now()
        assert BackendTime(own).monotonic_s() == own.monotonic_s()

    @pytest.mark.parametrize("off_by_s", [-7200, 7200])
    def test_goes_by_the_backends_word_from_then_on(self, off_by_s: float) -> None:
        own = ManualClock()
        time = BackendTime(own)
        assert time.hear(own.now() + timedelta(seconds=off_by_s))
        own.advance(60)
        assert time.now() == own.now() + timedelta(seconds=off_by_s)
        assert time.is_wrong

    def test_the_way_through_the_network_is_no_reason(self) -> None:
        own = ManualClock()
        time = BackendTime(own)
        assert not time.hear(own.now() - timedelta(seconds=3))
        assert time.now() == own.now()

    def test_a_clock_that_was_put_right_is_trusted_again(self) -> None:
        own = ManualClock()
        time = BackendTime(own, offset_s=7200)
        assert time.hear(own.now())
        assert (time.offset_s, time.is_wrong) == (0.0, False)


def test_a_pick_on_a_phone_three_hours_behind_is_made_now(tmp_path: Path, run: Callable) -> None:
    async def scenario() -> None:
        await sign_in(tmp_path)
        phone = Phone(tmp_path)
        phone.backend.clock = ManualClock(phone.time.clock.now() + HOURS_3)
        phone.backend.put(pick_list())
        await phone.run()
        await phone.time.settle()
        assert phone.app.link.is_clock_wrong
        phone.app.work.choose("pkl_1")
        assert await phone.app.work.start()
        await phone.time.settle()
        assert phone.backend.applied[0].made_at == phone.backend.clock.now()
        await phone.end()

        kept = Outbox(tmp_path / "outbox.sqlite3", no_flush)
        assert float(kept.recall(CLOCK_OFFSET) or 0) == HOURS_3.total_seconds()
        kept.close()

    run(scenario())
