"""Customers online: managers and others open what their phone does not hold; nobody opens more than they may see."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from app.core.db import db, new_id
from app.org.models import Person
from app.sales import service as sales
from app.visits import service as visits
from tests.company import PHOTO, Company, make_company
from tests.makers import signed_in_client


@pytest.fixture
def company(session: Any) -> Company:
    return make_company()


def get(app: Flask, company: Company, who: str, path: str) -> Any:
    person = db.session.get(Person, getattr(company, who).person_id)
    assert person is not None
    client = signed_in_client(app, person)
    return client.get(path)


@pytest.fixture
def customer_id(company: Company) -> str:
    customer = company.customer(name="湖畔宴餐饮", contacts=[{"id": new_id(), "name": "张经理"}])
    sales.place_order(company.rep, id=new_id(), customer_id=customer.id, ordered_on=date(2026, 11, 20), amount=100_00)
    visit_id = new_id()
    visits.check_in(
        company.rep, id=visit_id, customer_id=customer.id, visit_type_id=company.visit_type.id, planned_on=date(2026, 11, 23)
    )
    visits.finish(company.rep, id=visit_id, outcome="ordered", answers={"shelf": "full"}, photos=[PHOTO])
    visits.add_task(company.rep, id=new_id(), title="报价", customer_id=customer.id)
    sales.report_receipt(
        company.rep, id=new_id(), customer_id=customer.id, received_on=date(2026, 11, 23), amount=5_00, currency="CNY"
    )
    db.session.commit()
    return customer.id


@pytest.mark.parametrize("who, status", [
    ("rep", 200), ("manager", 200), ("director", 200), ("finance", 200), ("admin", 200),
    ("colleague", 404), ("stranger", 404), ("other_manager", 404), ("staff", 404),
])  # fmt: skip
def test_a_customers_page_opens_for_those_who_may_see_it(
    app: Flask, company: Company, customer_id: str, who: str, status: int
) -> None:
    answer = get(app, company, who, f"/api/customers/{customer_id}")
    assert answer.status_code == status
    if status == 200:
        assert {name: len(rows) for name, rows in answer.json.items() if name != "customer"} == {
            "contacts": 1, "orders": 1, "visits": 1, "receipts": 1, "tasks": 1,
        }  # fmt: skip
        assert answer.json["visits"][0]["checked_in_at"] == "2026-11-23T01:00:00.000Z"


def test_the_list_is_searched_within_ones_scope(app: Flask, company: Company, customer_id: str) -> None:
    found = get(app, company, "manager", "/api/customers?q=hpy")
    assert [row["id"] for row in found.json["items"]] == [customer_id]
    assert get(app, company, "other_manager", "/api/customers?q=hpy").json["items"] == []
    assert get(app, company, "manager", "/api/customers?limit=0").status_code == 422


def test_nobody_signed_in_sees_nothing(app: Flask, customer_id: str) -> None:
    assert app.test_client().get("/api/customers").status_code == 401
    assert app.test_client().get(f"/api/customers/{customer_id}").status_code == 401
