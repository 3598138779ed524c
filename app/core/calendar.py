"""Working days: a country's public holidays and make-up workdays, and the weight of a person's days.

Pure: values in, values out. Holidays come from the `holidays` package. In China weekends are worked to
make up for long holidays (调休); the package knows those days too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase

FULL = 100  # the weight of a whole working day, in hundredths


class UnknownCalendar(ValueError):
    """No such calendar; the message names the ones that there are."""


@dataclass(frozen=True)
class SpecialDay:
    """A day that differs from the weekly pattern. `kind` is holiday | workday."""

    on: date
    kind: str
    name: str


@dataclass(frozen=True)
class Absence:
    """Days off, both ends included; `share` is how much of each day is off, in hundredths."""

    from_on: date
    to_on: date
    share: int


def days(start: date, end: date) -> Iterator[date]:
    """Each day from start to end, both included."""
    for offset in range((end - start).days + 1):
        yield start + timedelta(days=offset)


def check(code: str) -> None:
    """Raises UnknownCalendar unless `code` is a country (CN, US) or a part of one (US-CA)."""
    import holidays  # half a second, which only those pay who fill a calendar

    country, _, part = code.partition("-")
    known = holidays.list_supported_countries(include_aliases=True)
    if country not in known:
        raise UnknownCalendar(f"no calendar {code!r}: write a country's two letters, such as CN, US or DE")
    if part and part not in known[country]:
        raise UnknownCalendar(f"no calendar {code!r}: the parts of {country} are {', '.join(known[country]) or 'not told apart'}")


def special_days(code: str, year: int, language: str = "en") -> list[SpecialDay]:
    """The public holidays and make-up workdays of a calendar in one year, in order of days.

    `language` is zh or en; where a country's holidays have no names in it, its own names are used.
    """
    found = _country(code, [year], language)
    names = {on: name for on, name in found.items() if on.year == year}
    special = {on: SpecialDay(on, "holiday", name.replace("; ", " / ")) for on, name in names.items()}
    label = "调休上班" if language == "zh" else "Make-up workday"
    for on in _make_up_days(found, year):
        special[on] = SpecialDay(on, "workday", label)
    return [special[on] for on in sorted(special)]


def is_published(code: str, year: int) -> bool:
    """Whether the government's list of the year is known yet.

    Where weekends are made up for, the list comes out late in the year before. Such a year without a
    single make-up day, after years that had some, is not published: its days are provisional.
    """
    recent = _country(code, range(year - 3, year + 1), "en")
    had_some = any(_make_up_days(recent, earlier) for earlier in range(year - 3, year))
    return bool(_make_up_days(recent, year)) or not had_some


def weekly_pattern(code: str) -> list[int]:
    """The ISO weekdays that are worked in a country: [1, 2, 3, 4, 5] for most."""
    weekend = {day + 1 for day in _country(code, [2025], "en").weekend}
    return [day for day in range(1, 8) if day not in weekend]


def weights(
    start: date,
    end: date,
    *,
    workdays: Sequence[int],
    special: Mapping[date, str],
    absences: Iterable[Absence] = (),
    hired_on: date | None = None,
    left_on: date | None = None,
) -> dict[date, int]:
    """How much of each day from start to end somebody works, in hundredths (0, 50, 100).

    `special` maps days to holiday | workday and beats the weekly pattern; `left_on` is the last day of
    work. Absences on the same day add up, to a whole day at most.
    """
    gone = list(absences)
    return {
        day: _weight(day, workdays, special, gone)
        if (hired_on is None or hired_on <= day) and (left_on is None or day <= left_on)
        else 0
        for day in days(start, end)
    }


def _weight(day: date, workdays: Sequence[int], special: Mapping[date, str], absences: Sequence[Absence]) -> int:
    kind = special.get(day)
    is_worked = kind == "workday" or (kind is None and day.isoweekday() in workdays)
    if not is_worked:
        return 0
    off = sum(absence.share for absence in absences if absence.from_on <= day <= absence.to_on)
    return max(0, FULL - off)


def _make_up_days(found: HolidayBase, year: int) -> list[date]:
    return sorted(day for day in found.weekend_workdays if day.year == year)


def _country(code: str, years: Iterable[int], language: str) -> HolidayBase:
    import holidays

    check(code)
    country, _, part = code.partition("-")
    wanted = {"zh": "zh_CN", "en": "en_US"}[language]
    spoken = holidays.country_holidays(country).supported_languages
    return holidays.country_holidays(
        country, subdiv=part or None, years=list(years), language=wanted if wanted in spoken else None
    )
