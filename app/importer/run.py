"""One import from beginning to end: read, check, write, commit or roll back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app.core.actor import Actor
from app.core.db import Base, db
from app.customers.models import Customer, Territory
from app.importer.check import Check
from app.importer.load import Loader
from app.importer.read import Sheet, read_folder
from app.importer.report import Report
from app.org import queries as org
from app.org.models import Account, Person
from app.sales.models import FxRate, Order, Product

MODELS: dict[str, type[Base]] = {
    "people": Person,
    "territories": Territory,
    "customers": Customer,
    "products": Product,
    "orders": Order,
}
Progress = Callable[[int], Callable[[int], object]]  # the number of rows → what is told of rows that are done with


def import_folder(
    actor: Actor,
    folder: Path,
    *,
    is_dry_run: bool = False,
    skip_bad: bool = False,
    progress: Progress = lambda rows: lambda done: None,
) -> Report:
    """Imports a folder and commits, unless it is a dry run or something is wrong and bad rows are not skipped.

    A dry run does everything and rolls back, so it says exactly what a run would do. The caller's
    open changes (such as a new organisation) are kept or rolled back with it. Raises NotAFolder.
    """
    organization = org.organization(actor)
    report = Report(organization.code, organization.currency, is_dry_run=is_dry_run)
    sheets, problems = read_folder(folder, organization.currency)
    known = {name: _external_ids(model, actor.organization_id) for name, model in MODELS.items()}
    report.problems = problems + Check(sheets, known, _rates(actor), _emails(actor), organization.currency).run()
    if is_dry_run or skip_bad or not report.errors:
        Loader(actor, organization, sheets, report, progress(_count(sheets))).run()
    else:
        report.note_unsaved({name: (len(sheet.rows), len(sheet.rows) - len(sheet.good)) for name, sheet in sheets.items()})
    report.sort()
    if not is_dry_run and (skip_bad or not report.errors):
        db.session.commit()
        report.is_saved = True
    else:
        db.session.rollback()
    return report


def _count(sheets: dict[str, Sheet]) -> int:
    return sum(len(sheet.rows) for sheet in sheets.values())


def _external_ids(model: type[Base], organization_id: str) -> set[str]:
    table: Any = model.__table__
    found = select(table.c.external_id).where(table.c.organization_id == organization_id, table.c.external_id.is_not(None))
    return set(db.session.scalars(found))


def _rates(actor: Actor) -> set[Any]:
    found = select(FxRate.currency, FxRate.on).where(FxRate.organization_id == actor.organization_id)
    return {(row.currency, row.on) for row in db.session.execute(found)}


def _emails(actor: Actor) -> dict[str, str]:
    """Addresses that are taken on this server → the external id of who has one, "" for those of other companies."""
    found = select(func.lower(Account.email).label("email"), Person.external_id, Person.organization_id).join(
        Person, Person.id == Account.person_id
    )
    return {
        row.email: (row.external_id or "") if row.organization_id == actor.organization_id else ""
        for row in db.session.execute(found.where(Account.email.is_not(None)))
    }
