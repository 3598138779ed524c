"""Everything that the package offers."""

from __future__ import annotations

from app.domain import Domain
from app.targets import models  # noqa: F401  # registers the tables

targets = Domain(name="targets")
