"""What needs a connection: push subscriptions, a test push, and how far a notice got."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask.views import MethodView
from flask_smorest import Blueprint

from app.config import Settings
from app.core.db import db
from app.core.words import say
from app.notifications import compose, queries, registry, schemas, service, subscriptions
from app.notifications.vapid import ensure_vapid_keys
from app.web import current_actor, signed_in

blueprint = Blueprint("notifications", __name__, url_prefix="/api", description="Notices and web push")


def settings() -> Settings:
    """The settings of the running application."""
    found: Settings = current_app.config["SETTINGS"]
    return found


@blueprint.route("/push/key")
class PushKey(MethodView):
    """The public key of this server."""

    @blueprint.response(200, schemas.PushKeySchema)
    def get(self) -> dict[str, str]:
        """The key that browsers subscribe with."""
        current_actor()
        return {"public_key": ensure_vapid_keys(settings()).public_key}


@blueprint.route("/push/subscriptions")
class Subscriptions(MethodView):
    """The push subscription of this browser."""

    @blueprint.arguments(schemas.SubscriptionSchema)
    @blueprint.response(200, schemas.SubscriptionStateSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Keeps this browser's subscription; posting it again changes nothing."""
        actor = current_actor()
        checked = subscriptions.check(body, settings().push_hosts, ensure_vapid_keys(settings()).public_key)
        user = signed_in()
        subscription = service.subscribe(actor, device_id=user.device_id if user else None, **checked)
        db.session.commit()
        return subscription

    @blueprint.arguments(schemas.EndpointSchema)
    @blueprint.response(204)
    def delete(self, body: dict[str, str]) -> None:
        """Ends this browser's subscription."""
        service.unsubscribe(current_actor(), **body)
        db.session.commit()


@blueprint.route("/push/test")
class TestPush(MethodView):
    """Send me one now."""

    @blueprint.response(200, schemas.TestPushSchema)
    def post(self) -> dict[str, Any]:
        """Sends a test notification to all devices of the person."""
        notice, devices = compose.send_test(current_actor())
        db.session.commit()
        return {"notice_id": notice.id, "devices": devices}


@blueprint.route("/notices/reach")
class NoticeReach(MethodView):
    """How far a notice got, per person."""

    @blueprint.arguments(schemas.DeliveryQuerySchema, location="query")
    @blueprint.response(200, schemas.DeliveryStatesSchema)
    def get(self, query: dict[str, str]) -> dict[str, Any]:
        """Who was told of one thing, as far as the reader may see: queued, sent, seen, confirmed, or why no push reaches them."""
        actor = current_actor()
        found = queries.reach(actor, query["key"], registry.directory().sees(actor))
        return {"items": [{**vars(each), "reason": say(each.reason, actor.locale) if each.reason else None} for each in found]}
