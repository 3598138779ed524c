"""paceline: the command line. Packages bring their own commands through their Domain."""

from __future__ import annotations

import click
from flask.cli import FlaskGroup

from app.factory import create_app


@click.group(cls=FlaskGroup, create_app=create_app, add_default_commands=False)
def main() -> None:
    """Paceline 知行: from the plan to what people do today."""
