"""Everything that the package offers."""

from __future__ import annotations

from app.domain import Domain
from app.customers import models  # noqa: F401  # registers the tables

customers = Domain(name="customers")
