"""JSON shapes of the engine's own rows and mutations."""

from __future__ import annotations

import json

from marshmallow import Schema, fields, validate


class RowSchema(Schema):
    """What every row carries."""

    id = fields.String(required=True)
    organization_id = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    created_by = fields.String(required=True, allow_none=True)


class MutationResultSchema(RowSchema):
    """A refused mutation, where it is listed."""

    mid = fields.String(required=True)
    client_id = fields.String(required=True)
    n = fields.Integer(required=True)
    name = fields.String(required=True)
    person_id = fields.String(required=True)
    decider_ids = fields.List(fields.String(), required=True)
    status = fields.String(required=True)
    code = fields.String(required=True, allow_none=True)
    message = fields.String(required=True, allow_none=True)
    fields_ = fields.Raw(required=True, allow_none=True, data_key="fields", attribute="fields")
    args = fields.Function(lambda row: json.loads(row.args), required=True, allow_none=True)
    settled = fields.String(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    at = fields.DateTime(required=True)
    is_skewed = fields.Boolean(required=True)
    decided_by = fields.String(required=True, allow_none=True)
    decided_at = fields.DateTime(required=True, allow_none=True)


class BlobStateSchema(RowSchema):
    """How far one's upload of a photo is."""

    sha256 = fields.String(required=True)
    person_id = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(["uploading", "stored"]))
    size = fields.Integer(required=True)
    media_type = fields.String(required=True)
    stored_at = fields.DateTime(required=True, allow_none=True)


class Settle(Schema):
    """Arguments of sync.ask, sync.admit, sync.decline and sync.discard."""

    mid = fields.String(required=True, validate=validate.Length(max=36))
    note = fields.String(allow_none=True, load_default=None, validate=validate.Length(max=2000))
