"""JSON shapes of plans, targets, adjustments and receipts of change. Money in minor units, days as 2026-11-23."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.core.shapes import Instant, RowSchema, nullable, out

_MOST = 10**15  # what JavaScript counts exactly, and more than any plan
_NOTE = validate.Length(max=2000)
_WRITTEN = [validate.Length(min=1, max=2000), validate.Regexp(r"\s*\S", error="required")]


class PlanSchema(RowSchema):
    """A plan for one metric over a span of days."""

    external_id = nullable(fields.String)
    name = out(fields.String)
    metric = out(fields.String, validate=validate.OneOf(["revenue", "receipts"]))
    currency = out(fields.String)
    starts_on = out(fields.Date)
    ends_on = out(fields.Date)
    version = out(fields.Integer)


class PlanVersionSchema(RowSchema):
    """One version of a plan: from which day on it governs, and when it became known."""

    plan_id = out(fields.String)
    number = out(fields.Integer)
    effective_from = out(fields.Date)
    adjustment_id = nullable(fields.String)


class TargetSchema(RowSchema):
    """What one person is to reach in one period and product line (null: in all). It holds now if `to_version` is null."""

    plan_id = out(fields.String)
    person_id = out(fields.String)
    period_kind = out(fields.String, validate=validate.OneOf(["month", "quarter", "year", "free"]))
    period_start = out(fields.Date)
    period_end = out(fields.Date)
    product_line_id = nullable(fields.String)
    value = out(fields.Integer)
    floor_value = nullable(fields.Integer)
    stretch_value = nullable(fields.Integer)
    currency = out(fields.String)
    from_version = out(fields.Integer)
    to_version = nullable(fields.Integer)
    effective_from = out(fields.Date)
    frozen = out(fields.Dict, keys=fields.String(), values=fields.Integer())
    frozen_until = nullable(fields.Date)
    is_locked = out(fields.Boolean)
    is_unassigned = out(fields.Boolean)
    flags = out(fields.List, fields.String())


class AdjustmentCellSchema(Schema):
    """One target that a request touches. Its days are stored as text."""

    target_id = out(fields.String)
    person_id = out(fields.String)
    product_line_id = nullable(fields.String)
    period_start = out(fields.String)
    period_end = out(fields.String)
    old_value = out(fields.Integer)
    new_value = out(fields.Integer)


class AdjustmentSchema(RowSchema):
    """A request to change targets, and what was decided."""

    plan_id = out(fields.String)
    requester_id = out(fields.String)
    approver_id = out(fields.String)
    cells = out(fields.List, fields.Nested(AdjustmentCellSchema))
    reason = out(fields.String)
    photos = out(fields.List, fields.String())
    effective_from = out(fields.Date)
    seen_version = out(fields.Integer)
    status = out(fields.String, validate=validate.OneOf(["submitted", "approved", "rejected", "returned", "withdrawn", "undone"]))
    submitted_at = out(Instant)
    decided_at = nullable(Instant)
    decided_by = nullable(fields.String)
    decision_note = nullable(fields.String)
    result_version = nullable(fields.Integer)


class ReceiptCellSchema(Schema):
    """One product line before and after."""

    product_line_id = nullable(fields.String)
    old_value = out(fields.Integer)
    new_value = out(fields.Integer)


class ReceiptDaySchema(Schema):
    """One open day before and after."""

    on = out(fields.String)
    old_value = out(fields.Integer)
    new_value = out(fields.Integer)


class ChangeReceiptSchema(RowSchema):
    """What one change of plan means for one person."""

    person_id = out(fields.String)
    plan_id = out(fields.String)
    adjustment_id = nullable(fields.String)
    from_version = out(fields.Integer)
    to_version = out(fields.Integer)
    effective_from = out(fields.Date)
    period_start = out(fields.Date)
    period_end = out(fields.Date)
    currency = out(fields.String)
    old_total = out(fields.Integer)
    new_total = out(fields.Integer)
    cells = out(fields.List, fields.Nested(ReceiptCellSchema))
    days = out(fields.List, fields.Nested(ReceiptDaySchema))
    reason = out(fields.String)
    decided_by = out(fields.String)
    decided_at = out(Instant)
    due_at = nullable(Instant)
    seen_at = nullable(Instant)
    acknowledged_at = nullable(Instant)
    question = nullable(fields.String)
    asked_at = nullable(Instant)


# --- Arguments of mutations ---------------------------------------------------------------------


class Named(Schema):
    """The row that a mutation is about."""

    id = fields.String(required=True, validate=validate.Length(36, 36))


class NewValue(Schema):
    """A target and what it shall become."""

    target_id = fields.String(required=True, validate=validate.Length(1, 36))
    new_value = fields.Integer(required=True, strict=True, validate=validate.Range(0, _MOST))


class RequestAdjustment(Named):
    """Asks for other targets from a day on."""

    plan_id = fields.String(required=True, validate=validate.Length(1, 36))
    seen_version = fields.Integer(required=True, strict=True)
    effective_from = fields.Date(required=True)
    reason = fields.String(required=True, validate=_WRITTEN)
    photos = fields.List(
        fields.String(validate=validate.Regexp(r"^[0-9a-f]{64}$")), load_default=list, validate=validate.Length(max=12)
    )
    cells = fields.List(fields.Nested(NewValue), required=True, validate=validate.Length(1, 200))


class ApproveAdjustment(Named):
    """Approves a request as it was seen; a note is welcome."""

    seen_version = fields.Integer(required=True, strict=True)
    note = fields.String(load_default=None, allow_none=True, validate=_NOTE)


class TurnDownAdjustment(Named):
    """Rejects or returns a request; the note says why."""

    seen_version = fields.Integer(required=True, strict=True)
    note = fields.String(required=True, validate=_WRITTEN)


class AskAboutChange(Named):
    """A question to the author of a change."""

    question = fields.String(required=True, validate=_WRITTEN)
