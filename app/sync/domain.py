"""Everything that the engine itself offers."""

from __future__ import annotations

from app.domain import Domain, Entity, Mutation
from app.sync import settle
from app.sync.api import blueprint
from app.sync.models import BlobState, MutationResult
from app.sync.schemas import BlobStateSchema, MutationResultSchema, Settle
from app.sync.words import WORDS

sync = Domain(
    name="sync",
    entities=[
        Entity("mutation_result", MutationResult, MutationResultSchema, settle.result_buckets, ("status",)),
        Entity("blob_state", BlobState, BlobStateSchema, lambda row: [f"user:{row.person_id}"], ("sha256",)),
    ],
    mutations=[
        Mutation("sync.ask", Settle, settle.ask),
        Mutation("sync.admit", Settle, settle.admit, kind="decision"),
        Mutation("sync.decline", Settle, settle.decline, kind="decision"),
        Mutation("sync.discard", Settle, settle.discard),
    ],
    blueprints=[blueprint],
    words=WORDS,
)
