"""A wrong setting is told in one line that names it, before anything is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.config import BadSetting, Settings


@pytest.mark.parametrize(
    "name, value", [("LOG_LEVEL", "loud"), ("DATABASE_URL", "mysql://db/x"), ("AS_OF", "2013"), ("TRUSTED_PROXIES", "-1")]
)
def test_a_wrong_setting_is_told_by_its_name(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=f"^{name}: write"):
        Settings.from_environment({name: value})


def test_a_data_dir_that_is_no_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadSetting, match="^DATA_DIR: "):
        Settings.from_environment({"DATA_DIR": str(tmp_path / "file")}).secret()


@pytest.mark.parametrize(
    "url", ["", "postgres://me@host/db", "postgresql://me@host/db", "postgresql+psycopg://me@host/db", "sqlite://"]
)
def test_both_databases_are_accepted(url: str) -> None:
    Settings.from_environment({"DATABASE_URL": url})
