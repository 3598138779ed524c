"""JSON shapes of customers, contacts and territories."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.core.geo import Datum
from app.core.shapes import RowSchema, nullable, out

_FILLED = validate.Regexp(r"\S", error="required")


class TerritorySchema(RowSchema):
    """A region; territories form a tree."""

    name = out(fields.String)
    parent_id = nullable(fields.String)
    country = nullable(fields.String)


class CustomerSchema(RowSchema):
    """A customer."""

    external_id = nullable(fields.String)
    name = out(fields.String)
    initials = out(fields.String)
    kind = nullable(fields.String)
    tier = nullable(fields.String)
    owner_id = nullable(fields.String)
    territory_id = nullable(fields.String)
    address = nullable(fields.String)
    city = nullable(fields.String)
    region = nullable(fields.String)
    country = nullable(fields.String)
    phone = nullable(fields.String)
    lat = nullable(fields.Float)
    lng = nullable(fields.Float)
    datum = nullable(fields.String, validate=validate.OneOf(list(Datum)))
    note = nullable(fields.String)
    facts = out(fields.Dict, keys=fields.String())
    flags = out(fields.List, fields.String())
    merged_into_id = nullable(fields.String)


class ContactSchema(RowSchema):
    """A person at a customer."""

    customer_id = out(fields.String)
    name = out(fields.String)
    title = nullable(fields.String)
    phone = nullable(fields.String)
    email = nullable(fields.String)
    sort = out(fields.Integer)


# --- Arguments of mutations --------------------------------------------------------------------


def _text(longest: int) -> fields.String:
    return fields.String(allow_none=True, validate=validate.Length(max=longest))


def _name(longest: int, *, required: bool = False) -> fields.String:
    return fields.String(required=required, validate=[validate.Length(min=1, max=longest), _FILLED])


def _lat(*, required: bool = False) -> fields.Float:
    return fields.Float(required=required, allow_none=not required, validate=validate.Range(-90, 90))


def _lng(*, required: bool = False) -> fields.Float:
    return fields.Float(required=required, allow_none=not required, validate=validate.Range(-180, 180))


class _ContactFields(Schema):
    title = _text(120)
    phone = _text(60)
    email = _text(254)


class ContactFields(_ContactFields):
    """The fields of a contact that a person may change."""

    name = _name(200)


class NewContact(_ContactFields):
    """A contact that comes with a new customer."""

    id = fields.String(required=True, validate=validate.Length(36, 36))
    name = _name(200, required=True)


class _CustomerFields(Schema):
    kind = _text(80)
    tier = _text(4)
    phone = _text(60)
    address = _text(400)
    city = _text(120)
    region = _text(120)
    lat = _lat()
    lng = _lng()
    datum = fields.String(allow_none=True, validate=validate.OneOf(list(Datum)))
    note = _text(2000)


class CustomerFields(_CustomerFields):
    """The fields of a customer that a person may change."""

    name = _name(300)


class Create(_CustomerFields):
    """A new customer, made on a phone or online."""

    id = fields.String(required=True, validate=validate.Length(36, 36))
    name = _name(300, required=True)
    contacts = fields.List(fields.Nested(NewContact), load_default=list)


class SetFields(Schema):
    """Fields of a customer, against the version `base_v` that the writer saw."""

    id = fields.String(required=True)
    base_v = fields.Integer(required=True)
    fields_ = fields.Nested(CustomerFields, required=True, data_key="fields", attribute="fields")


class AddContact(NewContact):
    """A contact for a customer that exists."""

    customer_id = fields.String(required=True)


class SetContactFields(Schema):
    """Fields of a contact, against the version `base_v` that the writer saw."""

    id = fields.String(required=True)
    base_v = fields.Integer(required=True)
    fields_ = fields.Nested(ContactFields, required=True, data_key="fields", attribute="fields")


class SetPosition(Schema):
    """Where the customer's door is, measured on the spot."""

    id = fields.String(required=True)
    lat = _lat(required=True)
    lng = _lng(required=True)
    datum = fields.String(required=True, validate=validate.OneOf(list(Datum)))
    accuracy_m = fields.Integer(allow_none=True, validate=validate.Range(min=0))


# --- Online ------------------------------------------------------------------------------------


class CustomerQuery(Schema):
    """What to look for: part of a name or phone, or pinyin initials."""

    q = fields.String(load_default="", validate=validate.Length(max=100))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class CustomerList(Schema):
    """Customers in order of their names."""

    items = out(fields.List, fields.Nested(CustomerSchema))
