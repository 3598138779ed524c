"""What needs a connection: signing in, browsers, links, people, tokens."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from typing import Any

import flask_login
from flask import current_app, request
from flask import session as cookie
from flask.views import MethodView
from flask_smorest import Blueprint

from app import web
from app.config import Settings
from app.core import clock
from app.core.actor import Actor, Role
from app.core.db import db
from app.core.errors import Refusal
from app.core.limits import Limit, give_back, spend
from app.org import access, queries, schemas, service
from app.org.models import Account, Device, Organization, Person
from app.org.passwords import MIN_LENGTH
from app.web import SignedIn, current_actor

blueprint = Blueprint("org", __name__, url_prefix="/api", description="Signing in, devices, people, links and tokens")

# Wrong attempts; right ones are given back. An office of many people has one address.
BY_ACCOUNT = Limit("sign_in_account", 10, 15 * 60)
BY_ADDRESS = Limit("sign_in_address", 60, 15 * 60)


# --- Who a request is from ------------------------------------------------------------------------


def _by_session(session_id: str) -> SignedIn | None:
    now = clock.now()
    found = access.session_of(session_id, now)
    if found is None:
        return None
    device, person, account = found
    if device.last_seen_at < now - access.SEEN_EVERY:
        device_id = device.id
        web.do_after(lambda: access.note_device_seen(device_id, now))
    return _signed_in(person, account, session_id=session_id, device_id=device.id)


def _by_token(token: str) -> SignedIn | None:
    found = access.token_of(token)
    if found is None:
        return None
    row, person, account = found
    now = clock.now()
    if row.last_used_at is None or row.last_used_at < now - access.SEEN_EVERY:
        token_id = row.id
        web.do_after(lambda: access.note_token_used(token_id, now))
    return _signed_in(person, account, token_id=row.id)


def _signed_in(
    person: Person, account: Account, *, session_id: str = "", device_id: str | None = None, token_id: str | None = None
) -> SignedIn:
    role = Role(person.role)
    return SignedIn(person.organization_id, person.id, role, account.locale, session_id, device_id, token_id)


def _is_alive(user: SignedIn) -> bool:
    return access.is_open(user.device_id, user.token_id)


def _by_secret(person_id: str, secret: str) -> SignedIn | None:
    found = access.owner_of_device(person_id, secret)
    return _signed_in(*found) if found else None


web.know_people_by(_by_session, _by_token, _is_alive)
web.know_devices_by(_by_secret)


# --- The session ----------------------------------------------------------------------------------


@blueprint.route("/session")
class Session(MethodView):
    """Signing in and out."""

    @blueprint.arguments(schemas.SignIn)
    @blueprint.response(200, schemas.NewSessionSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Sign in by e-mail address, staff number or phone number."""
        keys = _spend_attempt(body["email"], body["organization"])
        new = access.sign_in(
            identifier=body["email"],
            password=body["password"],
            organization=body["organization"],
            user_agent=request.user_agent.string,
            now=clock.now(),
        )
        _give_back(keys)
        return _begin(new)

    @blueprint.response(200, schemas.SessionSchema)
    def get(self) -> dict[str, Any]:
        """Who is signed in."""
        user = web.signed_in()
        if user is None:
            raise Refusal("not_signed_in", status=401)
        return _who(user.person_id, user.device_id)

    @blueprint.response(204)
    def delete(self) -> None:
        """Sign out this browser."""
        user = web.signed_in()
        if user and user.device_id:
            access.sign_out_device(current_actor(user.person_id), device_id=user.device_id)
            db.session.commit()
        _forget_cookie()


def _begin(new: access.NewSession) -> dict[str, Any]:
    """Puts a new session into the cookie, ends the one that was there, commits."""
    old = web.signed_in()
    if old and old.device_id:
        actor = Actor(old.organization_id, old.person_id, old.role, new.device.created_at, new.device.created_at)
        access.sign_out_device(actor, device_id=old.device_id)
    db.session.commit()
    cookie.clear()
    cookie.permanent = True
    flask_login.login_user(_signed_in(new.person, new.account, session_id=new.session_id, device_id=new.device.id))
    return {
        **_shown(new.person, new.account, new.organization, new.device.id),
        "device_secret": new.device_secret,
        "lock_key": _lock_key(new.person.id),
    }


def _forget_cookie() -> None:
    flask_login.logout_user()
    cookie.clear()


def _who(person_id: str, device_id: str | None) -> dict[str, Any]:
    person = db.session.get_one(Person, person_id)
    account = queries.account(person_id)
    assert account is not None  # signing in needs one
    return _shown(person, account, db.session.get_one(Organization, person.organization_id), device_id)


def _shown(person: Person, account: Account, organization: Organization, device_id: str | None) -> dict[str, Any]:
    user = {
        **{name: getattr(person, name) for name in schemas.PersonSchema().fields},
        "organization_id": person.organization_id,
        "locale": account.locale,
        "theme": account.theme,
        "time_zone": account.time_zone or organization.time_zone,
        "email": account.email,
        "is_above_somebody": bool(queries.below(person.id)),
    }
    return {"user": user, "organization": organization, "device_id": device_id}


def _lock_key(person_id: str) -> str:
    """The key under which a phone locks what this person left on it: the same at each sign-in, never told to others."""
    return hmac.new(_settings().secret().encode(), f"lock:{person_id}".encode(), hashlib.sha256).hexdigest()


def _spend_attempt(identifier: str, organization: str | None) -> list[tuple[Limit, str]]:
    """Counts an attempt by account and by address. Raises Refusal too_many_requests (429)."""
    name = access.plain_email(identifier) if "@" in identifier else access.plain_phone(identifier) or identifier.strip()
    keys = [(BY_ADDRESS, _address()), (BY_ACCOUNT, access.digest(f"{(organization or '').lower()}/{name}"))]
    now = clock.now()
    seconds = max(spend(limit, key, now) for limit, key in keys)
    if seconds:
        raise Refusal("too_many_requests", status=429, seconds=seconds)
    return keys


def _give_back(keys: list[tuple[Limit, str]]) -> None:
    for limit, key in keys:
        give_back(limit, key)


def _address() -> str:
    """The caller's address; of IPv6 the /64, which one household or office has to itself."""
    address = ipaddress.ip_address(request.remote_addr or "0.0.0.0")
    if address.version == 6 and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


@blueprint.route("/session/password", methods=["POST"])
@blueprint.arguments(schemas.ChangePassword)
@blueprint.response(204)
def change_password(body: dict[str, str]) -> None:
    """Change one's password. The other browsers are signed out."""
    actor = current_actor()
    user = web.signed_in()
    db.session.rollback()  # the attempt is counted in a transaction of its own
    keys = _spend_attempt(f"change/{actor.person_id}", None)
    access.change_password(actor, current=body["current"], password=body["password"], device_id=user.device_id if user else None)
    _give_back(keys)
    db.session.commit()


# --- Browsers -------------------------------------------------------------------------------------


def _this_device() -> str | None:
    user = web.signed_in()
    return user.device_id if user else None


@blueprint.route("/me/devices")
class Devices(MethodView):
    """The browsers where one is signed in."""

    @blueprint.response(200, schemas.DeviceSchema(many=True))
    def get(self) -> list[dict[str, Any]]:
        """My browsers, the one last seen first."""
        return [_device(device) for device in queries.devices(current_actor())]

    @blueprint.response(200, schemas.SignedOutSchema)
    def delete(self) -> dict[str, int]:
        """Sign out all my other browsers."""
        count = access.sign_out_others(current_actor(), device_id=_this_device())
        db.session.commit()
        return {"count": count}


@blueprint.route("/me/devices/<device_id>", methods=["DELETE"])
@blueprint.response(204)
def sign_out_device(device_id: str) -> None:
    """Sign out one of my browsers."""
    access.sign_out_device(current_actor(), device_id=device_id)
    db.session.commit()


def _device(device: Device) -> dict[str, Any]:
    names = ("id", "user_agent", "created_at", "last_seen_at")
    return {name: getattr(device, name) for name in names} | {"is_current": device.id == _this_device()}


# --- One-time links -------------------------------------------------------------------------------


@blueprint.route("/links", methods=["POST"])
@blueprint.arguments(schemas.MakeLink)
@blueprint.response(201, schemas.LinkSchema)
def make_link(body: dict[str, str]) -> dict[str, Any]:
    """Make a link by which somebody joins or sets a new password."""
    answer = _link(current_actor(), body["person_id"])
    db.session.commit()
    return answer


def _link(actor: Actor, person_id: str) -> dict[str, Any]:
    link, token = access.create_link(actor, person_id=person_id)
    return {"url": f"{_settings().public_url}/join/{token}", "purpose": link.purpose, "expires_at": link.expires_at}


@blueprint.route("/links/<token>")
class Link(MethodView):
    """A one-time link, as the person who got it sees it."""

    @blueprint.response(200, schemas.OpenLinkSchema)
    def get(self, token: str) -> dict[str, Any]:
        """Whose link it is; this does not use it up."""
        link, person, organization = access.open_link(token, clock.now())
        account = queries.account(person.id)
        return {
            "name": person.name,
            "organization": organization.name,
            "email": account.email if account else None,
            "external_id": person.external_id,
            "purpose": link.purpose,
            "expires_at": link.expires_at,
            "min_length": MIN_LENGTH,
        }

    @blueprint.arguments(schemas.UseLink)
    @blueprint.response(200, schemas.NewSessionSchema)
    def post(self, body: dict[str, str], token: str) -> dict[str, Any]:
        """Set the password and sign in."""
        new = access.use_link(token=token, password=body["password"], user_agent=request.user_agent.string, now=clock.now())
        return _begin(new)


# --- People ---------------------------------------------------------------------------------------


@blueprint.route("/people")
class People(MethodView):
    """The people of one's organisation."""

    @blueprint.response(200, schemas.ListedPersonSchema(many=True))
    def get(self) -> list[dict[str, Any]]:
        """All colleagues, by name."""
        actor = current_actor()
        return _listed(actor, list(db.session.scalars(queries.people(actor))))

    @blueprint.arguments(schemas.InvitePerson)
    @blueprint.response(201, schemas.InvitedSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Add a person and make the link to invite them (admins)."""
        actor = current_actor()
        person = service.create_person(actor, **body)
        answer = {"person": _listed(actor, [person])[0], "link": _link(actor, person.id)}
        db.session.commit()
        return answer


@blueprint.route("/people/<person_id>", methods=["PATCH"])
@blueprint.arguments(schemas.ChangePerson)
@blueprint.response(200, schemas.ListedPersonSchema)
def change_person(body: dict[str, Any], person_id: str) -> dict[str, Any]:
    """Change a person's role, team or whether they are active (admins)."""
    actor = current_actor()
    person = service.set_person(actor, person_id=person_id, fields=body)
    answer = _listed(actor, [person])[0]
    db.session.commit()
    return answer


def _listed(actor: Actor, people: list[Person]) -> list[dict[str, Any]]:
    """People with their private part where the actor may see it."""
    open_to = queries.below(actor.person_id)
    shown = {person.id for person in people if actor.role == Role.ADMIN or person.id in open_to or person.id == actor.person_id}
    accounts = queries.accounts(shown)
    names = list(schemas.PersonSchema().fields)
    rows = []
    for person in people:
        account = accounts.get(person.id)
        private = {
            "email": account.email if account else None,
            "phone": account.phone if account else None,
            "has_password": account.password_hash is not None if account else None,
        }
        rows.append({**{name: getattr(person, name) for name in names}, **private})
    return rows


# --- Tokens of programs ---------------------------------------------------------------------------


@blueprint.route("/tokens")
class Tokens(MethodView):
    """Tokens by which programs act."""

    @blueprint.response(200, schemas.TokenSchema(many=True))
    def get(self) -> Any:
        """My tokens; an admin sees all of the organisation."""
        return queries.tokens(current_actor())

    @blueprint.arguments(schemas.MakeToken)
    @blueprint.response(201, schemas.NewTokenSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Make a token. It is shown this once."""
        row, token = access.create_token(current_actor(), **body)
        db.session.commit()
        return {name: getattr(row, name) for name in schemas.TokenSchema().fields} | {"token": token}


@blueprint.route("/tokens/<token_id>", methods=["DELETE"])
@blueprint.response(204)
def revoke_token(token_id: str) -> None:
    """End a token."""
    access.revoke_token(current_actor(), token_id=token_id)
    db.session.commit()
