"""What people do with orders and receipts. One function per verb; nobody here commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.core import events, synced
from app.core.actor import Actor, Role
from app.core.db import Base, db, new_id
from app.core.errors import Forbidden, NotFound, Refusal
from app.customers import queries as customers
from app.org import queries as org
from app.sales import queries, rules
from app.sales.events import OrderPlaced, ReceiptConfirmed, ReceiptRefused, ReceiptReported
from app.sales.models import Credit, FxRate, Order, OrderLine, Product, ProductLine, Receipt

_SELLS = {Role.REP, Role.MANAGER, Role.DIRECTOR, Role.ADMIN}


# --- Products and rates ------------------------------------------------------------------------


def add_product_line(actor: Actor, *, id: str, name: str, sort: int = 0) -> ProductLine:
    """Adds a product line. For admins."""
    _check_admin(actor)
    line = ProductLine(**_record(actor, id), name=name, sort=sort)
    db.session.add(line)
    db.session.flush()
    return line


def add_product(
    actor: Actor,
    *,
    id: str,
    name: str,
    product_line_id: str | None = None,
    category: str | None = None,
    price: int | None = None,
    currency: str | None = None,
) -> Product:
    """Adds a product. For admins. `price` is in minor units of `currency` (the base currency unless given)."""
    _check_admin(actor)
    if product_line_id is not None:
        _check_line(actor, product_line_id)
    product = Product(
        **_record(actor, id),
        name=name,
        product_line_id=product_line_id,
        category=category,
        price=price,
        currency=currency or org.organization(actor).currency,
    )
    db.session.add(product)
    db.session.flush()
    return product


def set_rate(actor: Actor, *, currency: str, on: date, average: Decimal, end_of_day: Decimal | None = None) -> None:
    """Stores what one unit of a currency is worth in the base currency on a day. For admins and finance."""
    if actor.role not in {Role.ADMIN, Role.FINANCE}:
        raise Forbidden()
    known = db.session.scalar(
        select(FxRate).where(FxRate.organization_id == actor.organization_id, FxRate.currency == currency, FxRate.on == on)
    )
    if known is None:
        known = FxRate(
            organization_id=actor.organization_id, created_at=actor.at, created_by=_author(actor), currency=currency, on=on
        )
        db.session.add(known)
    known.average = average
    known.end_of_day = average if end_of_day is None else end_of_day
    db.session.flush()


def to_base(actor: Actor, amount: int, currency: str, on: date) -> int:
    """An amount in the base currency by the stored rate of its day; refused where there is none."""
    base = org.organization(actor).currency
    if currency == base:
        return amount
    rate = queries.rate(actor.organization_id, currency, on)
    if rate is None:
        raise Refusal("sales.no_rate", fields={"currency": "sales.no_rate"}, currency=currency, on=on.isoformat())
    return rules.convert(amount, currency, base, rate)


# --- Orders ------------------------------------------------------------------------------------


def place_order(
    actor: Actor,
    *,
    id: str,
    customer_id: str,
    ordered_on: date,
    lines: Sequence[Mapping[str, Any]] = (),
    amount: int | None = None,
    currency: str | None = None,
    person_id: str | None = None,
    external_id: str | None = None,
) -> None:
    """Records an order: `lines` are {product_id, quantity, amount}; the amount is their sum unless given.

    It counts for the actor, or for `person_id` where an admin or the system records it for someone.
    """
    if actor.role not in _SELLS:
        raise Forbidden()
    seller = person_id or actor.person_id
    if seller != actor.person_id and actor.role is not Role.ADMIN:
        raise Forbidden()
    customer = customers.get(actor, customer_id)
    _check_free(Order, id)
    currency = currency or org.organization(actor).currency
    amount = sum(line["amount"] for line in lines) if amount is None else amount
    order = Order(
        **_record(actor, id),
        external_id=external_id,
        customer_id=customer.id,
        person_id=seller,
        ordered_on=ordered_on,
        currency=currency,
        amount=amount,
        base_amount=to_base(actor, amount, currency, ordered_on),
        flags=[],
        lines=[
            OrderLine(
                organization_id=actor.organization_id,
                created_at=actor.at,
                created_by=_author(actor),
                sort=sort,
                product_id=line["product_id"],
                quantity=Decimal(line["quantity"]),
                amount=line["amount"],
            )
            for sort, line in enumerate(lines)
        ],
    )
    product_lines = queries.lines_of_products(actor.organization_id, {line.product_id for line in order.lines})
    if any(line.product_id not in product_lines for line in order.lines):
        raise Refusal("sales.unknown_product", fields={"lines": "sales.unknown_product"})
    db.session.add(order)
    db.session.flush()
    credit(actor, order_fact(order, product_lines))
    events.announce(actor, OrderPlaced(order.id, order.customer_id, order.person_id))


# --- Receipts ----------------------------------------------------------------------------------


def report_receipt(
    actor: Actor,
    *,
    id: str,
    customer_id: str,
    received_on: date,
    amount: int,
    currency: str,
    visit_id: str | None = None,
    order_id: str | None = None,
    product_line_id: str | None = None,
    method: str | None = None,
    note: str | None = None,
) -> None:
    """Reports money collected from a customer. It counts at once, and is marked until finance confirms it."""
    if actor.role not in _SELLS:
        raise Forbidden()
    customer = customers.get(actor, customer_id)
    _check_free(Receipt, id)
    _check_amount(amount)
    if received_on > customers.today(actor):
        raise Refusal("sales.received_in_future", fields={"received_on": "sales.received_in_future"})
    if product_line_id is not None:
        _check_line(actor, product_line_id)
    if order_id is not None:
        _check_order(actor, order_id, customer.id)
    receipt = Receipt(
        **_record(actor, id),
        customer_id=customer.id,
        person_id=actor.person_id,
        order_id=order_id,
        visit_id=visit_id,
        product_line_id=product_line_id,
        received_on=received_on,
        currency=currency,
        amount=amount,
        base_amount=to_base(actor, amount, currency, received_on),
        method=method,
        note=note,
        status="reported",
        reported_at=actor.at,
    )
    db.session.add(receipt)
    db.session.flush()
    credit(actor, receipt_fact(receipt))
    events.announce(actor, ReceiptReported(receipt.id, receipt.customer_id, receipt.person_id, amount, currency))


def confirm_receipt(actor: Actor, *, id: str) -> None:
    """Finance saw the money. Nobody confirms a receipt of their own, and each is decided once."""
    receipt = _to_decide(actor, id)
    receipt.status = "confirmed"
    _decided(actor, receipt)
    events.announce(
        actor,
        ReceiptConfirmed(receipt.id, receipt.customer_id, receipt.person_id, receipt.amount, receipt.currency),
    )


def refuse_receipt(actor: Actor, *, id: str, reason: str) -> None:
    """Finance did not find the money: the receipt stays, says why, and no longer counts."""
    receipt = _to_decide(actor, id)
    if not reason.strip():
        raise Refusal("invalid", fields={"reason": "required"})
    receipt.status = "refused"
    receipt.refused_reason = reason.strip()
    _decided(actor, receipt)
    events.announce(actor, ReceiptRefused(receipt.id, receipt.customer_id, receipt.person_id, reason.strip()))


def _to_decide(actor: Actor, receipt_id: str) -> Receipt:
    if actor.role is not Role.FINANCE:
        raise Forbidden()
    receipt = queries.get_receipt(actor, receipt_id)
    if receipt.person_id == actor.person_id:
        raise Forbidden("sales.own_receipt")
    if receipt.status != "reported":
        raise Refusal("sales.already_decided", status=409)
    return receipt


def _decided(actor: Actor, receipt: Receipt) -> None:
    receipt.confirmed_at = actor.at
    receipt.confirmed_by = actor.person_id
    db.session.flush()
    credit(actor, receipt_fact(receipt))


# --- Facts of record -----------------------------------------------------------------------------


def load_history(actor: Actor, *, orders: Sequence[Order], receipts: Sequence[Receipt]) -> None:
    """Takes over many orders and receipts that another system has settled, with their credits. For admins.

    The rows are as `order_of_record` and `receipt_of_record` make them. No events are announced: it is
    history, and nobody is told of it.
    """
    _check_admin(actor)
    product_lines = queries.lines_of_products(
        actor.organization_id, {line.product_id for order in orders for line in order.lines}
    )
    facts = [order_fact(order, product_lines) for order in orders] + [receipt_fact(receipt) for receipt in receipts]
    currency = org.organization(actor).currency
    bulk = synced.bulk()
    bulk.insert(Order, [_columns(order) for order in orders])
    bulk.insert(OrderLine, [_columns(line) | {"order_id": order.id} for order in orders for line in order.lines])
    bulk.insert(Receipt, [_columns(receipt) for receipt in receipts])
    bulk.insert(
        Credit,
        [_record(actor, share.id) | credit_values(fact, share, currency) for fact in facts for share in rules.credits_of(fact)],
    )


def order_of_record(
    actor: Actor,
    *,
    id: str,
    customer_id: str,
    person_id: str,
    ordered_on: date,
    lines: Sequence[Mapping[str, Any]],
    currency: str,
) -> Order:
    """An order for `load_history`; `lines` are {product_id, quantity, amount} in minor units."""
    amount = sum(line["amount"] for line in lines)
    return Order(
        **_record(actor, id),
        customer_id=customer_id,
        person_id=person_id,
        ordered_on=ordered_on,
        currency=currency,
        amount=amount,
        base_amount=to_base(actor, amount, currency, ordered_on),
        flags=[],
        lines=[OrderLine(**_record(actor, new_id()), sort=sort, **line) for sort, line in enumerate(lines)],
    )


def receipt_of_record(
    actor: Actor,
    *,
    id: str,
    customer_id: str,
    person_id: str,
    received_on: date,
    amount: int,
    currency: str,
    confirmed_by: str,
    **values: Any,
) -> Receipt:
    """A confirmed receipt for `load_history`; `values` are further columns."""
    return Receipt(
        **_record(actor, id),
        customer_id=customer_id,
        person_id=person_id,
        received_on=received_on,
        currency=currency,
        amount=amount,
        base_amount=to_base(actor, amount, currency, received_on),
        status="confirmed",
        reported_at=actor.at,
        confirmed_at=actor.at,
        confirmed_by=confirmed_by,
        **values,
    )


def _columns(row: Base) -> dict[str, Any]:
    """The columns of a row that was set, for a bulk insert of rows that all set the same ones."""
    return {attribute.key: getattr(row, attribute.key) for attribute in type(row).__mapper__.column_attrs}


# --- Credits -----------------------------------------------------------------------------------


def order_fact(order: Order, product_lines: Mapping[str, str | None]) -> rules.Fact:
    """An order as what it counts: per product line by its lines, the rest for no line."""
    return rules.Fact(
        source="order",
        source_id=order.id,
        person_id=order.person_id,
        customer_id=order.customer_id,
        on=order.ordered_on,
        amount=order.amount,
        base_amount=order.base_amount,
        parts=tuple((product_lines[line.product_id], line.amount) for line in order.lines),
    )


def receipt_fact(receipt: Receipt) -> rules.Fact:
    """A receipt as what it counts: reported or confirmed in full, refused not at all."""
    return rules.Fact(
        source="receipt",
        source_id=receipt.id,
        person_id=receipt.person_id,
        customer_id=receipt.customer_id,
        on=receipt.received_on,
        amount=receipt.amount,
        base_amount=receipt.base_amount,
        parts=((receipt.product_line_id, receipt.amount),),
        counts=receipt.status != "refused",
    )


def credit(actor: Actor, fact: rules.Fact) -> None:
    """Brings the credits of a fact to what the rule says: new ones added, changed ones changed, others deleted."""
    currency = org.organization(actor).currency
    known = {
        row.id: row
        for row in db.session.scalars(
            select(Credit).where(Credit.source == fact.source, Credit.source_id == fact.source_id).order_by(Credit.id)
        )
    }
    for share in rules.credits_of(fact):
        row = known.pop(share.id, None)
        if row is None:
            row = Credit(**_record(actor, share.id))
            db.session.add(row)
        for name, value in credit_values(fact, share, currency).items():
            setattr(row, name, value)
    for row in known.values():
        db.session.delete(row)
    db.session.flush()


def credit_values(fact: rules.Fact, share: rules.Share, currency: str) -> dict[str, Any]:
    """The columns of a credit."""
    return {
        "person_id": fact.person_id,
        "on": fact.on,
        "metric": fact.metric,
        "product_line_id": share.product_line_id,
        "customer_id": fact.customer_id,
        "amount": share.amount,
        "currency": currency,
        "source": fact.source,
        "source_id": fact.source_id,
    }


# --- Checks ------------------------------------------------------------------------------------


def _record(actor: Actor, id: str) -> dict[str, Any]:
    return {"id": id, "organization_id": actor.organization_id, "created_at": actor.at, "created_by": _author(actor)}


def _check_admin(actor: Actor) -> None:
    if actor.role is not Role.ADMIN:
        raise Forbidden()


def _check_free(model: type[Order] | type[Receipt], id: str) -> None:
    if db.session.get(model, id) is not None:
        raise Refusal("sales.id_taken")


def _check_amount(amount: int) -> None:
    if amount <= 0:
        raise Refusal("sales.amount_not_positive", fields={"amount": "sales.amount_not_positive"})


def _check_line(actor: Actor, product_line_id: str) -> None:
    line = db.session.get(ProductLine, product_line_id)
    if line is None or line.organization_id != actor.organization_id:
        raise NotFound()


def _check_order(actor: Actor, order_id: str, customer_id: str) -> None:
    order = db.session.get(Order, order_id)
    if order is None or order.organization_id != actor.organization_id or order.customer_id != customer_id:
        raise Refusal("sales.order_of_another", fields={"order_id": "sales.order_of_another"})


def _author(actor: Actor) -> str | None:
    return None if actor.is_system else actor.person_id
