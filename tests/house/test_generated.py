"""What is generated and committed is what the registry generates now."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from app import web
from tests.conftest import Database

ROOT = Path(__file__).resolve().parents[2]
REMEDY = "stale: run `make generate` and commit the result"


@pytest.mark.one_database
def test_the_committed_description_of_the_api_is_the_present_one(database: Database) -> None:
    with database.app.app_context():
        described = json.dumps(web.api.spec.to_dict(), ensure_ascii=False, indent=1, sort_keys=True)
    assert (ROOT / "frontend/openapi.json").read_text("utf-8").strip() == described, REMEDY


def test_the_types_of_the_phone_are_made_from_the_committed_description(tmp_path: Path) -> None:
    made = tmp_path / "api.ts"
    command: str = json.loads((ROOT / "frontend/package.json").read_text("utf-8"))["scripts"]["generate"]
    words = command.replace("src/generated/api.ts", str(made)).split()
    subprocess.run(
        [ROOT / "scripts/with-node", "npx", "--no-install", *words], cwd=ROOT / "frontend", check=True, capture_output=True
    )
    assert made.read_text("utf-8") == (ROOT / "frontend/src/generated/api.ts").read_text("utf-8"), REMEDY
