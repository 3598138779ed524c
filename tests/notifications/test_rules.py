"""When to tell and where a push may go: rules without a database."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config import Settings
from app.notifications import rules

ZONES = sorted(name for name in available_timezones() if "/" in name)
zones = st.sampled_from(ZONES)
days = st.dates(date(2025, 1, 1), date(2027, 12, 31))
walls = st.times().map(lambda wall: wall.replace(second=0, microsecond=0))
# Hypothesis wants bounds without a zone.
instants = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@given(days, walls, zones)
def test_a_reminder_shows_its_wall_time_on_its_day_or_lies_in_the_spring_gap(day: date, at: time, zone: str):
    due, _ = rules.reminder_times(day, at, zone)
    local = due.astimezone(ZoneInfo(zone))
    exists = datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone)).time() == at
    if exists:
        assert (local.date(), local.time(), local.fold) == (day, at, 0)
    else:
        shift = local.replace(tzinfo=None) - datetime.combine(day, at)
        assert timedelta(0) < shift <= timedelta(hours=2), "after the gap by what the gap skipped"


@given(days, walls, zones)
def test_reminders_of_following_days_are_23_to_25_hours_apart(day: date, at: time, zone: str):
    gap = rules.reminder_times(day + timedelta(days=1), at, zone)[0] - rules.reminder_times(day, at, zone)[0]
    assert timedelta(hours=22) <= gap <= timedelta(hours=26)


@given(days, walls, zones)
def test_a_reminder_never_expires_before_it_is_due_nor_after_its_day_by_more_than_an_hour(day: date, at: time, zone: str):
    due, expires = rules.reminder_times(day, at, zone)
    assert due < expires
    assert expires == max(rules.instant(day, time(18), zone), due + timedelta(hours=1))


def test_the_clock_going_back_does_not_remind_twice():
    day = date(2026, 10, 25)  # 02:30 happens twice in Berlin
    due, _ = rules.reminder_times(day, time(2, 30), "Europe/Berlin")
    assert due == datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "the first of the two"


@given(instants, zones, walls, walls)
def test_what_waits_for_the_morning_leaves_in_no_quiet_hour_and_within_a_day(
    now: datetime, zone: str, quiet_from: time, quiet_to: time
):
    free = rules.quiet_until(now, zone, quiet_from, quiet_to)
    assert now <= free <= now + timedelta(hours=26)
    wall = free.astimezone(ZoneInfo(zone)).time()
    after_gap = free.astimezone(ZoneInfo(zone)).utcoffset() != (free - timedelta(hours=3)).astimezone(ZoneInfo(zone)).utcoffset()
    if not after_gap:
        is_quiet = (
            quiet_from <= wall < quiet_to
            if quiet_from < quiet_to
            else quiet_from != quiet_to and (wall >= quiet_from or wall < quiet_to)
        )
        assert not is_quiet


@pytest.mark.parametrize(
    "now, free",
    [
        ("19:59", "19:59"), ("20:00", "07:30"), ("23:59", "07:30"), ("00:00", "07:30"), ("07:29", "07:30"), ("07:30", "07:30"), ("12:00", "12:00"),
    ],
)  # fmt: skip
def test_the_quiet_hours_of_the_default_person(now: str, free: str):
    at = datetime.combine(date(2026, 11, 23), time.fromisoformat(now), ZoneInfo("Asia/Shanghai"))
    local = rules.quiet_until(at, "Asia/Shanghai", time(20), time(7, 30)).astimezone(ZoneInfo("Asia/Shanghai"))
    assert local.strftime("%H:%M") == free


@given(st.integers(1, 1000), st.floats(0, 1, exclude_max=True))
def test_waiting_doubles_with_jitter_up_to_half_an_hour(attempts: int, chance: float):
    wait = rules.backoff(attempts, chance)
    full = min(rules.FIRST_BACKOFF * 2 ** min(attempts - 1, 12), rules.LONGEST_BACKOFF)
    assert full / 2 <= wait <= full


@pytest.mark.parametrize(
    "header, seconds",
    [("120", 120), ("0", 1), ("-5", 1), ("99999999999", 21600), (None, 60), ("soon", 60), ("", 60),
     ("Mon, 23 Nov 2026 04:02:00 GMT", 120), ("Mon, 23 Nov 2020 04:02:00 GMT", 1), ("9" * 400, 21600)],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date_and_kept_within_bounds(header: str | None, seconds: int):
    assert rules.retry_after(header, datetime(2026, 11, 23, 4, tzinfo=UTC)) == timedelta(seconds=seconds)


@given(st.text(max_size=200))
def test_a_topic_is_what_push_services_take(key: str):
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", rules.topic(key))


HOSTS = (*Settings.push_hosts, "push.example:8443")


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc", "https://updates.push.services.mozilla.com/wpush/v2/x", "https://web.push.apple.com/Q",
        "https://wns2-by3p.notify.windows.com/w/?token=x", "https://FCM.googleapis.com:443/x", "https://push.example:8443/x",
    ],
)  # fmt: skip
def test_the_services_of_the_browsers_are_allowed(endpoint: str):
    assert rules.is_push_host(endpoint, HOSTS)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x", "https://evil.example/x", "https://fcm.googleapis.com.evil.example/x", "https://notify.windows.com.evil/x",
        "https://fcm.googleapis.com@evil.example/x", "https://user@fcm.googleapis.com/x", "https://fcm.googleapis.com:8443/x",
        "https://127.0.0.1/x", "http://127.0.0.1:9/x", "https://localhost/x", "https://[::1]/x", "https://169.254.169.254/latest",
        "https://10.0.0.1/x", "https://2130706433/x", "https://0x7f000001/x", "ftp://fcm.googleapis.com/x", "//fcm.googleapis.com/x", "x", "",
        "https://", "https://fcm.googleapis.com:99999/x", "https://fcm.googleapis.com/ x", "https://evil.example\\@fcm.googleapis.com/",
        "https://127.0.0.1\\.notify.windows.com/x", "https://evil.example%2f.notify.windows.com/x",
    ],
)  # fmt: skip
def test_nothing_else_is_posted_to(endpoint: str):
    assert not rules.is_push_host(endpoint, HOSTS)


def test_loopback_only_if_it_is_listed():
    assert rules.is_push_host("http://127.0.0.1:4711/x", ("127.0.0.1",))
    assert rules.is_push_host("http://127.0.0.1:4711/x", ("127.0.0.1:4711",))
    assert not rules.is_push_host("http://127.0.0.1:4712/x", ("127.0.0.1:4711",))
    assert not rules.is_push_host("http://127.0.0.1:4711/x", ("*",))


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "::1",
        "fe80::1",
        "fc00::1",
        "::ffff:10.0.0.1",
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
    ],
)
def test_addresses_of_our_own_network_are_not_public(address: str):
    assert not rules.is_public_address(address)


def test_public_addresses_are_public():
    assert all(rules.is_public_address(address) for address in ("142.250.1.1", "2a00:1450::1", "::ffff:142.250.1.1"))
