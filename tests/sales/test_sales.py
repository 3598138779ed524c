"""Orders and receipts: what counts, for whom, and who decides."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.core.actor import Actor, Role
from app.core.db import db, new_id
from app.core.errors import AccessLost, Forbidden, NotFound, Refusal
from app.customers import service as customers
from app.customers.models import Customer
from app.org import service as org
from app.sales import queries, service
from app.sales.models import Credit, Order, Receipt
from tests.company import MORNING, Company, make_company

pytestmark = pytest.mark.usefixtures("session")
TODAY = date(2026, 11, 23)


@pytest.fixture
def company(session: Any) -> Company:
    return make_company()


@pytest.fixture
def customer(company: Company) -> Customer:
    return company.customer()


def report(actor: Actor, customer: Customer, **values: Any) -> Receipt:
    args = {"id": new_id(), "customer_id": customer.id, "received_on": TODAY, "amount": 30_000_00, "currency": "CNY", **values}
    service.report_receipt(actor, **args)
    found = db.session.get(Receipt, args["id"])
    assert found is not None
    return found


def credits_in_db() -> list[tuple[str, str, str | None, int]]:
    found = db.session.scalars(select(Credit).order_by(Credit.metric, Credit.amount))
    return [(row.person_id, row.metric, row.product_line_id, row.amount) for row in found]


def test_a_reported_receipt_counts_at_once_and_stays_when_it_is_confirmed(company: Company, customer: Customer) -> None:
    line = company.line()
    receipt = report(company.rep, customer, product_line_id=line)
    expected = [(company.rep.person_id, "receipts", line, 30_000_00)]
    assert (receipt.status, credits_in_db()) == ("reported", expected)
    service.confirm_receipt(company.finance, id=receipt.id)
    assert (receipt.status, receipt.confirmed_by, credits_in_db()) == ("confirmed", company.finance.person_id, expected)


def test_a_refused_receipt_stays_with_its_reason_and_no_longer_counts(company: Company, customer: Customer) -> None:
    receipt = report(company.rep, customer)
    with pytest.raises(Refusal):
        service.refuse_receipt(company.finance, id=receipt.id, reason=" ")
    service.refuse_receipt(company.finance, id=receipt.id, reason="没有到账")
    assert (receipt.status, receipt.refused_reason, credits_in_db()) == ("refused", "没有到账", [])


def test_a_receipt_is_decided_once(company: Company, customer: Customer) -> None:
    receipt = report(company.rep, customer)
    service.confirm_receipt(company.finance, id=receipt.id)
    for decide in (lambda: service.confirm_receipt(company.finance, id=receipt.id),
                   lambda: service.refuse_receipt(company.finance, id=receipt.id, reason="x")):  # fmt: skip
        with pytest.raises(Refusal, match="already_decided"):
            decide()


@pytest.mark.parametrize("who", ["rep", "manager", "director", "admin", "staff"])
def test_only_finance_confirms_receipts(company: Company, customer: Customer, who: str) -> None:
    receipt = report(company.rep, customer)
    with pytest.raises(Forbidden):
        service.confirm_receipt(getattr(company, who), id=receipt.id)
    assert receipt.status == "reported"


def test_nobody_confirms_a_receipt_of_their_own(company: Company, customer: Customer) -> None:
    receipt = report(company.rep, customer)
    org.set_person(company.admin, person_id=company.rep.person_id, fields={"role": "finance"})
    turned = Actor(company.rep.organization_id, company.rep.person_id, Role.FINANCE, MORNING, MORNING)
    with pytest.raises(Forbidden, match="own_receipt"):
        service.confirm_receipt(turned, id=receipt.id)


def test_finance_of_another_organisation_does_not_find_the_receipt(company: Company, customer: Customer) -> None:
    receipt = report(company.rep, customer)
    with pytest.raises(NotFound):
        service.confirm_receipt(make_company("other").finance, id=receipt.id)


def test_a_receipt_of_a_customer_outside_ones_scope_is_refused(company: Company, customer: Customer) -> None:
    with pytest.raises(NotFound):
        report(company.stranger, customer)
    customers.reassign(company.manager, customer_id=customer.id, owner_id=company.colleague.person_id)
    with pytest.raises(AccessLost):
        report(company.rep, customer)
    assert credits_in_db() == []


@pytest.mark.parametrize("values, code", [
    ({"amount": 0}, "amount_not_positive"),
    ({"amount": -5}, "amount_not_positive"),
    ({"received_on": date(2026, 11, 24)}, "received_in_future"),
    ({"currency": "USD"}, "no_rate"),
])  # fmt: skip
def test_a_receipt_that_cannot_be_is_refused_with_the_field(company: Company, customer: Customer, values: Any, code: str) -> None:
    with pytest.raises(Refusal, match=code) as refused:
        report(company.rep, customer, **values)
    assert refused.value.fields is not None
    assert set(refused.value.fields) <= set(values)


def test_a_foreign_amount_is_converted_with_the_rate_of_its_day_and_both_are_kept(company: Company, customer: Customer) -> None:
    service.set_rate(company.finance, currency="USD", on=TODAY, average=Decimal("7.1"))
    receipt = report(company.rep, customer, amount=1000_00, currency="USD")
    assert (receipt.amount, receipt.base_amount) == (1000_00, 7100_00)
    assert credits_in_db() == [(company.rep.person_id, "receipts", None, 7100_00)]
    with pytest.raises(Refusal, match="no_rate"):
        report(company.rep, customer, currency="USD", received_on=date(2026, 11, 22))


def test_an_order_counts_per_product_line_for_who_sold_it_whoever_looks_after_the_customer(
    company: Company, customer: Customer
) -> None:
    line = company.line()
    lines = [
        {"product_id": company.product(line), "quantity": 2, "amount": 300_00},
        {"product_id": company.product(), "quantity": 1, "amount": 50_00},
    ]
    service.place_order(
        company.system, id=new_id(), customer_id=customer.id, person_id=company.colleague.person_id, ordered_on=TODAY, lines=lines
    )
    order = db.session.scalars(select(Order)).one()
    assert (order.amount, order.base_amount, [row.amount for row in order.lines]) == (350_00, 350_00, [300_00, 50_00])
    colleague = company.colleague.person_id
    assert credits_in_db() == [(colleague, "revenue", None, 50_00), (colleague, "revenue", line, 300_00)]


def test_a_rep_places_no_orders_for_a_colleague(company: Company, customer: Customer) -> None:
    with pytest.raises(Forbidden):
        service.place_order(
            company.rep, id=new_id(), customer_id=customer.id, person_id=company.colleague.person_id, ordered_on=TODAY, amount=1
        )


def test_an_order_of_another_customer_or_an_unknown_product_is_refused(company: Company, customer: Customer) -> None:
    other = company.customer(name="别家")
    order_id = new_id()
    service.place_order(company.rep, id=order_id, customer_id=other.id, ordered_on=TODAY, amount=100)
    with pytest.raises(Refusal, match="order_of_another"):
        report(company.rep, customer, order_id=order_id)
    foreign = make_company("other").product()
    with pytest.raises(Refusal, match="unknown_product"):
        service.place_order(
            company.rep, id=new_id(), customer_id=customer.id, ordered_on=TODAY,
            lines=[{"product_id": foreign, "quantity": 1, "amount": 1}],
        )  # fmt: skip


def test_finance_holds_a_customer_only_while_it_has_a_receipt_to_confirm(company: Company, customer: Customer) -> None:
    organization_id, finance = company.finance.organization_id, company.finance.person_id
    everyone = [finance, company.rep.person_id]
    assert list(queries.finance_grants(organization_id, everyone)) == []
    receipt = report(company.rep, customer)
    assert list(queries.finance_grants(organization_id, everyone)) == [(finance, f"cust:{customer.id}")]
    service.confirm_receipt(company.finance, id=receipt.id)
    assert list(queries.finance_grants(organization_id, everyone)) == []
    assert queries.touched_finance(receipt, {"status": "reported"}) == [finance]


def test_who_sees_a_receipt(company: Company, customer: Customer) -> None:
    receipt = report(company.rep, customer)
    for actor in (company.rep, company.manager, company.director, company.finance, company.admin):
        assert queries.get_receipt(actor, receipt.id) is receipt
    for actor in (company.colleague, company.stranger, company.other_manager, company.staff):
        with pytest.raises(NotFound):
            queries.get_receipt(actor, receipt.id)


def test_a_credit_travels_only_to_its_person(company: Company, customer: Customer) -> None:
    report(company.rep, customer)
    credit = db.session.scalars(select(Credit)).one()
    assert queries.credit_buckets(credit) == [f"person:{company.rep.person_id}"]
