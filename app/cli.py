"""paceline: the command line. Packages bring their own commands through their Domain."""

from __future__ import annotations

import csv
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import segno
from flask import current_app
from flask.cli import FlaskGroup, ScriptInfo, with_appcontext
from sqlalchemy import select

from app import logs, serve, tls, web
from app.config import BadSetting, Settings
from app.core import clock, process
from app.core.db import db
from app.demo import load as demo
from app.demo.cast import CODE as DEMO_CODE
from app.factory import create_app
from app.importer.commands import import_command
from app.notifications.vapid import ensure_vapid_keys, subject_warning
from app.org.models import Organization

# Every other command first brings the database to the newest version, so that it works on a fresh machine.
LEAVES_THE_DATABASE = {None, "serve", "check", "openapi", "db"}


class Commands(FlaskGroup):
    """Says what is wrong with a setting in one line instead of a trace."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            logs.configure(Settings.from_environment().log_level)
            return super().main(*args, **kwargs)
        except BadSetting as error:
            click.echo(f"paceline: {error}", err=True)
            sys.exit(2)


@click.group(cls=Commands, create_app=create_app, add_default_commands=False, add_version_option=False)
@click.pass_context
def main(context: click.Context) -> None:
    """Paceline 知行: from the plan to what people do today."""
    if context.invoked_subcommand not in LEAVES_THE_DATABASE and "--help" not in sys.argv:
        with context.ensure_object(ScriptInfo).load_app().app_context():
            serve.prepare_database()


main.add_command(import_command)


@main.command("serve")
@click.option("--host", help="Address to listen at; default 127.0.0.1, with --tls every address.")
@click.option("--port", type=click.IntRange(1, 65535), envvar="PORT", default=8000, show_default=True)
@click.option("--as-of", metavar="DATE", help="Set today to this day, where the data are (YYYY-MM-DD).")
@click.option("--tls", "is_tls", is_flag=True, help="HTTPS with a certificate authority of our own, for phones in this network.")
@click.option("--demo", "is_demo", is_flag=True, help="Load the demo company if the database is empty.")
@click.option("--worker/--no-worker", "has_worker", default=True, help="Run a worker beside the web server.")
@click.option("--processes", type=click.IntRange(1, 64), default=2, show_default=True, help="Web server processes.")
@click.option("--threads", type=click.IntRange(4, 1024), default=64, show_default=True, help="Threads in each.")
def serve_command(
    host: str | None, port: int, as_of: str | None, is_tls: bool, is_demo: bool, has_worker: bool, processes: int, threads: int
) -> None:
    """Run the web server and one worker until Ctrl-C."""
    host = host or ("0.0.0.0" if is_tls else "127.0.0.1")
    try:
        serve.refuse_taken_port(host, port)
        if is_tls:
            serve.refuse_taken_port(host, port + 1)
    except serve.PortTaken as error:
        click.echo(f"paceline: {error}", err=True)
        sys.exit(1)
    if as_of:
        os.environ["AS_OF"] = as_of
    address = tls.local_addresses()[0] if is_tls else host if host not in ("0.0.0.0", "::", "127.0.0.1") else "localhost"
    url = os.environ.setdefault("PUBLIC_URL", f"{'https' if is_tls else 'http'}://{address}:{port}")

    settings = Settings.from_environment()
    app = create_app(settings)
    ensure_vapid_keys(settings)
    with app.app_context():
        serve.prepare_database()
        if is_demo and db.session.scalars(select(Organization.id).limit(1)).first() is None:
            click.echo("Loading the demo company …")
            demo.load(clock.now(), settings.data_dir)
    certificate = _certificate(settings.data_dir / "tls") if is_tls else None
    page = tls.CertificatePage(host, port + 1, settings.data_dir / "tls", url) if is_tls else None

    def greet() -> None:
        click.echo(f"\nPaceline 知行  {url}")
        if is_tls:
            _show_phone_help(url, f"http://{address}:{port + 1}/")
        with app.app_context():
            _show_accounts()
        click.echo("Ctrl-C stops everything.", nl=True)
        sys.stdout.flush()

    plan = serve.Plan(host, port, processes, threads, certificate, has_worker)
    code = serve.Supervisor(plan, os.environ).run(greet)
    if page:
        page.stop()
    sys.exit(code)


def _certificate(folder: Path) -> tuple[str, str]:
    certificate, key = tls.server_certificate(folder, tls.local_addresses(), datetime.now(UTC))
    return str(certificate), str(key)


def _show_phone_help(url: str, page: str) -> None:
    click.echo(f"On a phone, first install the certificate from {page}, then open the address above:\n")
    segno.make(url, error="m").terminal(compact=True)
    click.echo()


def _show_accounts() -> None:
    if db.session.scalars(select(Organization.id).where(Organization.code == DEMO_CODE)).first() is None:
        return
    click.echo("\nSign in as")
    for account in demo.accounts():
        click.echo(f"  {account.role:<9} {account.email:<28} {account.password}")
    click.echo()


@main.command("demo")
@click.option("--accounts", "is_accounts", is_flag=True, help="Print the sign-ins as CSV instead: role,email,password.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Of the company's names.")
@with_appcontext
def demo_command(is_accounts: bool, language: str) -> None:
    """Load the demo company."""
    if not is_accounts:
        if db.session.scalars(select(Organization.id).where(Organization.code == DEMO_CODE)).first() is not None:
            raise click.ClickException("the demo company is there already; take another DATA_DIR for a fresh one")
        demo.load(clock.now(), current_app.config["SETTINGS"].data_dir, language)
        return
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["role", "email", "password"])
    out.writerows([account.role, account.email, account.password] for account in demo.accounts())


@main.command("worker")
def worker_command() -> None:
    """Run one worker: reminders, deliveries, jobs. As many as you like may run at once."""
    process.end_with_parent()
    from app.notifications import worker  # only here: what sends pushes takes long to import

    worker.run(create_app())


@main.command("check")
@with_appcontext
def check_command() -> None:
    """Say whether this installation is fit to serve; ends with 1 if it is not."""
    warning = subject_warning(current_app.config["SETTINGS"].vapid_subject)
    problems = [*serve.problems(), *([warning] if warning else [])]
    for problem in problems:
        click.echo(f"problem: {problem}")
    click.echo("not fit to serve" if problems else "fit to serve")
    sys.exit(1 if problems else 0)


@main.command("openapi")
@with_appcontext
def openapi_command() -> None:
    """Print the description of the whole API."""
    click.echo(json.dumps(web.api.spec.to_dict(), ensure_ascii=False, indent=1, sort_keys=True))


if __name__ == "__main__":
    main()
