"""JSON shapes of products, orders, receipts and credits. Money in minor units."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.core.shapes import Instant, RowSchema, nullable, out

_ID = validate.Length(36, 36)
_MOST = 10**15  # ten million million units: beyond any order, within what JavaScript counts exactly


class ProductLineSchema(RowSchema):
    """A family of products that targets are set for."""

    name = out(fields.String)
    sort = out(fields.Integer)


class ProductSchema(RowSchema):
    """Something that is sold."""

    name = out(fields.String)
    product_line_id = nullable(fields.String)
    category = nullable(fields.String)
    price = nullable(fields.Integer)
    currency = out(fields.String)


class OrderLineSchema(Schema):
    """One line of an order."""

    product_id = out(fields.String)
    quantity = out(fields.Float)
    amount = out(fields.Integer)


class OrderSchema(RowSchema):
    """An order; it counts for `person_id`, whoever looks after the customer today."""

    external_id = nullable(fields.String)
    customer_id = out(fields.String)
    person_id = out(fields.String)
    ordered_on = out(fields.Date)
    currency = out(fields.String)
    amount = out(fields.Integer)
    base_amount = out(fields.Integer)
    local_currency = nullable(fields.String)
    flags = out(fields.List, fields.String())
    lines = out(fields.List, fields.Nested(OrderLineSchema))


class ReceiptSchema(RowSchema):
    """Money collected from a customer."""

    customer_id = out(fields.String)
    person_id = out(fields.String)
    order_id = nullable(fields.String)
    visit_id = nullable(fields.String)
    product_line_id = nullable(fields.String)
    received_on = out(fields.Date)
    currency = out(fields.String)
    amount = out(fields.Integer)
    base_amount = out(fields.Integer)
    method = nullable(fields.String)
    note = nullable(fields.String)
    status = out(fields.String, validate=validate.OneOf(["reported", "confirmed", "refused"]))
    reported_at = out(Instant)
    confirmed_at = nullable(Instant)
    confirmed_by = nullable(fields.String)
    refused_reason = nullable(fields.String)


class CreditSchema(RowSchema):
    """What a fact counts for a person on a day, in the base currency."""

    person_id = out(fields.String)
    on = out(fields.Date)
    metric = out(fields.String, validate=validate.OneOf(["revenue", "receipts"]))
    product_line_id = nullable(fields.String)
    customer_id = out(fields.String)
    amount = out(fields.Integer)
    currency = out(fields.String)
    source = out(fields.String, validate=validate.OneOf(["order", "receipt"]))
    source_id = out(fields.String)


# --- Arguments of mutations --------------------------------------------------------------------


class ReportReceipt(Schema):
    """Money that a customer paid."""

    id = fields.String(required=True, validate=_ID)
    customer_id = fields.String(required=True)
    visit_id = fields.String(allow_none=True)
    order_id = fields.String(allow_none=True)
    product_line_id = fields.String(allow_none=True)
    received_on = fields.Date(required=True)
    amount = fields.Integer(required=True, strict=True, validate=validate.Range(max=_MOST))
    currency = fields.String(required=True, validate=validate.Regexp(r"^[A-Z]{3}$"))
    method = fields.String(allow_none=True, validate=validate.Length(max=40))
    note = fields.String(allow_none=True, validate=validate.Length(max=1000))


class ConfirmReceipt(Schema):
    """Finance saw the money of this receipt."""

    id = fields.String(required=True)


class RefuseReceipt(Schema):
    """Finance did not find the money; the reason is told to the rep."""

    id = fields.String(required=True)
    reason = fields.String(required=True, validate=validate.Length(max=1000))
