"""How often something may be tried, counted in the database so that it holds across processes.

Redis and memcached would be one more thing to run, and a counter in memory is one counter per gunicorn
process. One row a key, one upsert an attempt: the count and the decision are one statement, so twenty
parallel guesses are twenty, not one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, case, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, db


class RateCount(Base):
    """How many attempts a key has made in the window that ends at `ends_at`."""

    __tablename__ = "rate_count"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    count: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class Limit:
    """At most `attempts` within a window of `seconds`, which begins with the first attempt."""

    name: str
    attempts: int
    seconds: int


def spend(limit: Limit, key: str, now: datetime) -> int:
    """Counts one attempt. Answers 0 if it is allowed, else the seconds until the next one is.

    Runs in a transaction of its own, so that a refused request counts too: call it before the
    session has begun to write.
    """
    is_over = RateCount.ends_at <= now
    ends_at = now + timedelta(seconds=limit.seconds)
    with db.engine.begin() as connection:
        connection.execute(delete(RateCount).where(RateCount.ends_at <= now))
        insert = postgresql.insert(RateCount) if connection.dialect.name == "postgresql" else sqlite.insert(RateCount)
        statement = insert.values(key=_key(limit, key), count=1, ends_at=ends_at)
        statement = statement.on_conflict_do_update(
            index_elements=["key"],
            set_={
                "count": case((is_over, 1), else_=RateCount.count + 1),
                "ends_at": case((is_over, ends_at), else_=RateCount.ends_at),
            },
        )
        count, ends = connection.execute(statement.returning(RateCount.count, RateCount.ends_at)).one()
    return 0 if count <= limit.attempts else max(1, int((ends - now).total_seconds()) + 1)


def give_back(limit: Limit, key: str) -> None:
    """Takes an attempt back that turned out to be right, in the transaction of what it allowed."""
    db.session.execute(update(RateCount).where(RateCount.key == _key(limit, key)).values(count=RateCount.count - 1))


def _key(limit: Limit, key: str) -> str:
    return f"{limit.name}:{key}"[:200]
