"""Writes the migration that turns the newest one's schema into the models': make migration m="what changes".

It compares on PostgreSQL, because SQLite cannot tell which indexes over expressions it has.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from flask_migrate import migrate, upgrade

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.config import Settings  # noqa: E402
from app.core.db import db  # noqa: E402
from app.factory import create_app  # noqa: E402
from tests.postgres import Cluster  # noqa: E402


def main(what_changes: str) -> None:
    number = len(list((ROOT / "migrations" / "versions").glob("[0-9]*.py"))) + 1
    cluster = Cluster()
    try:
        with tempfile.TemporaryDirectory() as folder:
            app = create_app(Settings(data_dir=Path(folder), database_url=cluster.url, secret_key="not kept"))
            with app.app_context():
                upgrade()
                migrate(message=what_changes, rev_id=f"{number:04d}")
                db.engine.dispose()
    finally:
        cluster.stop()
    print('Read it, run "ruff check --fix migrations; ruff format migrations", and see that it goes both ways:')
    print("pytest tests/house/test_migrations.py")


if __name__ == "__main__":
    main(sys.argv[1])
