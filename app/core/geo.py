"""Positions and the datums they are given in.

Maps in China shift coordinates: GCJ-02 (state maps, AMap, Tencent) lies up to 700 m beside WGS-84
(what a phone's receiver measures), BD-09 (Baidu) another 600 m beside that. A distance is only
measured after both ends stand in one datum.

Formulas: the published obfuscation of GCJ-02 as in eviltransform
(https://github.com/googollee/eviltransform) and coordtransform
(https://github.com/wandergis/coordtransform); both are MIT-licensed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import asin, atan2, cos, pi, radians, sin, sqrt

_AXIS = 6378245.0  # semi-major axis of the Krasovsky 1940 ellipsoid, which GCJ-02 is computed on
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_EARTH_RADIUS_M = 6371008.8  # mean radius of WGS-84 (IUGG)
_BAIDU = pi * 3000.0 / 180.0


class Datum(StrEnum):
    """Which system a coordinate is given in."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


@dataclass(frozen=True)
class Point:
    """A position in degrees, in one datum."""

    lat: float
    lng: float
    datum: Datum = Datum.WGS84


def is_in_china(lat: float, lng: float) -> bool:
    """Whether the shift applies. A rectangle, as in the published code: outside it nothing moves."""
    return 0.8293 <= lat <= 55.8271 and 72.004 <= lng <= 137.8347


def to_wgs84(point: Point) -> Point:
    """The same place in WGS-84, to within a centimetre for GCJ-02 and a metre for BD-09."""
    if point.datum is Datum.WGS84:
        return point
    lat, lng = (point.lat, point.lng) if point.datum is Datum.GCJ02 else _bd09_to_gcj02(point.lat, point.lng)
    return Point(*_gcj02_to_wgs84(lat, lng))


def to_gcj02(point: Point) -> Point:
    """The same place in GCJ-02."""
    if point.datum is Datum.GCJ02:
        return point
    if point.datum is Datum.BD09:
        return Point(*_bd09_to_gcj02(point.lat, point.lng), Datum.GCJ02)
    return Point(*_wgs84_to_gcj02(point.lat, point.lng), Datum.GCJ02)


def to_bd09(point: Point) -> Point:
    """The same place in BD-09."""
    if point.datum is Datum.BD09:
        return point
    shifted = to_gcj02(point)
    return Point(*_gcj02_to_bd09(shifted.lat, shifted.lng), Datum.BD09)


def metres(one: Point, other: Point) -> float:
    """Great-circle distance in metres (haversine), measured in WGS-84 whatever the datums were."""
    a, b = to_wgs84(one), to_wgs84(other)
    lat_a, lat_b = radians(a.lat), radians(b.lat)
    across, along = radians(b.lng - a.lng), lat_b - lat_a
    h = sin(along / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin(across / 2) ** 2
    return 2 * _EARTH_RADIUS_M * asin(min(1.0, sqrt(h)))


def _wgs84_to_gcj02(lat: float, lng: float) -> tuple[float, float]:
    if not is_in_china(lat, lng):
        return lat, lng
    x, y = lng - 105.0, lat - 35.0
    swell = (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + swell
    north += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + swell
    east += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    magic = 1 - _ECCENTRICITY_SQUARED * sin(radians(lat)) ** 2
    d_lat = north * 180.0 / (_AXIS * (1 - _ECCENTRICITY_SQUARED) / (magic * sqrt(magic)) * pi)
    d_lng = east * 180.0 / (_AXIS / sqrt(magic) * cos(radians(lat)) * pi)
    return lat + d_lat, lng + d_lng


def _gcj02_to_wgs84(lat: float, lng: float) -> tuple[float, float]:
    # The shift has no closed inverse. It changes slowly with the place, so that a fixed-point
    # iteration gains two digits a step; six steps are below what a double can hold.
    guess_lat, guess_lng = lat, lng
    for _ in range(6):
        back_lat, back_lng = _wgs84_to_gcj02(guess_lat, guess_lng)
        guess_lat, guess_lng = guess_lat + lat - back_lat, guess_lng + lng - back_lng
    return guess_lat, guess_lng


def _gcj02_to_bd09(lat: float, lng: float) -> tuple[float, float]:
    if not is_in_china(lat, lng):
        return lat, lng
    z = sqrt(lng * lng + lat * lat) + 0.00002 * sin(lat * _BAIDU)
    theta = atan2(lat, lng) + 0.000003 * cos(lng * _BAIDU)
    return z * sin(theta) + 0.006, z * cos(theta) + 0.0065


def _bd09_to_gcj02(lat: float, lng: float) -> tuple[float, float]:
    if not is_in_china(lat, lng):
        return lat, lng
    x, y = lng - 0.0065, lat - 0.006
    z = sqrt(x * x + y * y) - 0.00002 * sin(y * _BAIDU)
    theta = atan2(y, x) - 0.000003 * cos(x * _BAIDU)
    return z * sin(theta), z * cos(theta)
