"""JSON shapes of visit types, visits and tasks. Money in minor units."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.core.geo import Datum
from app.core.shapes import Instant, RowSchema, nullable, out
from app.customers.schemas import ContactSchema, CustomerSchema
from app.sales.schemas import OrderSchema, ReceiptSchema
from app.visits.rules import STEP_KINDS, Grade

_ID = validate.Length(36, 36)
_MOST_PHOTOS = 30
_WALL_TIME = validate.Regexp(r"^([01]\d|2[0-3]):[0-5]\d$")


class LabelSchema(Schema):
    """A text that an admin wrote, in both languages."""

    zh = out(fields.String)
    en = out(fields.String)


class OptionSchema(Schema):
    """Something to choose."""

    key = out(fields.String)
    label = out(fields.Nested, LabelSchema)


class OutcomeSchema(OptionSchema):
    """How a visit can end. `asks_amount` shows the field for money."""

    asks_amount = fields.Boolean()


class NextStepSchema(OptionSchema):
    """A next step to agree on, `days` from the visit unless another date is chosen."""

    days = fields.Integer()


class StepSchema(Schema):
    """A step of a visit: `min` and `max` bound a number, or count the photos."""

    key = out(fields.String)
    kind = out(fields.String, validate=validate.OneOf(STEP_KINDS))
    label = out(fields.Nested, LabelSchema)
    hint = fields.Nested(LabelSchema, allow_none=True)
    is_required = fields.Boolean()
    is_multiple = fields.Boolean()
    options = fields.List(fields.Nested(OptionSchema))
    min = fields.Float(allow_none=True)
    max = fields.Float(allow_none=True)
    unit = fields.Nested(LabelSchema, allow_none=True)


class VisitTypeSchema(RowSchema):
    """One version of a visit type."""

    code = out(fields.String)
    version = out(fields.Integer)
    name = out(fields.Nested, LabelSchema)
    steps = out(fields.List, fields.Nested(StepSchema))
    outcomes = out(fields.List, fields.Nested(OutcomeSchema))
    next_steps = out(fields.List, fields.Nested(NextStepSchema))
    off_site_reasons = out(fields.List, fields.Nested(OptionSchema))
    radius_m = out(fields.Integer)
    is_live = out(fields.Boolean)


class PhotoSchema(Schema):
    """A photo, by the SHA-256 of its bytes."""

    sha256 = out(fields.String, validate=validate.Regexp(r"^[0-9a-f]{64}$"))
    step_key = fields.String(allow_none=True, load_default=None, validate=validate.Length(max=60))
    media_type = out(fields.String, validate=validate.Length(max=60))
    size = out(fields.Integer, validate=validate.Range(min=1))
    taken_at = fields.String(allow_none=True)


class VisitSchema(RowSchema):
    """A visit, from the stop on a day's route to its outcome."""

    person_id = out(fields.String)
    customer_id = out(fields.String)
    visit_type_id = nullable(fields.String)
    status = out(fields.String, validate=validate.OneOf(["planned", "open", "done", "cancelled"]))
    is_planned = out(fields.Boolean)
    planned_on = out(fields.Date)
    planned_at = nullable(fields.String)
    sort = out(fields.Integer)
    purpose = nullable(fields.String)
    expected_amount = nullable(fields.Integer)
    currency = nullable(fields.String)
    checked_in_at = nullable(Instant)
    checked_out_at = nullable(Instant)
    lat = nullable(fields.Float)
    lng = nullable(fields.Float)
    datum = nullable(fields.String, validate=validate.OneOf(list(Datum)))
    accuracy_m = nullable(fields.Integer)
    fix_age_s = nullable(fields.Integer)
    distance_m = nullable(fields.Integer)
    grade = nullable(fields.String, validate=validate.OneOf(list(Grade)))
    off_site_reason = nullable(fields.String)
    outcome = nullable(fields.String)
    answers = out(fields.Dict, keys=fields.String())
    photos = out(fields.List, fields.Nested(PhotoSchema))
    amount = nullable(fields.Integer)
    note = nullable(fields.String)
    flags = out(fields.List, fields.String())


class TaskSchema(RowSchema):
    """Something to do, with a date."""

    person_id = out(fields.String)
    customer_id = nullable(fields.String)
    visit_id = nullable(fields.String)
    kind = out(fields.String, validate=validate.OneOf(["todo", "next_step"]))
    title = out(fields.String)
    due_on = nullable(fields.Date)
    due_at = nullable(fields.String)
    status = out(fields.String, validate=validate.OneOf(["open", "done"]))
    done_at = nullable(Instant)


# --- Arguments of mutations --------------------------------------------------------------------


def _amount() -> fields.Integer:
    return fields.Integer(strict=True, allow_none=True, validate=validate.Range(0, 10**15))


def _title() -> fields.String:
    return fields.String(required=True, validate=[validate.Length(min=1, max=300), validate.Regexp(r"\S", error="required")])


class PlanVisit(Schema):
    """A stop on a day's route."""

    id = fields.String(required=True, validate=_ID)
    customer_id = fields.String(required=True)
    visit_type_id = fields.String(allow_none=True)
    planned_on = fields.Date(required=True)
    planned_at = fields.String(allow_none=True, validate=_WALL_TIME)
    purpose = fields.String(allow_none=True, validate=validate.Length(max=300))
    expected_amount = _amount()
    sort = fields.Integer()


class MoveVisit(Schema):
    """Another day, time or place in the route."""

    id = fields.String(required=True)
    planned_on = fields.Date(required=True)
    planned_at = fields.String(allow_none=True, validate=_WALL_TIME)
    sort = fields.Integer(allow_none=True)


class CancelVisit(Schema):
    """A stop that will not be made."""

    id = fields.String(required=True)
    reason = fields.String(allow_none=True, validate=validate.Length(max=1000))


class Position(Schema):
    """Where the phone was, and how well it knew."""

    lat = fields.Float(required=True, validate=validate.Range(-90, 90))
    lng = fields.Float(required=True, validate=validate.Range(-180, 180))
    datum = fields.String(required=True, validate=validate.OneOf(list(Datum)))
    accuracy_m = fields.Integer(allow_none=True, validate=validate.Range(min=0))
    fix_age_s = fields.Integer(allow_none=True, validate=validate.Range(min=0))


class CheckIn(Schema):
    """The start of a visit; a new id makes an unplanned one."""

    id = fields.String(required=True, validate=_ID)
    customer_id = fields.String(required=True)
    visit_type_id = fields.String(required=True)
    planned_on = fields.Date(required=True)
    position = fields.Nested(Position, required=True, allow_none=True)
    off_site_reason = fields.String(allow_none=True, validate=validate.Length(max=200))


class AgreedStep(Schema):
    """What was agreed, as a task."""

    task_id = fields.String(required=True, validate=_ID)
    title = _title()
    due_on = fields.Date(required=True)


class NewPhoto(PhotoSchema):
    """A photo that was taken on the visit; its bytes come apart."""

    taken_at = Instant(allow_none=True, load_default=None)  # type: ignore[assignment]  # stored as text


class Finish(Schema):
    """The end of a visit."""

    id = fields.String(required=True)
    outcome = fields.String(required=True, validate=validate.Length(max=60))
    answers = fields.Dict(keys=fields.String(), required=True)
    photos = fields.List(fields.Nested(NewPhoto), load_default=list, validate=validate.Length(max=_MOST_PHOTOS))
    amount = _amount()
    note = fields.String(allow_none=True, validate=validate.Length(max=4000))
    next_step = fields.Nested(AgreedStep, allow_none=True)


class AddTask(Schema):
    """Something to do."""

    id = fields.String(required=True, validate=_ID)
    customer_id = fields.String(allow_none=True)
    title = _title()
    due_on = fields.Date(allow_none=True)
    due_at = fields.String(allow_none=True, validate=_WALL_TIME)


class OneTask(Schema):
    """A task."""

    id = fields.String(required=True)


# --- Online ------------------------------------------------------------------------------------


class CustomerPage(Schema):
    """A customer and all that hangs off it, newest first."""

    customer = out(fields.Nested, CustomerSchema)
    contacts = out(fields.List, fields.Nested(ContactSchema))
    orders = out(fields.List, fields.Nested(OrderSchema))
    visits = out(fields.List, fields.Nested(VisitSchema))
    receipts = out(fields.List, fields.Nested(ReceiptSchema))
    tasks = out(fields.List, fields.Nested(TaskSchema))
