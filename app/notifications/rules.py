"""When to tell, when to try again, and what a push service's answer means. Values in, values out."""

from __future__ import annotations

import hashlib
import ipaddress
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from fnmatch import fnmatchcase
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

DAILY_CAP = 5  # pushes a day to one person that are not urgent
DAY_ENDS = time(18)  # a morning reminder is worth nothing after the working day
FIRST_BACKOFF = timedelta(seconds=5)
LONGEST_BACKOFF = timedelta(minutes=30)
_HOST = re.compile(r"[a-z0-9.-]+|[0-9a-f:.]+")  # a name or an address
ORIGIN_STOP = timedelta(hours=1)  # how long an origin that refuses our key is left alone
DEFAULT_RETRY_AFTER = timedelta(minutes=1)
LONGEST_RETRY_AFTER = timedelta(hours=6)


# --- Time ---------------------------------------------------------------------------------------


def instant(day: date, at: time, zone: str) -> datetime:
    """The instant of a wall time on a local day, in UTC.

    Computed per day, never by adding 24 hours. Where the clocks go back the first of the two is
    meant (fold 0); a wall time that the spring gap skips lies as far after the gap began.
    """
    return datetime.combine(day, at.replace(fold=0), ZoneInfo(zone)).astimezone(UTC)


def reminder_times(day: date, at: time, zone: str) -> tuple[datetime, datetime]:
    """When the morning reminder of a local day is due, and when it expires: with the working day,
    or an hour later for those who want it in the evening."""
    due = instant(day, at, zone)
    return due, max(instant(day, DAY_ENDS, zone), due + timedelta(hours=1))


def quiet_until(now: datetime, zone: str, quiet_from: time, quiet_to: time) -> datetime:
    """The first instant from `now` on that is outside the person's quiet hours; `now` if it is already.

    The hours run from `quiet_from` up to, not including, `quiet_to`, over midnight where `quiet_from`
    is the later; equal times mean none.
    """
    local = now.astimezone(ZoneInfo(zone))
    wall = local.time()
    if quiet_from == quiet_to:
        return now
    if quiet_from < quiet_to:
        is_quiet, ends_on = quiet_from <= wall < quiet_to, local.date()
    else:
        is_quiet = wall >= quiet_from or wall < quiet_to
        ends_on = local.date() + timedelta(days=1 if wall >= quiet_from else 0)
    return max(now, instant(ends_on, quiet_to, zone)) if is_quiet else now


def local_day(now: datetime, zone: str) -> tuple[datetime, datetime]:
    """The first instants of the local day that holds `now`, and of the next."""
    day = now.astimezone(ZoneInfo(zone)).date()
    return instant(day, time(0), zone), instant(day + timedelta(days=1), time(0), zone)


# --- Trying again -------------------------------------------------------------------------------


def backoff(attempts: int, chance: float) -> timedelta:
    """How long to wait after so many attempts: doubling, with jitter. `chance` is in [0, 1)."""
    doublings = max(0, min(attempts - 1, 20))
    longest = min(FIRST_BACKOFF * (1 << doublings), LONGEST_BACKOFF)
    return longest * (0.5 + chance / 2)


def retry_after(header: str | None, now: datetime) -> timedelta:
    """`Retry-After` as a wait: seconds or an HTTP date (RFC 9110, 10.2.3), kept within bounds."""
    try:
        wait = timedelta(seconds=int(header or ""))
    except ValueError:
        try:
            wait = parsedate_to_datetime(header or "") - now
        except (ValueError, TypeError):  # absent, no date, or one without a zone
            wait = DEFAULT_RETRY_AFTER
    except OverflowError:
        wait = LONGEST_RETRY_AFTER
    return min(max(wait, timedelta(seconds=1)), LONGEST_RETRY_AFTER)


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt.

    `sent`, `gone` and `failed` are final; `later` tries again; `origin_later` and `origin_stopped`
    make the whole push service wait.
    """

    kind: Literal["sent", "gone", "failed", "later", "origin_later", "origin_stopped"]
    wait: timedelta = timedelta(0)
    error: str | None = None


def read_answer(status: int, header: str | None, attempts: int, chance: float, now: datetime) -> Outcome:
    """What an HTTP answer of a push service means (notices: RFC 8030, RFC 8292 and what services do)."""
    error = f"http_{status}"
    if status in (200, 201, 202, 204):
        return Outcome("sent")
    if status in (404, 410):
        return Outcome("gone", error=error)
    if status in (401, 403):
        return Outcome("origin_stopped", ORIGIN_STOP, error)
    if status == 429:
        return Outcome("origin_later", retry_after(header, now), error)
    if status >= 500:
        wait = backoff(attempts, chance)
        return Outcome("later", max(wait, retry_after(header, now)) if header else wait, error)
    return Outcome("failed", error=error)  # 400, 413, and redirects, which are never followed


# --- Where a push may go ------------------------------------------------------------------------


def topic(dedupe_key: str) -> str:
    """The `Topic` of a notice: 32 base64url characters (RFC 8030, 5.4). Also its tag on the device."""
    return urlsafe_b64encode(hashlib.sha256(dedupe_key.encode()).digest()[:24]).decode()


def origin(endpoint: str) -> str:
    """Scheme, host and port of an endpoint: what a VAPID header is made for."""
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}"


def is_push_host(endpoint: str, allowed: tuple[str, ...]) -> bool:
    """Whether an endpoint, which is input of a user, may be posted to.

    Only https, on the usual port, without user name, at a host of the list (`*.` stands for
    any subdomains). Numeric addresses and other ports only if listed as they are; plain http only
    at a loopback address that is listed.
    """
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.fragment or any(c.isspace() for c in endpoint):
        return False
    if not _HOST.fullmatch(host):  # what one library takes for a part of the name, another may take for its end
        return False
    if is_loopback(host):
        return parts.scheme in ("http", "https") and (host in allowed or f"{host}:{port}" in allowed)
    if parts.scheme != "https" or _is_numeric(host):
        return False
    if port not in (None, 443):
        return f"{host}:{port}" in allowed
    return any(host == name or (name.startswith("*.") and fnmatchcase(host, name)) for name in allowed)


def is_loopback(host: str) -> bool:
    """Whether a host names this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host.replace(".", "").isdigit() or host.lower().startswith("0x")
    return True


def is_public_address(address: str) -> bool:
    """Whether a resolved address lies on the public internet, not in our own network."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return found.is_global and not found.is_multicast
