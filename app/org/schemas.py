"""JSON shapes of the package."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from app.core.actor import Role
from app.core.shapes import Instant, RowSchema, nullable, out
from app.org.passwords import MAX_LENGTH, MIN_LENGTH

ROLES = [str(role) for role in Role]
LOCALES = ["zh-CN", "en"]
THEMES = ["auto", "light", "dark"]
SHARES = [50, 100]


def _id(**kwargs: Any) -> Any:
    return fields.String(validate=validate.Length(1, 36), **kwargs)


def _text(most: int, **kwargs: Any) -> Any:
    return fields.String(validate=validate.Length(1, most), **kwargs)


def _wall_time() -> Any:
    return fields.String(validate=validate.Regexp(r"([01]\d|2[0-3]):[0-5]\d\Z", error="bad_wall_time"))


def _new_password() -> Any:
    return fields.String(required=True, metadata={"description": f"{MIN_LENGTH} to {MAX_LENGTH} characters"})


# --- Rows ---------------------------------------------------------------------------------------


class OrganizationSchema(Schema):
    """A company. `workdays` are ISO weekdays."""

    id = out(fields.String)
    created_at = out(Instant)
    code = out(fields.String)
    name = out(fields.String)
    currency = out(fields.String)
    time_zone = out(fields.String)
    calendar = out(fields.String)
    locale = out(fields.String)
    workdays = out(fields.List, fields.Integer())


class TeamSchema(RowSchema):
    """A team in the tree."""

    external_id = nullable(fields.String)
    name = out(fields.String)
    parent_id = nullable(fields.String)
    manager_id = nullable(fields.String)
    sort = out(fields.Integer)


class PersonSchema(RowSchema):
    """What colleagues see of a person."""

    external_id = nullable(fields.String)
    name = out(fields.String)
    role = out(fields.String, validate=validate.OneOf(ROLES))
    team_id = nullable(fields.String)
    manager_id = nullable(fields.String)
    title = nullable(fields.String)
    hired_on = nullable(fields.Date)
    left_on = nullable(fields.Date)
    is_active = out(fields.Boolean)


class AccountSchema(RowSchema):
    """How a person signs in and wants to be told. Only the person sees it."""

    person_id = out(fields.String)
    email = nullable(fields.String)
    phone = nullable(fields.String)
    locale = out(fields.String)
    theme = out(fields.String, validate=validate.OneOf(THEMES))
    time_zone = nullable(fields.String)
    remind_at = out(fields.String)
    is_reminded = out(fields.Boolean)
    quiet_from = out(fields.String)
    quiet_to = out(fields.String)
    preferences = out(fields.Dict)


class LeaveSchema(RowSchema):
    """Days off, both ends included; `share` of each day in hundredths."""

    person_id = out(fields.String)
    from_on = out(fields.Date)
    to_on = out(fields.Date)
    share = out(fields.Integer)
    reason = nullable(fields.String)


class CalendarDaySchema(RowSchema):
    """A public holiday or a make-up workday."""

    on = out(fields.Date)
    kind = out(fields.String, validate=validate.OneOf(["holiday", "workday"]))
    name = out(fields.String)
    is_provisional = out(fields.Boolean)


# --- Arguments of mutations -----------------------------------------------------------------------


class PreferenceFields(Schema):
    """What a person may set for themselves; only what is given changes."""

    locale = fields.String(validate=validate.OneOf(LOCALES))
    theme = fields.String(validate=validate.OneOf(THEMES))
    time_zone = fields.String(allow_none=True, validate=validate.Length(max=60))
    remind_at = _wall_time()
    is_reminded = fields.Boolean()
    quiet_from = _wall_time()
    quiet_to = _wall_time()
    preferences = fields.Dict(keys=fields.String(validate=validate.Length(1, 60)))


class SetPreferences(Schema):
    """org.set_preferences"""

    fields = fields.Nested(PreferenceFields, required=True)  # type: ignore[assignment]  # the wire's name


class AddLeave(Schema):
    """org.add_leave"""

    id = _id(required=True)
    person_id = _id(required=True)
    from_on = fields.Date(required=True)
    to_on = fields.Date(required=True)
    share = fields.Integer(load_default=100, validate=validate.OneOf(SHARES))
    reason = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=200))


class RemoveLeave(Schema):
    """org.remove_leave"""

    id = _id(required=True)


# --- Signing in -----------------------------------------------------------------------------------


class SignIn(Schema):
    """`email` takes an e-mail address, a staff number (external id) or a phone number."""

    email = _text(254, required=True)
    password = fields.String(required=True, validate=validate.Length(max=1000))
    organization = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=60))


class UserSchema(PersonSchema):
    """The signed-in person."""

    organization_id = out(fields.String)
    locale = out(fields.String)
    theme = out(fields.String)
    time_zone = out(fields.String)
    email = nullable(fields.String)
    is_above_somebody = out(fields.Boolean)


class SessionSchema(Schema):
    """Who is signed in."""

    user = out(fields.Nested, UserSchema)
    organization = out(fields.Nested, OrganizationSchema)
    device_id = nullable(fields.String)


class NewSessionSchema(SessionSchema):
    """Who has just signed in. `device_secret` is for escrow; `lock_key` opens what this person left locked on a phone."""

    device_secret = out(fields.String)
    lock_key = out(fields.String)


class ChangePassword(Schema):
    """A new password in place of the present one."""

    current = fields.String(required=True, validate=validate.Length(max=1000))
    password = _new_password()


class DeviceSchema(Schema):
    """A browser where one is signed in."""

    id = out(fields.String)
    user_agent = out(fields.String)
    created_at = out(Instant)
    last_seen_at = out(Instant)
    is_current = out(fields.Boolean)


class SignedOutSchema(Schema):
    """How many browsers were signed out."""

    count = out(fields.Integer)


# --- Links, people, tokens ------------------------------------------------------------------------


class MakeLink(Schema):
    """For whom a one-time link is made."""

    person_id = _id(required=True)


class LinkSchema(Schema):
    """A one-time link; its address is told this once."""

    url = out(fields.String)
    purpose = out(fields.String, validate=validate.OneOf(["invite", "reset"]))
    expires_at = out(Instant)


class OpenLinkSchema(Schema):
    """Whose link it is."""

    name = out(fields.String)
    organization = out(fields.String)
    email = nullable(fields.String)
    external_id = nullable(fields.String)
    purpose = out(fields.String, validate=validate.OneOf(["invite", "reset"]))
    expires_at = out(Instant)
    min_length = out(fields.Integer)


class UseLink(Schema):
    """The password to set."""

    password = _new_password()


class ListedPersonSchema(PersonSchema):
    """A person in the list; what is private is null unless an admin or someone above asks."""

    email = nullable(fields.String)
    phone = nullable(fields.String)
    has_password = nullable(fields.Boolean)


class InvitePerson(Schema):
    """A new person."""

    name = _text(200, required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    team_id = _id(load_default=None, allow_none=True)
    email = fields.Email(load_default=None, allow_none=True, validate=validate.Length(max=254))
    phone = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=40))
    external_id = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 120))
    title = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=200))
    hired_on = fields.Date(load_default=None, allow_none=True)
    locale = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(LOCALES))


class InvitedSchema(Schema):
    """The new person and the link to send to them."""

    person = out(fields.Nested, ListedPersonSchema)
    link = out(fields.Nested, LinkSchema)


class ChangePerson(Schema):
    """What an admin may change; only what is given changes."""

    name = _text(200)
    role = fields.String(validate=validate.OneOf(ROLES))
    team_id = _id(allow_none=True)
    title = fields.String(allow_none=True, validate=validate.Length(max=200))
    external_id = fields.String(allow_none=True, validate=validate.Length(1, 120))
    hired_on = fields.Date(allow_none=True)
    left_on = fields.Date(allow_none=True)
    is_active = fields.Boolean()


class MakeToken(Schema):
    """A token for a program, with a name by which one knows it again."""

    name = _text(120, required=True)
    person_id = _id(load_default=None, allow_none=True)


class TokenSchema(Schema):
    """A token without its secret."""

    id = out(fields.String)
    name = out(fields.String)
    person_id = out(fields.String)
    created_at = out(Instant)
    last_used_at = nullable(Instant)


class NewTokenSchema(TokenSchema):
    """A new token; `token` is told this once."""

    token = out(fields.String)
