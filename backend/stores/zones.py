"""A store's time zone by its IANA name; UTC where the machine does not know it."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_UTC = ZoneInfo("UTC")


def zone_named(name: str) -> ZoneInfo:
    """A store whose zone nobody knows still opens; its day then begins at midnight UTC."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # what the database of zones says of a name that is none
        return _UTC
