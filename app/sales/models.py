"""Tables of products, orders, receipts and the credits that they give."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Index, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import ID_LENGTH, Base, External, Record, Synced, foreign


class ProductLine(External, Synced, Record, Base):
    """A family of products that targets are set for."""

    __tablename__ = "product_line"

    name: Mapped[str] = mapped_column(String(200))
    sort: Mapped[int] = mapped_column(default=0)


class Product(External, Synced, Record, Base):
    """Something that is sold. `price` is in minor units of `currency`."""

    __tablename__ = "product"

    name: Mapped[str] = mapped_column(String(300))
    product_line_id: Mapped[str | None] = foreign("product_line")
    category: Mapped[str | None] = mapped_column(String(120))
    price: Mapped[int | None]
    currency: Mapped[str] = mapped_column(String(3))


class Order(External, Synced, Record, Base):
    """An order. It counts for `person_id`, who sold it, whoever looks after the customer today.

    `amount` is in minor units of `currency`; `base_amount` in the organisation's base currency.
    """

    __tablename__ = "sales_order"

    customer_id: Mapped[str] = foreign("customer")
    person_id: Mapped[str] = foreign("person")
    ordered_on: Mapped[date]
    currency: Mapped[str] = mapped_column(String(3))
    amount: Mapped[int]
    base_amount: Mapped[int]
    local_currency: Mapped[str | None] = mapped_column(String(3))
    flags: Mapped[list[Any]] = mapped_column(default=list)
    archived_at: Mapped[datetime | None]

    lines: Mapped[list[OrderLine]] = relationship(order_by="OrderLine.sort", lazy="selectin")


class OrderLine(Record, Base):
    """One line of an order; on phones it is part of the order's row (`lines`)."""

    __tablename__ = "order_line"

    order_id: Mapped[str] = foreign("sales_order", index=False)
    sort: Mapped[int]
    product_id: Mapped[str] = foreign("product")
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 3))
    amount: Mapped[int]

    __table_args__ = (UniqueConstraint("order_id", "sort"),)


class Receipt(External, Synced, Record, Base):
    """Money collected from a customer (回款): reported by the rep, confirmed by finance."""

    __tablename__ = "receipt"

    customer_id: Mapped[str] = foreign("customer")
    person_id: Mapped[str] = foreign("person")
    order_id: Mapped[str | None] = foreign("sales_order")
    visit_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    product_line_id: Mapped[str | None] = foreign("product_line")
    received_on: Mapped[date]
    currency: Mapped[str] = mapped_column(String(3))
    amount: Mapped[int]
    base_amount: Mapped[int]
    method: Mapped[str | None] = mapped_column(String(40))
    note: Mapped[str | None] = mapped_column(String(1000))
    status: Mapped[str] = mapped_column(String(10), default="reported")  # reported | confirmed | refused
    reported_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    refused_reason: Mapped[str | None] = mapped_column(String(1000))
    archived_at: Mapped[datetime | None]


class Credit(Synced, Record, Base):
    """What a fact counts for a person on a day, per product line: the number behind every pace.

    `metric` is `revenue` (from orders) or `receipts`. `amount` is in minor units of the base currency.
    """

    __tablename__ = "credit"

    person_id: Mapped[str] = foreign("person", index=False)
    on: Mapped[date]
    metric: Mapped[str] = mapped_column(String(20))
    product_line_id: Mapped[str | None] = foreign("product_line")
    customer_id: Mapped[str] = foreign("customer")
    amount: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    source: Mapped[str] = mapped_column(String(10))  # order | receipt
    source_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    archived_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_credit_person_id_on", "person_id", "on"),)


class IncentiveTerm(Record, Base):
    """What a person's pay promises on top of the salary, as a company's files state it.

    Kept as it came, until there are incentive rules that read it. Money in minor units of `currency`.
    """

    __tablename__ = "incentive_term"

    person_id: Mapped[str] = foreign("person", unique=True)
    annual_quota: Mapped[int | None]
    bonus: Mapped[int | None]
    commission_rate: Mapped[Decimal | None] = mapped_column(Numeric(9, 6))
    currency: Mapped[str] = mapped_column(String(3))


class FxRate(Record, Base):
    """What one unit of a currency was worth in the base currency on a day."""

    __tablename__ = "fx_rate"

    currency: Mapped[str] = mapped_column(String(3))
    on: Mapped[date]
    average: Mapped[Decimal] = mapped_column(Numeric(18, 8))
    end_of_day: Mapped[Decimal] = mapped_column(Numeric(18, 8))

    __table_args__ = (UniqueConstraint("organization_id", "currency", "on"),)
