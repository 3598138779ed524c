"""Everything that the package offers."""

from __future__ import annotations

from app.customers import models  # noqa: F401  # registers the tables
from app.domain import Domain

customers = Domain(name="customers")
