"""JSON shapes of notices and push subscriptions. They check shape; services check truth."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.core.db import ID_LENGTH
from app.core.shapes import Instant, RowSchema, nullable, out

MAX_IDS = 200


class NoticeMutationSchema(Schema):
    """What a button of a notice writes into the outbox."""

    mutation = fields.String()
    args = fields.Dict(keys=fields.String())
    action = out(fields.String)
    title = out(fields.String)


class NoticeDataSchema(Schema):
    """What a phone needs beside the words."""

    locale = out(fields.String)
    actions = out(fields.List, fields.Nested(NoticeMutationSchema))


class NoticeSchema(RowSchema):
    """A notice in a person's inbox."""

    person_id = out(fields.String)
    kind = out(fields.String)
    title = out(fields.String)
    body = out(fields.String)
    url = out(fields.String)
    data = out(fields.Nested, NoticeDataSchema)
    is_urgent = out(fields.Boolean)
    needs_answer = out(fields.Boolean)
    expires_at = out(Instant)
    seen_at = nullable(Instant)
    acknowledged_at = nullable(Instant)


class MarkSeen(Schema):
    """Notices that the person has seen."""

    ids = fields.List(fields.String(validate=validate.Length(1, ID_LENGTH)), required=True, validate=validate.Length(1, MAX_IDS))


class Acknowledge(Schema):
    """A notice that the person answers."""

    id = fields.String(required=True, validate=validate.Length(1, ID_LENGTH))


# --- Push subscriptions -------------------------------------------------------------------------


class PushKeySchema(Schema):
    """The key that a browser subscribes with."""

    public_key = out(fields.String, metadata={"description": "applicationServerKey, base64url"})


class SubscriptionKeysSchema(Schema):
    """Keys of a browser's subscription, base64url."""

    p256dh = fields.String(required=True, validate=validate.Length(1, 120))
    auth = fields.String(required=True, validate=validate.Length(1, 40))


class SubscriptionSchema(Schema):
    """A push subscription as `PushSubscription.toJSON()` gives it, and the key that it was made with."""

    endpoint = fields.String(required=True, validate=validate.Length(1, 1000))
    keys = fields.Nested(SubscriptionKeysSchema, required=True)
    expirationTime = fields.Raw(allow_none=True, load_default=None)  # noqa: N815  # the browser's name for it
    vapid_key = fields.String(required=True, validate=validate.Length(1, 120))
    replaces = fields.String(allow_none=True, load_default=None, validate=validate.Length(1, 1000))


class EndpointSchema(Schema):
    """Which subscription."""

    endpoint = fields.String(required=True, validate=validate.Length(1, 1000))


class SubscriptionStateSchema(Schema):
    """What the server knows of this browser's subscription."""

    id = out(fields.String)
    state = out(fields.String)


class TestPushSchema(Schema):
    """The notice that was sent as a test."""

    notice_id = out(fields.String)
    devices = out(fields.Integer)


class DeliveryStateSchema(Schema):
    """How far the telling of one person got."""

    person_id = out(fields.String)
    notice_id = out(fields.String)
    state = out(fields.String, validate=validate.OneOf(["queued", "sent", "seen", "confirmed", "inbox_only"]))
    reason = nullable(fields.String, metadata={"description": "why no push reaches this person, in the reader's language"})
    at = nullable(Instant)


class DeliveryQuerySchema(Schema):
    """Which notice: the same key for everyone who was told."""

    key = fields.String(required=True, validate=validate.Length(1, 200))


class DeliveryStatesSchema(Schema):
    """Everyone who was told and whom the reader may see."""

    items = out(fields.List, fields.Nested(DeliveryStateSchema))
