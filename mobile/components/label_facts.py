"""What is known of a label, in words: its battery, when it was heard of, how much does not arrive."""

from __future__ import annotations

from datetime import datetime

from mobile.captions import Say, is_caption
from mobile.components.amounts import decimal_caption
from mobile.components.due_time import duration_caption

MILLIVOLTS = 1000
SECONDS_PER_MINUTE = 60
SECONDS_PER_DAY = 86_400
DAYS_FROM_S = 2 * SECONDS_PER_DAY  # below it is said in hours


BETWEEN = " · "


def facts_caption(*lines: tuple[str, ...]) -> str:
    """What there is of each line side by side; a line with nothing in it is left out."""
    said = [BETWEEN.join(fact for fact in line if fact) for line in lines]
    return "\n".join(line for line in said if line)


def trouble_caption(say: Say, trouble: str) -> str:
    """A trouble that a newer backend knows is said by its name."""
    key = f"labels.trouble.{trouble}"
    return say(key) if is_caption(key) else trouble


def battery_caption(say: Say, battery_mv: int) -> str:
    """`2.41 V`; nothing where the label never said."""
    if not battery_mv:
        return ""
    return say("labels.battery", volts=decimal_caption(say, battery_mv / MILLIVOLTS, 2))


def seen_caption(say: Say, seen_at: datetime | None, now: datetime) -> str:
    """How long ago the label gave a sign of life."""
    if seen_at is None:
        return say("labels.never_seen")
    age_s = (now - seen_at).total_seconds()
    if age_s < SECONDS_PER_MINUTE:
        return say("labels.just_seen")
    if age_s >= DAYS_FROM_S:
        return say("labels.seen", time=say("labels.days", count=int(age_s // SECONDS_PER_DAY)))
    return say("labels.seen", time=duration_caption(say, age_s))


def seconds_caption(say: Say, seconds: float) -> str:
    """`1.8`, `40`: a tenth where there is one."""
    return decimal_caption(say, seconds, 1, is_rounded=True)


def lost_caption(say: Say, failure_rate: float, commands: int) -> str:
    """`24 % of 50 lost`; nothing where no command was sent yet."""
    return say("labels.lost", percent=round(100 * failure_rate), commands=commands) if commands else ""
