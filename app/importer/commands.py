"""paceline import: a company from CSV files."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select
from tqdm import tqdm

from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Refusal
from app.core.words import say
from app.importer import words  # noqa: F401  # registers the sentences
from app.importer.read import NotAFolder
from app.importer.report import Problem, Report
from app.importer.run import import_folder
from app.org import service as org
from app.org.models import Organization

DEFAULTS = {"currency": "CNY", "time_zone": "Asia/Shanghai", "calendar": "CN", "locale": "zh-CN"}
MOST_CHANGES = 50  # lines of changes in the text; --json has them all


@click.command("import")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--org", "code", required=True, help="The company's code; it is made if there is none and --name is given.")
@click.option("--name", help="The name of a new company.")
@click.option("--currency", help="Its base currency (ISO 4217); default CNY.")
@click.option("--time-zone", help="Its time zone (IANA); default Asia/Shanghai.")
@click.option("--calendar", help="The country whose holidays count; default CN.")
@click.option("--locale", type=click.Choice(["zh-CN", "en"]), help="Its language; default zh-CN.")
@click.option("--dry-run", "is_dry_run", is_flag=True, help="List problems and what would change; save nothing.")
@click.option("--skip-bad", is_flag=True, help="Leave out rows with errors and save the others.")
@click.option("--json", "is_json", is_flag=True, help="Print one JSON object for programs.")
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Of the messages.")
@with_appcontext
def import_command(
    folder: Path,
    code: str,
    name: str | None,
    currency: str | None,
    time_zone: str | None,
    calendar: str | None,
    locale: str | None,
    is_dry_run: bool,
    skip_bad: bool,
    is_json: bool,
    language: str,
) -> None:
    """Load a company from the CSV files in DIR (docs/import.md).

    Ends with 0 if everything is well, 1 if a row has an error, 2 if it cannot begin.
    """
    settings = {"currency": currency, "time_zone": time_zone, "calendar": calendar, "locale": locale}
    organization = _organization(code, name, {key: value for key, value in settings.items() if value}, language)
    actor = Actor.system(organization.id, clock.now(), organization.locale)
    with _Bar() as bar:
        try:
            report = import_folder(actor, folder, is_dry_run=is_dry_run, skip_bad=skip_bad, progress=bar.begin)
        except NotAFolder as error:
            db.session.rollback()
            raise click.UsageError(str(error)) from None
    if is_json:
        click.echo(json.dumps(report.as_json(language), ensure_ascii=False, indent=1))
    else:
        _tell(report, language)
    sys.exit(1 if report.errors else 0)


def _organization(code: str, name: str | None, settings: dict[str, str], language: str) -> Organization:
    found = db.session.scalar(select(Organization).where(func.lower(Organization.code) == code.lower()))
    if found is None and not name:
        raise click.UsageError(
            f"There is no company {code!r}. To make it, add --name (and --currency, --time-zone, --calendar, --locale)."
        )
    if found is not None:
        _refuse_other_settings(found, settings)
        return found
    given = DEFAULTS | settings
    try:
        return org.create_organization(
            now=clock.now(),
            code=code,
            name=name or code,
            currency=given["currency"],
            time_zone=given["time_zone"],
            calendar_code=given["calendar"],
            locale=given["locale"],
        )
    except Refusal as error:
        db.session.rollback()
        reasons = [f"{field}: {say(reason, language, **error.params)}" for field, reason in (error.fields or {}).items()]
        raise click.UsageError("\n".join(reasons) or say(error.code, language, **error.params)) from None


def _refuse_other_settings(found: Organization, settings: dict[str, str]) -> None:
    for key, value in settings.items():
        if getattr(found, key) != value:
            raise click.UsageError(
                f"{found.code} has {key.replace('_', ' ')} {getattr(found, key)}, not {value}. Leave the option out."
            )


class _Bar:
    """A progress bar on the terminal's error stream; nothing where that is no terminal."""

    def __init__(self) -> None:
        self._bar: Any = None

    def __enter__(self) -> _Bar:
        return self

    def begin(self, rows: int) -> Callable[[int], object]:
        bar = self._bar = tqdm(total=rows, unit=" rows", disable=None, file=sys.stderr)

        def advance(done: int) -> None:
            bar.update(done)

        return advance

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()


def _tell(report: Report, language: str) -> None:
    for problem in report.problems:
        click.echo(_line(problem, language))
    for change in report.changes[:MOST_CHANGES]:
        click.echo(f"change: {change.file}:{change.line} {change.id} {change.column}: {change.old or '-'} → {change.new or '-'}")
    if len(report.changes) > MOST_CHANGES:
        click.echo(f"… and {len(report.changes) - MOST_CHANGES} more changes (see --json)")
    if report.problems or report.changes:
        click.echo()
    click.echo(f"{'file':<18}{'rows':>8}{'created':>9}{'updated':>9}{'unchanged':>11}{'skipped':>9}  sum")
    sums = report.as_json(language)["money"]
    for name, counts in report.files.items():
        money = ", ".join(f"{amount} {currency}" for currency, amount in sums.get(name, {}).items())
        click.echo(
            f"{name:<18}{counts.rows:>8}{counts.created:>9}{counts.updated:>9}{counts.unchanged:>11}{counts.skipped:>9}  {money}".rstrip()
        )
    click.echo(f"\n{len(report.errors)} errors, {len(report.warnings)} warnings. {_outcome(report)}")


def _line(problem: Problem, language: str) -> str:
    place = f"{problem.file}:{problem.line}" if problem.line else problem.file
    what = " ".join(filter(None, (problem.column, repr(problem.value) if problem.value else "")))
    return f"{problem.severity.value}: {place}: {what + ': ' if what else ''}{problem.reason(language)}"


def _outcome(report: Report) -> str:
    if report.is_dry_run:
        return "Dry run: nothing was saved."
    if not report.is_saved:
        return "Nothing was saved. Mend the errors, or leave the bad rows out with --skip-bad."
    return "Saved."
