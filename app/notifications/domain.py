"""Everything that the package offers."""

from __future__ import annotations

from app.domain import Domain, Entity, Mutation
from app.notifications import api, queries, schemas, service
from app.notifications.models import Notice
from app.notifications.words import WORDS

notifications = Domain(
    name="notifications",
    entities=[Entity("notice", Notice, schemas.NoticeSchema, buckets=queries.notice_buckets, indexes=("created_at", "kind"))],
    mutations=[
        Mutation("notifications.mark_seen", schemas.MarkSeen, service.mark_seen),
        Mutation("notifications.acknowledge", schemas.Acknowledge, service.acknowledge),
    ],
    words=WORDS,
    blueprints=[api.blueprint],
)
