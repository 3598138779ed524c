"""Everything that the package offers."""

from __future__ import annotations

from app.domain import Domain
from app.notifications import models  # noqa: F401  # registers the tables

notifications = Domain(name="notifications")
