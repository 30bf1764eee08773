"""Who needs a ping so as not to lose touch, and who asks for service."""

from backend.labels.drivers.ble_esl.responses import StateBits
from backend.labels.drivers.ble_esl.roster import Roster
from shared.clock import ManualClock

KEEP_ALIVE_S = 1_800.0


class TestPings:
    def test_everybody_is_pinged_first_a_while_after_the_start(self) -> None:
        roster = Roster(["A", "B"], KEEP_ALIVE_S)
        roster.start(60)
        assert roster.needs_ping(59.9) == []
        assert roster.next_look_s() == 60
        assert roster.needs_ping(60) == ["A", "B"]
        assert roster.needs_ping(60) == []

    def test_who_was_sent_something_need_not_be_pinged_yet(self) -> None:
        roster = Roster(["A", "B"], KEEP_ALIVE_S)
        roster.needs_ping(0)
        roster.sent("A", 1_000)
        assert roster.needs_ping(KEEP_ALIVE_S) == ["B"]
        assert roster.next_look_s() == 1_000 + KEEP_ALIVE_S
        assert roster.needs_ping(1_000 + KEEP_ALIVE_S) == ["A"]


class TestState:
    def test_who_needs_service_is_known_until_it_says_otherwise(self, clock: ManualClock) -> None:
        roster = Roster(["A", "B"], KEEP_ALIVE_S)
        roster.heard("A", clock.now(), StateBits.SERVICE_NEEDED | StateBits.SYNCHRONIZED)
        roster.heard("A", clock.now())
        assert roster.needing_service() == ["A"]
        assert roster.records["A"].last_heard_at == clock.now()
        assert roster.records["B"].last_heard_at is None
        roster.heard("A", clock.now(), StateBits.SYNCHRONIZED)
        assert roster.needing_service() == []
