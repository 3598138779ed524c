"""paceline init, paceline person: a company's first steps, and access without the web."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import func, select

from app.config import Settings
from app.core import clock
from app.core.actor import Actor, Role
from app.core.db import db
from app.core.errors import Refusal
from app.core.words import say
from app.org import access, service
from app.org.models import Account, Organization, Person


def _plainly(error: Refusal) -> click.ClickException:
    """A refusal as the command line tells it: field by field, in English."""
    if not error.fields:
        return click.ClickException(say(error.code, "en", **error.params))
    sentences = [f"{name}: {say(code, 'en', **error.params)}" for name, code in error.fields.items()]
    return click.ClickException("\n".join(sentences))


def _asked(name: str, **kwargs: Any) -> Callable[[Any], Any]:
    """An option that is asked for on a terminal and required elsewhere."""
    if sys.stdin.isatty():
        return click.option(name, prompt=True, **kwargs)
    return click.option(name, required="default" not in kwargs, **kwargs)


@click.command("init")
@_asked("--name", help="The company's name.")
@_asked("--code", help="A short name for signing in: letters, digits, - and _.")
@click.option("--currency", default="CNY", show_default=True, help="ISO 4217, such as CNY.")
@click.option("--time-zone", default="Asia/Shanghai", show_default=True, help="IANA, such as Asia/Shanghai.")
@click.option("--calendar", default="CN", show_default=True, help="The country whose holidays count, such as CN or US.")
@click.option("--locale", default="zh-CN", show_default=True, type=click.Choice(["zh-CN", "en"]))
@_asked("--admin-name", help="The first admin.")
@_asked("--admin-email", help="The first admin's e-mail address.")
@with_appcontext
def init(
    name: str, code: str, currency: str, time_zone: str, calendar: str, locale: str, admin_name: str, admin_email: str
) -> None:
    """Make a company with its first admin; prints the one-time link by which the admin joins."""
    now = clock.now()
    if "@" not in admin_email:
        raise click.BadParameter("write an e-mail address", param_hint="--admin-email")
    try:
        organization = service.create_organization(
            now=now, code=code, name=name, currency=currency, time_zone=time_zone, calendar_code=calendar, locale=locale
        )
        actor = Actor.system(organization.id, now, locale)
        admin = service.create_person(actor, name=admin_name, role=Role.ADMIN, email=admin_email)
        link = _link(actor, admin)
    except Refusal as error:
        raise _plainly(error) from None
    db.session.commit()
    click.echo(f"Made {organization.name} ({organization.code}).", err=True)
    click.echo(f"Open this link once to set the password of {admin.name}; it lasts {access.INVITE_DAYS} days:", err=True)
    click.echo(link)


def _link(actor: Actor, person: Person) -> str:
    settings: Settings = current_app.config["SETTINGS"]
    _, token = access.create_link(actor, person_id=person.id)
    return f"{settings.public_url}/join/{token}"


@click.group("person")
def person() -> None:
    """People and how they sign in."""


_org_option = click.option("--org", "code", help="The organization's code, if several have somebody of this number.")


@person.command("set-password")
@click.argument("who", metavar="EMAIL|EXTERNAL_ID")
@_org_option
@with_appcontext
def set_password(who: str, code: str | None) -> None:
    """Set a password, read from standard input. The person's browsers are signed out."""
    found, actor = _find(who, code)
    if sys.stdin.isatty():
        password = click.prompt("New password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise click.UsageError(
            "Write the password to standard input, for example: echo 'a good password' | paceline person set-password …"
        )
    try:
        access.set_password(actor, person_id=found.id, password=password)
    except Refusal as error:
        raise _plainly(error) from None
    names = _names(found)
    db.session.commit()
    click.echo(f"{found.name} can now sign in with {names}.")


@person.command("link")
@click.argument("who", metavar="EMAIL|EXTERNAL_ID")
@_org_option
@with_appcontext
def link(who: str, code: str | None) -> None:
    """Print a one-time link by which a person sets a password."""
    found, actor = _find(who, code)
    try:
        url = _link(actor, found)
    except Refusal as error:
        raise _plainly(error) from None
    db.session.commit()
    click.echo(url)


@person.command("list")
@_org_option
@with_appcontext
def list_people(code: str | None) -> None:
    """List people: organization, number, e-mail address, role, name, whether they can sign in."""
    wanted = (
        select(Organization.code, Person, Account)
        .join(Person, Person.organization_id == Organization.id)
        .outerjoin(Account, Account.person_id == Person.id)
        .order_by(Organization.code, Person.name, Person.id)
    )
    if code:
        wanted = wanted.where(func.lower(Organization.code) == code.lower())
    for organization, found, account in db.session.execute(wanted):
        state = "disabled" if not found.is_active else "password" if account and account.password_hash else "no password"
        cells = [
            organization,
            found.external_id or "-",
            (account.email if account else None) or "-",
            found.role,
            found.name,
            state,
        ]
        click.echo("\t".join(cells))


def _find(who: str, code: str | None) -> tuple[Person, Actor]:
    """The one active person of this e-mail address, number or phone, and the actor to change them."""
    found: Sequence[Account] = access.find_accounts(who, code)
    if not found:
        raise click.ClickException(
            f"There is no active person {who!r}" + (f" in {code!r}" if code else "") + ". See: paceline person list"
        )
    if len(found) > 1:
        codes = db.session.scalars(
            select(Organization.code)
            .where(Organization.id.in_([account.organization_id for account in found]))
            .order_by(Organization.code)
        )
        raise click.ClickException(
            f"{who!r} is in several organizations. Add one of: " + ", ".join(f"--org {each}" for each in codes)
        )
    row = db.session.get_one(Person, found[0].person_id)
    return row, Actor.system(row.organization_id, clock.now())


def _names(found: Person) -> str:
    account = db.session.scalar(select(Account).where(Account.person_id == found.id))
    names = [account.email if account else None, found.external_id, account.phone if account else None]
    return " or ".join(name for name in names if name)


@click.command("calendar")
@with_appcontext
def calendar() -> None:
    """Bring the public holidays of this year and the next up to date, for every company."""
    service.keep_calendars(clock.now())
    db.session.commit()
