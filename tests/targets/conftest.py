"""A company with a plan: November 2026, 21 working days, two product lines, two reps below one manager."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask_sqlalchemy.session import Session
from sqlalchemy import select
from sqlalchemy.orm import scoped_session

from app.core import events
from app.core.actor import Actor
from app.core.db import db, new_id
from app.org import queries as org
from app.sales import service as sales
from app.targets import queries, rules, service
from app.targets.models import Adjustment, ChangeReceipt, Plan, Target
from tests.company import Company, make_company

START, END = date(2026, 11, 1), date(2026, 11, 30)  # 21 working days, no holiday
TODAY = date(2026, 11, 23)  # a Monday: 15 working days have closed


def local(day: date, hour: int = 9) -> datetime:
    """A wall time in Shanghai as an instant."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour - 8)


@dataclass
class Planned:
    """The company, its plan, the leaves by (person id, line), and every event that was announced."""

    company: Company
    plan: Plan
    lines: list[str]
    heard: list[Any] = field(default_factory=list)

    def leaf(self, who: Actor, line: int | None = 0, *, is_unassigned: bool = False) -> Target:
        """The present leaf of a person in a line of November."""
        wanted = queries.current(self.plan.id, [who.person_id]).where(
            Target.period_start == START, Target.is_unassigned.is_(is_unassigned)
        )
        line_id = None if line is None else self.lines[line]
        (found,) = (row for row in db.session.scalars(wanted) if row.product_line_id == line_id)
        return found

    def days(self, who: Actor, line: int | None = 0, *, is_unassigned: bool = False) -> dict[date, int]:
        """What each day of a leaf asks, with the present calendar."""
        row = self.leaf(who, line, is_unassigned=is_unassigned)
        return rules.leaf_days(queries.to_leaf(row), org.day_weights(who.person_id, START, END))

    def total(self) -> int:
        """The sum of all present leaves of November."""
        return sum(row.value for row in db.session.scalars(queries.current(self.plan.id)) if row.period_start == START)

    def ask(self, who: Actor | None = None, *cells: tuple[Target, int], **changes: Any) -> str:
        """A request for other targets; by default the rep asks for 18 instead of 22 in the first line. Its id."""
        who = who or self.company.rep
        wanted = cells or ((self.leaf(self.company.rep), 18_0000_00),)
        given: dict[str, Any] = {
            "id": new_id(),
            "plan_id": self.plan.id,
            "seen_version": self.plan.version,
            "effective_from": TODAY,
            "reason": "三家店装修，月内没有订单。",
            "cells": [{"target_id": row.id, "new_value": value} for row, value in wanted],
        }
        given.update(changes)
        service.request_adjustment(who, **given)
        return str(given["id"])

    def approve(self, adjustment_id: str, who: Actor | None = None, **changes: Any) -> None:
        """The manager approves what they see now."""
        given: dict[str, Any] = {"id": adjustment_id, "seen_version": self.plan.version} | changes
        service.approve_adjustment(who or self.company.manager, **given)

    def receipts(self) -> list[ChangeReceipt]:
        """All receipts of change, in the order of their versions."""
        return list(db.session.scalars(select(ChangeReceipt).order_by(ChangeReceipt.to_version, ChangeReceipt.person_id)))

    def adjustment(self, adjustment_id: str) -> Adjustment:
        """A request as it stands."""
        return db.session.get_one(Adjustment, adjustment_id)

    def sell(self, who: Actor, on: date, amount: int, line: int = 0) -> None:
        """A receipt reported on a day."""
        customer = self.company.customer(who)
        seller = at(who, on, 12)
        sales.report_receipt(
            seller,
            id=new_id(),
            customer_id=customer.id,
            received_on=on,
            amount=amount,
            currency="CNY",
            product_line_id=self.lines[line],
        )


def at(who: Actor, day: date, hour: int = 9, **changes: Any) -> Actor:
    """The same person at a wall time in Shanghai."""
    moment = local(day, hour)
    return replace(who, now=moment, at=moment, **changes)


def month_leaf(who: Actor, line_id: str | None, value: int, **changes: Any) -> service.NewLeaf:
    """A leaf of November to load."""
    leaf: service.NewLeaf = {
        "person_id": who.person_id,
        "period_kind": "month",
        "period_start": START,
        "period_end": END,
        "product_line_id": line_id,
        "value": value,
    }
    leaf.update(changes)  # type: ignore[typeddict-item]
    return leaf


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every event that is announced, while its reactions run as ever."""
    found: list[Any] = []
    announce = events.announce

    def listen(actor: Actor, fact: Any) -> None:
        found.append(fact)
        announce(actor, fact)

    monkeypatch.setattr(events, "announce", listen)
    return found


@pytest.fixture
def planned(session: scoped_session[Session], heard: list[Any]) -> Planned:
    """The company with its plan."""
    return make_planned(heard)


def make_planned(heard: list[Any], code: str = "kq") -> Planned:
    """Li Ting has 22 and 66, her colleague 20 (in 10,000 yuan), another team's rep 30; loaded on 1 October."""
    company = make_company(code)
    lines = [company.line("检验试剂"), company.line("监护设备")]
    loader = at(company.system, date(2026, 10, 1))
    leaves = [
        month_leaf(company.rep, lines[0], 22_0000_00),
        month_leaf(company.rep, lines[1], 66_0000_00),
        month_leaf(company.colleague, lines[0], 20_0000_00),
        month_leaf(company.stranger, lines[0], 30_0000_00),
    ]
    loaded = service.load_plan(
        loader,
        name="2026 回款",
        metric="receipts",
        currency="CNY",
        external_id="P1",
        leaves=leaves,
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
    )
    heard.clear()
    return Planned(company, loaded.plan, lines, heard)
