"""Requests, decisions, leave and passing days in any order: the books always balance (planning.md 1.9).

A plain model beside the services knows each person's value, each request's state, and what every closed
day asked when it closed. After every step the database must say the same.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.core.actor import Actor
from app.core.db import db, new_id
from app.core.errors import Refusal
from app.org import queries as org
from app.org import service as org_service
from app.targets import queries, service
from tests import databases
from tests.targets.conftest import END, START, Planned, at, make_planned

WAN = 1_0000_00
REPS = ("rep", "colleague")


class Adjusting(RuleBasedStateMachine):
    """One company, one month, two reps of one manager, two product lines of the first."""

    app: Flask
    requests = Bundle("requests")

    def __init__(self) -> None:
        super().__init__()
        databases.empty(db.engine)
        self.planned: Planned = make_planned([])
        self.day = START + timedelta(days=9)
        self.total = self.planned.total()
        self.values = {"rep": 22 * WAN, "colleague": 20 * WAN}
        self.status: dict[str, str] = {}
        self.wish: dict[str, tuple[str, int]] = {}
        self.closed: dict[str, dict[date, int]] = {who: {} for who in REPS}
        self.receipts = 0

    @initialize()
    def close_the_first_days(self) -> None:
        self._remember()

    def actor(self, who: str) -> Actor:
        return at(getattr(self.planned.company, who), self.day)

    def _remember(self) -> None:
        """What each day that has closed by now asked, kept at its first close."""
        for who in REPS:
            for day, amount in self.planned.days(self.actor(who)).items():
                if day < self.day:
                    self.closed[who].setdefault(day, amount)

    @rule(target=requests, who=st.sampled_from(REPS), value=st.integers(0, 50), wait=st.integers(0, 3))
    def ask(self, who: str, value: int, wait: int) -> Any:
        leaf = self.planned.leaf(self.actor(who))
        wanted = value * WAN + 1
        if wanted == leaf.value:
            return None
        request = self.planned.ask(self.actor(who), (leaf, wanted), effective_from=min(self.day + timedelta(days=wait), END))
        self.status[request], self.wish[request] = "submitted", (who, wanted)
        return request

    @rule(request=requests, by=st.sampled_from(["manager", "director", "rep", "colleague", "admin"]))
    def approve(self, request: str | None, by: str) -> None:
        if request is None:
            return
        who, wanted = self.wish[request]
        may = by in ("manager", "director") and self.status[request] == "submitted" and wanted != self.values[who]
        try:
            self.planned.approve(request, self.actor(by))
        except Refusal:
            assert not may
            db.session.expire_all()
            return
        assert may
        self.status[request] = "approved"
        self.values[who] = wanted
        self.receipts += 1

    @rule(request=requests, how=st.sampled_from(["reject", "return", "withdraw"]))
    def turn_down(self, request: str | None, how: str) -> None:
        if request is None:
            return
        is_open = self.status[request] == "submitted"
        try:
            if how == "withdraw":
                service.withdraw_adjustment(self.actor(self.wish[request][0]), id=request)
            else:
                call = service.reject_adjustment if how == "reject" else service.return_adjustment
                call(self.actor("manager"), id=request, seen_version=self.planned.plan.version, note="不行")
        except Refusal as refusal:
            self.expect_decided(refusal, is_open)
            return
        assert is_open
        self.status[request] = {"reject": "rejected", "return": "returned", "withdraw": "withdrawn"}[how]

    def expect_decided(self, refusal: Refusal, is_open: bool) -> None:
        assert (refusal.code, is_open) == ("already_decided", False)

    @rule(request=requests)
    def undo(self, request: str | None) -> None:
        if request is None:
            return
        who, _ = self.wish[request]
        old = self.planned.adjustment(request).cells[0]["old_value"]
        try:
            service.undo_adjustment(self.actor("manager"), id=request)
        except Refusal:
            return
        assert self.status[request] == "approved"
        self.status[request] = "undone"
        leaf = self.planned.leaf(self.actor(who))
        assert leaf.from_version == self.planned.plan.version
        self.values[who] = leaf.value
        assert old is not None
        self.receipts += 1

    @rule(who=st.sampled_from(REPS), start=st.integers(0, 20), length=st.integers(0, 4), share=st.sampled_from([50, 100]))
    def take_leave(self, who: str, start: int, length: int, share: int) -> None:
        first = START + timedelta(days=start)
        person_id = getattr(self.planned.company, who).person_id
        org_service.add_leave(
            self.actor(who), id=new_id(), person_id=person_id, from_on=first, to_on=first + timedelta(days=length), share=share
        )

    @precondition(lambda self: self.day < END)
    @rule(days=st.integers(1, 4))
    def let_days_pass(self, days: int) -> None:
        self.day = min(self.day + timedelta(days=days), END)
        self._remember()

    @invariant()
    def the_team_keeps_its_total(self) -> None:
        assert self.planned.total() == self.total

    @invariant()
    def every_person_has_what_was_decided(self) -> None:
        for who in REPS:
            assert self.planned.leaf(self.actor(who)).value == self.values[who]

    @invariant()
    def closed_days_keep_what_they_asked(self) -> None:
        for who in REPS:
            days = self.planned.days(self.actor(who))
            assert {day: days[day] for day in self.closed[who]} == self.closed[who]

    @invariant()
    def days_never_ask_more_or_less_than_the_target_unless_no_day_is_left(self) -> None:
        for who in REPS:
            days = self.planned.days(self.actor(who))
            leaf = self.planned.leaf(self.actor(who))
            weights = org.day_weights(leaf.person_id, START, END)
            if any(weight for day, weight in weights.items() if leaf.frozen_until is None or day > leaf.frozen_until):
                assert sum(days.values()) == leaf.value

    @invariant()
    def requests_stand_as_they_were_decided_and_receipts_are_counted(self) -> None:
        for request, status in self.status.items():
            assert self.planned.adjustment(request).status == status
        assert len(self.planned.receipts()) == self.receipts

    @invariant()
    def exactly_one_leaf_holds_at_each_place(self) -> None:
        rows = list(db.session.scalars(queries.current(self.planned.plan.id)))
        places = [(r.person_id, r.product_line_id, r.period_start, r.is_unassigned) for r in rows]
        assert len(places) == len(set(places))

    def teardown(self) -> None:
        db.session.rollback()


@pytest.mark.one_database
def test_in_any_order_of_requests_decisions_leave_and_days_the_books_balance(app: Flask) -> None:
    with app.app_context():
        run_state_machine_as_test(
            Adjusting,
            settings=settings(max_examples=12, stateful_step_count=18, deadline=None, suppress_health_check=list(HealthCheck)),
        )
