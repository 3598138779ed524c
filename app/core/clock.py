"""The one place that reads the clock. Edges call it and pass the time in.

`AS_OF` shifts the whole application to another day, so that a company whose data end in the past
can be looked at as it was. The shift is constant: time goes on from there.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_shift = timedelta(0)


def set_as_of(day: date | None, zone: str = "UTC") -> None:
    """Moves today to `day` (in `zone`), keeping the time of day; None goes back to the real time."""
    global _shift
    real = datetime.now(UTC)
    if day is None:
        _shift = timedelta(0)
        return
    local = real.astimezone(ZoneInfo(zone))
    _shift = datetime.combine(day, local.time(), ZoneInfo(zone)).astimezone(UTC) - real


def now() -> datetime:
    """The present instant in UTC, shifted by `AS_OF`."""
    return datetime.now(UTC) + _shift


def local_day(instant: datetime, zone: str) -> date:
    """The calendar day of an instant in a time zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def day_start(day: date, zone: str) -> datetime:
    """The first instant of a local day, in UTC."""
    return datetime.combine(day, time(0), ZoneInfo(zone)).astimezone(UTC)
