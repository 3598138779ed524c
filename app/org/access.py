"""Signing in and its traces: passwords, browsers, one-time links, tokens of programs.

Every secret that leaves the server is random (256 bits) and kept only as a SHA-256: nothing in the
database opens a door. Passwords, which people choose, are kept by argon2 (passwords.py).
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from app.core.actor import Actor, Role
from app.core.db import db, new_id
from app.core.errors import Forbidden, Gone, NotFound, Refusal
from app.core.events import announce
from app.org import passwords, queries
from app.org.events import DevicesSignedOut
from app.org.models import Account, ApiToken, Device, OneTimeLink, Organization, Person

IDLE_DAYS = 90  # a browser not seen for so long must sign in again
INVITE_DAYS = 7
RESET_HOURS = 24
SEEN_EVERY = timedelta(hours=1)  # last_seen_at is written at most so often


@dataclass(frozen=True)
class NewSession:
    """A browser that has just signed in. Both secrets exist nowhere else."""

    person: Person
    account: Account
    organization: Organization
    device: Device
    session_id: str
    device_secret: str


# --- Signing in ---------------------------------------------------------------------------------


def sign_in(*, identifier: str, password: str, organization: str | None, user_agent: str, now: datetime) -> NewSession:
    """Signs in by e-mail, external id or phone number. `organization` is the company's code.

    Raises Refusal wrong_sign_in (401), the same for whoever does not exist, has no password, left, or
    cannot be told apart from somebody elsewhere; each answer takes one argon2 verification.
    """
    account = _account_named(identifier, organization)
    is_right = passwords.verify(account.password_hash if account else None, password)
    if account is None or not is_right:
        raise Refusal("wrong_sign_in", status=401)
    if passwords.is_dated(account.password_hash or ""):
        account.password_hash = passwords.hashed(password)
    return open_session(account, user_agent, now)


def _account_named(identifier: str, organization: str | None) -> Account | None:
    found = find_accounts(identifier, organization)
    return found[0] if len(found) == 1 else None


def find_accounts(identifier: str, organization: str | None = None) -> Sequence[Account]:
    """The accounts of active people with this e-mail, or else this external id or phone number."""
    name = identifier.strip()
    wanted = select(Account).join(Person, Person.id == Account.person_id).where(Person.is_active.is_(True))
    if organization:
        wanted = wanted.join(Organization, Organization.id == Account.organization_id)
        wanted = wanted.where(func.lower(Organization.code) == organization.strip().lower())
    if "@" in name:
        wanted = wanted.where(func.lower(Account.email) == plain_email(name))
    else:
        is_phone = Account.phone == (plain_phone(name) or "-")
        wanted = wanted.where((Person.external_id == name) | is_phone)
    return db.session.scalars(wanted.order_by(Account.id)).all()


def open_session(account: Account, user_agent: str, now: datetime) -> NewSession:
    """Signs a browser in, once it is known who sits there."""
    person = db.session.get_one(Person, account.person_id)
    session_id, device_secret = _secret(), _secret()
    device = Device(
        id=new_id(),
        organization_id=person.organization_id,
        created_at=now,
        created_by=person.id,
        person_id=person.id,
        token_hash=digest(session_id),
        secret_hash=digest(device_secret),
        user_agent=user_agent[:400],
        last_seen_at=now,
    )
    db.session.add(device)
    db.session.flush()
    organization = db.session.get_one(Organization, person.organization_id)
    return NewSession(person, account, organization, device, session_id, device_secret)


def session_of(session_id: str, now: datetime) -> tuple[Device, Person, Account] | None:
    """The browser behind a session, unless it was signed out, idle too long, or its person is disabled."""
    row = db.session.execute(
        select(Device, Person, Account)
        .join(Person, Person.id == Device.person_id)
        .join(Account, Account.person_id == Person.id)
        .where(Device.token_hash == digest(session_id), Device.signed_out_at.is_(None), Person.is_active.is_(True))
    ).first()
    if row is None or row[0].last_seen_at < now - timedelta(days=IDLE_DAYS):
        return None
    return row[0], row[1], row[2]


def owner_of_device(person_id: str, secret: str) -> tuple[Person, Account] | None:
    """The person of a device secret, signed out, disabled or not: it proves only whose phone it was."""
    row = db.session.execute(
        select(Person, Account)
        .join(Device, Device.person_id == Person.id)
        .join(Account, Account.person_id == Person.id)
        .where(Person.id == person_id, Device.secret_hash == digest(secret))
    ).first()
    return (row[0], row[1]) if row else None


def is_open(device_id: str | None, token_id: str | None) -> bool:
    """Whether a session or a token still holds, for connections that stay open."""
    if device_id:
        ended = (
            select(Device.signed_out_at, Person.is_active)
            .join(Person, Person.id == Device.person_id)
            .where(Device.id == device_id)
        )
    else:
        ended = (
            select(ApiToken.revoked_at, Person.is_active)
            .join(Person, Person.id == ApiToken.person_id)
            .where(ApiToken.id == token_id)
        )
    row = db.session.execute(ended).first()
    return row is not None and row[0] is None and row[1]


def device_of_secret(device_secret: str) -> Device | None:
    """The browser that was once given this secret, signed out or not: by it a phone may leave work without a session."""
    return db.session.scalar(select(Device).where(Device.secret_hash == digest(device_secret)))


# --- Browsers -----------------------------------------------------------------------------------


def sign_out_device(actor: Actor, *, device_id: str) -> None:
    """Ends a session of the actor's own. Raises NotFound for somebody else's."""
    device = db.session.get(Device, device_id)
    if device is None or device.person_id != actor.person_id or device.signed_out_at is not None:
        raise NotFound()
    _sign_out(actor, actor.person_id, [device])


def sign_out_others(actor: Actor, *, device_id: str | None) -> int:
    """Ends all sessions of the actor but this one; answers how many."""
    others = [device for device in queries.devices(actor) if device.id != device_id]
    _sign_out(actor, actor.person_id, others)
    return len(others)


def _sign_out(actor: Actor, person_id: str, devices: Sequence[Device]) -> None:
    for device in devices:
        device.signed_out_at = actor.now
    if devices:
        db.session.flush()
        announce(actor, DevicesSignedOut(person_id, tuple(device.id for device in devices)))


def note_device_seen(device_id: str, now: datetime) -> None:
    """Writes when a browser was last seen."""
    db.session.execute(update(Device).where(Device.id == device_id).values(last_seen_at=now))


def note_token_used(token_id: str, now: datetime) -> None:
    """Writes when a program last used its token."""
    db.session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=now))


def end_all(actor: Actor, *, person_id: str) -> None:
    """Ends every session, link and token of a person."""
    _end_sessions(actor, person_id)
    _end_links(actor, person_id)
    for token in db.session.scalars(select(ApiToken).where(ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None))):
        token.revoked_at = actor.now
    db.session.flush()


def _end_sessions(actor: Actor, person_id: str, but: str | None = None) -> None:
    wanted = select(Device).where(Device.person_id == person_id, Device.signed_out_at.is_(None)).order_by(Device.id)
    _sign_out(actor, person_id, [device for device in db.session.scalars(wanted) if device.id != but])


def _end_links(actor: Actor, person_id: str) -> None:
    for link in db.session.scalars(select(OneTimeLink).where(OneTimeLink.person_id == person_id, OneTimeLink.used_at.is_(None))):
        link.used_at = actor.now


# --- Passwords ----------------------------------------------------------------------------------


def change_password(actor: Actor, *, current: str, password: str, device_id: str | None) -> None:
    """The actor's new password; all other sessions and open links end. Raises Refusal wrong_password."""
    account = queries.account(actor.person_id)
    if not passwords.verify(account.password_hash if account else None, current) or account is None:
        raise Refusal("invalid", fields={"current": "wrong_password"})
    _set_password(actor, account, password, but=device_id)


def set_password(actor: Actor, *, person_id: str, password: str) -> None:
    """A password for somebody, as the command line sets it. Ends that person's sessions and links."""
    if actor.role != Role.ADMIN:
        raise Forbidden()
    queries.person(actor, person_id)
    account = queries.account(person_id)
    if account is None:
        raise NotFound()
    _set_password(actor, account, password)


def _set_password(actor: Actor, account: Account, password: str, but: str | None = None) -> None:
    passwords.check(password)
    account.password_hash = passwords.hashed(password)
    _end_sessions(actor, account.person_id, but)
    _end_links(actor, account.person_id)
    db.session.flush()


# --- One-time links -----------------------------------------------------------------------------


def create_link(actor: Actor, *, person_id: str) -> tuple[OneTimeLink, str]:
    """A link by which a person joins, or sets a new password if there is one. Answers the link and its token.

    An admin may make one for anybody, a manager for people below who are no admins. Older links end.
    """
    person = queries.person(actor, person_id)
    may = actor.role == Role.ADMIN or (person.role != Role.ADMIN and queries.is_above(actor.person_id, person_id))
    if not may:
        raise Forbidden()
    account = queries.account(person_id)
    if account is None or not person.is_active:
        raise Refusal("person_disabled")
    _end_links(actor, person_id)
    is_new = account.password_hash is None
    token = _secret()
    link = OneTimeLink(
        **_record(actor),
        person_id=person_id,
        purpose="invite" if is_new else "reset",
        token_hash=digest(token),
        expires_at=actor.now + (timedelta(days=INVITE_DAYS) if is_new else timedelta(hours=RESET_HOURS)),
    )
    db.session.add(link)
    db.session.flush()
    return link, token


def open_link(token: str, now: datetime) -> tuple[OneTimeLink, Person, Organization]:
    """The link of a token, without using it up. Raises Gone link_over if it was used, has expired or never was."""
    link = db.session.scalar(select(OneTimeLink).where(OneTimeLink.token_hash == digest(token)).with_for_update())
    if link is None or link.used_at is not None or link.expires_at <= now:
        raise Gone("link_over")
    person = db.session.get_one(Person, link.person_id)
    if not person.is_active:
        raise Gone("link_over")
    return link, person, db.session.get_one(Organization, link.organization_id)


def use_link(*, token: str, password: str, user_agent: str, now: datetime) -> NewSession:
    """Sets the password, uses the link up, and signs in. Raises Gone link_over, Refusal for a short password."""
    link, person, _ = open_link(token, now)
    actor = Actor(person.organization_id, person.id, Role(person.role), now, now)
    account = queries.account(person.id)
    if account is None:
        raise Gone("link_over")
    _set_password(actor, account, password)
    link.used_at = now
    return open_session(account, user_agent, now)


# --- Tokens of programs -------------------------------------------------------------------------


def create_token(actor: Actor, *, name: str, person_id: str | None = None) -> tuple[ApiToken, str]:
    """A token by which a program acts as a person: one's own, or as an admin anybody's. Answers it once, in clear."""
    person_id = person_id or actor.person_id
    if person_id != actor.person_id and actor.role != Role.ADMIN:
        raise Forbidden()
    if not queries.person(actor, person_id).is_active:
        raise Refusal("person_disabled")
    token = f"pl_{_secret()}"
    row = ApiToken(**_record(actor), person_id=person_id, name=name.strip(), token_hash=digest(token))
    db.session.add(row)
    db.session.flush()
    return row, token


def revoke_token(actor: Actor, *, token_id: str) -> None:
    """Ends a token. Raises NotFound if it is neither one's own nor, for an admin, of the organisation."""
    row = db.session.get(ApiToken, token_id)
    if row is None or row.revoked_at is not None or row.id not in {token.id for token in queries.tokens(actor)}:
        raise NotFound()
    row.revoked_at = actor.now


def token_of(token: str) -> tuple[ApiToken, Person, Account] | None:
    """The token behind a bearer header, unless it was revoked or its person is disabled."""
    row = db.session.execute(
        select(ApiToken, Person, Account)
        .join(Person, Person.id == ApiToken.person_id)
        .join(Account, Account.person_id == Person.id)
        .where(ApiToken.token_hash == digest(token), ApiToken.revoked_at.is_(None), Person.is_active.is_(True))
    ).first()
    return (row[0], row[1], row[2]) if row else None


# --- Shared -------------------------------------------------------------------------------------


def digest(secret: str) -> str:
    """How a random secret is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


def plain_email(email: str | None) -> str | None:
    """An e-mail address as it is kept and compared: lower case, no blanks around; blank is None."""
    return (email or "").strip().lower() or None


def plain_phone(phone: str | None) -> str | None:
    """A phone number as it is kept and compared: digits with a leading + if there was one; blank is None."""
    return re.sub(r"(?!^\+)\D", "", (phone or "").strip()) or None


def refuse_taken_email(email: str | None) -> None:
    """Raises Refusal email_taken: an address belongs to one account on this server."""
    if email and db.session.scalar(select(Account.id).where(func.lower(Account.email) == email)):
        raise Refusal("invalid", fields={"email": "email_taken"})


def refuse_taken_number(organization_id: str, external_id: str | None) -> None:
    """Raises Refusal external_id_taken: a staff number belongs to one person of an organisation."""
    taken = select(Person.id).where(Person.organization_id == organization_id, Person.external_id == external_id)
    if external_id and db.session.scalar(taken):
        raise Refusal("invalid", fields={"external_id": "external_id_taken"})


def _secret() -> str:
    return secrets.token_urlsafe(32)


def _record(actor: Actor) -> dict[str, Any]:
    return {
        "id": new_id(),
        "organization_id": actor.organization_id,
        "created_at": actor.now,
        "created_by": None if actor.is_system else actor.person_id,
    }
