"""How often something may be tried holds across processes and threads, because the database counts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from flask import Flask

from app.core.db import db
from app.core.limits import Limit, RateCount, give_back, spend
from tests.makers import NOW

FIVE = Limit("five", 5, 60)


def test_of_many_attempts_at_one_moment_no_more_than_allowed_pass(app: Flask) -> None:
    def attempt(_: int) -> int:
        with app.app_context():
            return spend(FIVE, "somebody", NOW)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(attempt, range(24)))
    assert answers.count(0) == FIVE.attempts
    assert all(0 < seconds <= FIVE.seconds + 1 for seconds in answers if seconds)


def test_keys_and_limits_count_apart(session) -> None:  # type: ignore[no-untyped-def]
    one = Limit("one", 1, 60)
    assert spend(one, "a", NOW) == 0
    assert spend(one, "b", NOW) == 0
    assert spend(FIVE, "a", NOW) == 0
    assert spend(one, "a", NOW) > 0


def test_a_window_ends_and_leaves_nothing_behind(session) -> None:  # type: ignore[no-untyped-def]
    one = Limit("one", 1, 60)
    spend(one, "a", NOW)
    assert spend(one, "a", NOW + timedelta(seconds=59)) == 2
    assert spend(one, "a", NOW + timedelta(seconds=60)) == 0
    spend(one, "b", NOW + timedelta(seconds=200))
    assert [row.key for row in db.session.query(RateCount)] == ["one:b"]


def test_an_attempt_that_was_right_is_given_back(session) -> None:  # type: ignore[no-untyped-def]
    one = Limit("one", 1, 60)
    for _ in range(3):
        assert spend(one, "a", NOW) == 0
        give_back(one, "a")
        db.session.commit()
