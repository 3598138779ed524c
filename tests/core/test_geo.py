"""Positions are compared in one datum, whatever datum each was given in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.geo import Datum, Point, metres, to_bd09, to_gcj02, to_wgs84

# Tiananmen in three datums, as published with eviltransform and coordtransform.
TIANANMEN = {
    Datum.WGS84: (39.907333, 116.391083),
    Datum.GCJ02: (39.908736, 116.397327),
    Datum.BD09: (39.915083, 116.403703),
}

in_china = st.builds(Point, st.floats(18.5, 52.0), st.floats(75.0, 134.0), st.sampled_from(list(Datum)))


def test_a_pin_in_gcj02_and_a_wgs84_fix_at_the_same_door_are_less_than_30_m_apart() -> None:
    door = Point(30.2592, 120.1301)  # West Lake, Hangzhou
    pin = to_gcj02(door)
    assert 300 < metres(door, Point(pin.lat, pin.lng)) < 800, "taken at face value the shift is hundreds of metres"
    assert metres(door, pin) < 30


@pytest.mark.parametrize("one", Datum)
@pytest.mark.parametrize("other", Datum)
def test_a_known_place_is_the_same_place_in_every_datum(one: Datum, other: Datum) -> None:
    assert metres(Point(*TIANANMEN[one], one), Point(*TIANANMEN[other], other)) < 30


@pytest.mark.parametrize("place", [Point(47.6597, -122.4088), Point(48.8566, 2.3522), Point(-33.8688, 151.2093)])
def test_outside_china_no_datum_shifts(place: Point) -> None:
    assert (to_gcj02(place).lat, to_gcj02(place).lng) == (place.lat, place.lng)
    assert (to_bd09(place).lat, to_bd09(place).lng) == (place.lat, place.lng)


@given(in_china)
def test_going_to_another_datum_and_back_ends_at_the_same_place(point: Point) -> None:
    there = to_wgs84(point)
    assert metres(there, to_gcj02(there)) < 0.01
    assert metres(there, to_bd09(there)) < 2


@given(in_china, in_china)
def test_a_distance_is_the_same_from_both_ends(one: Point, other: Point) -> None:
    assert metres(one, other) == pytest.approx(metres(other, one))


def test_a_degree_of_latitude_is_about_111_km() -> None:
    assert metres(Point(0, 0), Point(1, 0)) == pytest.approx(111_195, abs=1)
