"""Everything that the package offers."""

from __future__ import annotations

from app.domain import Domain
from app.org import models  # noqa: F401  # registers the tables
from app.org.directory import DIRECTORY

org = Domain(name="org", directory=DIRECTORY)
