"""Everything that the package offers."""

from __future__ import annotations

from app.domain import Domain, Entity, Mutation
from app.org.events import WorkingTimeChanging
from app.targets import notices, queries, reactions, schemas, service
from app.targets.models import Adjustment, ChangeReceipt, Plan, PlanVersion, Target
from app.targets.words import WORDS

targets = Domain(
    name="targets",
    entities=[
        Entity("plan", Plan, schemas.PlanSchema, queries.organization_bucket),
        Entity("plan_version", PlanVersion, schemas.PlanVersionSchema, queries.organization_bucket, indexes=("plan_id",)),
        Entity("target", Target, schemas.TargetSchema, queries.target_buckets, indexes=("person_id", "plan_id", "period_start")),
        Entity(
            "adjustment",
            Adjustment,
            schemas.AdjustmentSchema,
            queries.adjustment_buckets,
            indexes=("requester_id", "approver_id", "status"),
        ),
        Entity(
            "change_receipt",
            ChangeReceipt,
            schemas.ChangeReceiptSchema,
            queries.receipt_buckets,
            indexes=("person_id", "adjustment_id"),
        ),
    ],
    mutations=[
        Mutation("targets.request_adjustment", schemas.RequestAdjustment, service.request_adjustment),
        Mutation("targets.withdraw_adjustment", schemas.Named, service.withdraw_adjustment),
        Mutation("targets.approve_adjustment", schemas.ApproveAdjustment, service.approve_adjustment, kind="decision"),
        Mutation("targets.reject_adjustment", schemas.TurnDownAdjustment, service.reject_adjustment, kind="decision"),
        Mutation("targets.return_adjustment", schemas.TurnDownAdjustment, service.return_adjustment, kind="decision"),
        Mutation("targets.undo_adjustment", schemas.Named, service.undo_adjustment, kind="decision"),
        Mutation("targets.see_change", schemas.Named, service.see_change),
        Mutation("targets.acknowledge_change", schemas.Named, service.acknowledge_change),
        Mutation("targets.ask_about_change", schemas.AskAboutChange, service.ask_about_change),
    ],
    notices=[notices.adjustment_requested, notices.adjustment_decided, notices.plan_changed, notices.change_questioned],
    morning=notices.morning,
    reactions={WorkingTimeChanging: [reactions.freeze_before_working_time_changes]},
    words=WORDS,
)
