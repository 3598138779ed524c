"""Which orders, receipts and credits a person may see, and where they travel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select

from app.core.actor import Actor, Role
from app.core.db import db
from app.core.errors import NotFound
from app.customers import queries as customers
from app.customers.models import Customer
from app.org import queries as org
from app.sales.models import Credit, FxRate, Order, Product, ProductLine, Receipt

# --- Buckets and grants ------------------------------------------------------------------------


def organization_bucket(row: Any) -> list[str]:
    """Products and their lines are seen by everyone in the organisation."""
    return [f"org:{row.organization_id}"]


def order_buckets(order: Order) -> list[str]:
    """An order hangs off its customer."""
    return [] if order.archived_at else [f"cust:{order.customer_id}"]


def receipt_buckets(receipt: Receipt) -> list[str]:
    """A receipt hangs off its customer, and stays with who reported it."""
    return [] if receipt.archived_at else [f"cust:{receipt.customer_id}", f"person:{receipt.person_id}"]


def credit_buckets(credit: Credit) -> list[str]:
    """A credit is its person's, and of those above."""
    return [] if credit.archived_at else [f"person:{credit.person_id}"]


def finance_grants(organization_id: str, person_ids: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Finance holds the customers that have a receipt to confirm."""
    finance = sorted(set(person_ids) & set(org.with_role(organization_id, Role.FINANCE)))
    if not finance:
        return []
    waiting = db.session.scalars(
        select(Receipt.customer_id)
        .where(
            Receipt.organization_id == organization_id,
            Receipt.status == "reported",
            Receipt.archived_at.is_(None),
        )
        .distinct()
        .order_by(Receipt.customer_id)
    ).all()
    return [(person, f"cust:{customer}") for person in finance for customer in waiting]


def touched_finance(receipt: Receipt, changed: Mapping[str, Any]) -> Sequence[str]:
    """A receipt that is new or changes its status touches what finance holds."""
    if changed and not {"status", "customer_id", "archived_at"} & changed.keys():
        return []
    return org.with_role(receipt.organization_id, Role.FINANCE)


def touched_by_role(person: Any, changed: Mapping[str, Any]) -> Sequence[str]:
    """A person who joins or leaves finance, or is disabled."""
    return [person.id] if not changed or {"role", "is_active"} & changed.keys() else []


# --- Scope -------------------------------------------------------------------------------------


def orders_of(actor: Actor, customer: Customer, limit: int = 200) -> list[Order]:
    """The orders of a customer, newest first. The caller got the customer through customers.get."""
    found = select(Order).where(Order.organization_id == actor.organization_id, Order.customer_id == customer.id)
    return list(db.session.scalars(found.order_by(Order.ordered_on.desc(), Order.id).limit(limit)))


def receipts_of(actor: Actor, customer: Customer, limit: int = 200) -> list[Receipt]:
    """The receipts of a customer, newest first. The caller got the customer through customers.get."""
    found = select(Receipt).where(Receipt.organization_id == actor.organization_id, Receipt.customer_id == customer.id)
    return list(db.session.scalars(found.order_by(Receipt.received_on.desc(), Receipt.id).limit(limit)))


def visible_receipts(actor: Actor) -> Select[Receipt]:
    """The receipts whose customer the actor may see, or that the actor reported."""
    return (
        select(Receipt)
        .join(Customer, Customer.id == Receipt.customer_id)
        .where(
            Receipt.organization_id == actor.organization_id,
            customers.scope(actor) | (Receipt.person_id == actor.person_id),
        )
        .order_by(Receipt.received_on.desc(), Receipt.id)
    )


def get_receipt(actor: Actor, receipt_id: str) -> Receipt:
    """A receipt that the actor may see. Raises NotFound."""
    receipt = db.session.scalar(visible_receipts(actor).where(Receipt.id == receipt_id))
    if receipt is None:
        raise NotFound()
    return receipt


# --- Products and rates ------------------------------------------------------------------------


def lines_of_products(organization_id: str, product_ids: Iterable[str]) -> dict[str, str | None]:
    """The product line of each product of the organisation; unknown products are missing."""
    found = select(Product.id, Product.product_line_id).where(
        Product.organization_id == organization_id, Product.id.in_(list(product_ids))
    )
    return {row.id: row.product_line_id for row in db.session.execute(found)}


def rate(organization_id: str, currency: str, on: date) -> Decimal | None:
    """What one unit of a currency was worth in the base currency on a day (the day's average)."""
    return db.session.scalar(
        select(FxRate.average).where(FxRate.organization_id == organization_id, FxRate.currency == currency, FxRate.on == on)
    )


# --- Credits -----------------------------------------------------------------------------------


def credited(person_ids: Sequence[str], metric: str, start: date, end: date) -> dict[str, dict[date, int]]:
    """What people were credited in a metric, by person and day, in minor units of the base currency.

    All product lines together. People and days without a credit are missing.
    """
    rows = db.session.execute(
        select(Credit.person_id, Credit.on, func.sum(Credit.amount))
        .where(
            Credit.person_id.in_(list(person_ids)),
            Credit.metric == metric,
            Credit.on.between(start, end),
            Credit.archived_at.is_(None),
        )
        .group_by(Credit.person_id, Credit.on)
        .order_by(Credit.person_id, Credit.on)
    )
    found: dict[str, dict[date, int]] = {}
    for person_id, on, amount in rows:
        found.setdefault(person_id, {})[on] = int(amount)
    return found


def line_names(line_ids: Iterable[str]) -> dict[str, str]:
    """The names of product lines."""
    rows = db.session.execute(select(ProductLine.id, ProductLine.name).where(ProductLine.id.in_(list(line_ids))))
    return {row.id: row.name for row in rows}
