"""Every setting, from the environment, in one place, checked at the start."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class BadSetting(Exception):
    """A setting is wrong; the message says which, and how to mend it."""


@dataclass(frozen=True)
class Settings:
    """The settings of one process. Names in the environment are the same in capitals."""

    data_dir: Path = ROOT / "var"
    database_url: str = ""  # empty: SQLite in data_dir
    secret_key: str = ""  # empty: made at the first start and kept in data_dir
    public_url: str = "http://localhost:8000"  # the address that people open; links and pushes name it
    vapid_subject: str = "mailto:paceline@example.com"
    vapid_private_key: str = ""  # PEM or base64url; empty: made at the first start and kept in data_dir
    push_hosts: tuple[str, ...] = (
        "fcm.googleapis.com",
        "updates.push.services.mozilla.com",
        "web.push.apple.com",
        "*.notify.windows.com",
    )
    as_of: date | None = None
    is_secure: bool = False  # cookies only over HTTPS
    trusted_proxies: int = 0
    log_level: str = "INFO"
    frontend_dir: Path = ROOT / "frontend" / "dist"
    testing: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def database(self) -> str:
        """The SQLAlchemy address of the database."""
        if self.database_url:
            return self.database_url.replace("postgres://", "postgresql://", 1).replace(
                "postgresql://", "postgresql+psycopg://", 1
            )
        return f"sqlite:///{self.data_dir / 'paceline.sqlite3'}"

    @classmethod
    def from_environment(cls, env: Mapping[str, str] = os.environ) -> Settings:
        """Reads the settings. Raises BadSetting with the name and the remedy."""
        data_dir = Path(env.get("DATA_DIR") or ROOT / "var").resolve()
        public_url = env.get("PUBLIC_URL") or f"http://localhost:{env.get('PORT') or 8000}"
        settings = cls(
            data_dir=data_dir,
            database_url=env.get("DATABASE_URL", ""),
            secret_key=env.get("SECRET_KEY", ""),
            public_url=public_url.rstrip("/"),
            vapid_subject=env.get("VAPID_SUBJECT") or cls.vapid_subject,
            vapid_private_key=env.get("VAPID_PRIVATE_KEY", ""),
            push_hosts=tuple(filter(None, env.get("PUSH_HOSTS", "").split(","))) or cls.push_hosts,
            as_of=_day(env, "AS_OF"),
            is_secure=public_url.startswith("https://"),
            trusted_proxies=_count(env, "TRUSTED_PROXIES"),
            log_level=env.get("LOG_LEVEL") or "INFO",
        )
        if settings.log_level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise BadSetting("LOG_LEVEL: write DEBUG, INFO, WARNING or ERROR")
        if not settings.database.startswith(("sqlite:", "postgresql+psycopg:")):
            raise BadSetting("DATABASE_URL: write postgresql://user:password@host/database, or leave it empty for SQLite")
        return settings

    def secret(self) -> str:
        """The key that signs cookies and cursors; made once and kept (mode 600) if none is set."""
        return self.secret_key or kept_secret(self.data_dir / "secret_key")


def kept_secret(path: Path) -> str:
    """A random secret in a file that only the owner may read; made at the first call."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetting(f"DATA_DIR: {path.parent} is no folder that can be written to ({error.strerror})") from None
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        value = secrets.token_urlsafe(48)
        file.write(value)
    return value


def _day(env: Mapping[str, str], name: str) -> date | None:
    try:
        return date.fromisoformat(env[name]) if env.get(name) else None
    except ValueError:
        raise BadSetting(f"{name}: write a day as YYYY-MM-DD, not {env[name]!r}") from None


def _count(env: Mapping[str, str], name: str) -> int:
    value = env.get(name) or "0"
    if not value.isdigit():
        raise BadSetting(f"{name}: write a whole number, not {value!r}")
    return int(value)
