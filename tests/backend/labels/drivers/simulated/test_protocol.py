"""Virtual labels, second by second."""

from backend.labels.drivers.simulated.protocol import BATTERY_LIGHT_S, VirtualShelf, battery_mv
from shared.labels import Flash, LightColour

BLUE = Flash(colour=LightColour.BLUE, duration_s=10)
YELLOW = Flash(colour=LightColour.YELLOW, duration_s=10)


def colour(shelf: VirtualShelf, now_s: float) -> LightColour | None:
    lit = shelf.lit("L1", now_s)
    return lit.flash.colour if lit is not None else None


def test_a_flash_ends_by_itself() -> None:
    shelf = VirtualShelf()
    shelf.take("L1", BLUE, 0)
    assert (colour(shelf, 9.9), colour(shelf, 10)) == (LightColour.BLUE, None)


def test_a_new_flash_replaces_and_only_seen_seconds_count() -> None:
    shelf = VirtualShelf()
    shelf.take("L1", BLUE, 0)
    assert shelf.take("L1", YELLOW, 4)
    assert (colour(shelf, 5), shelf.on_time_s["L1"]) == (LightColour.YELLOW, 14)


def test_firmware_that_refuses_keeps_the_old_one() -> None:
    shelf = VirtualShelf(can_replace=False)
    shelf.take("L1", BLUE, 0)
    assert not shelf.take("L1", YELLOW, 4)
    assert colour(shelf, 5) is LightColour.BLUE
    assert shelf.take("L1", YELLOW, 10)


def test_a_stop_darkens() -> None:
    shelf = VirtualShelf()
    shelf.take("L1", BLUE, 0)
    shelf.take("L1", None, 3)
    assert (colour(shelf, 3), shelf.on_time_s["L1"]) == (None, 3)


def test_a_battery_falls_with_the_light_and_never_below_empty() -> None:
    assert [battery_mv(BATTERY_LIGHT_S * share) for share in (0, 0.5, 1, 2)] == [3_000, 2_500, 2_000, 2_000]
