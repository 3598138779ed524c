"""Everything that the package offers."""

from __future__ import annotations

from app.customers.events import CustomerReassigned
from app.domain import Domain, Entity, Mutation
from app.org.events import OrganizationCreated
from app.visits import queries, reactions, schemas, service
from app.visits.api import blueprint
from app.visits.models import Task, Visit, VisitType
from app.visits.words import WORDS

visits = Domain(
    name="visits",
    entities=[
        Entity("visit_type", VisitType, schemas.VisitTypeSchema, queries.organization_bucket, indexes=("code",)),
        Entity(
            "visit",
            Visit,
            schemas.VisitSchema,
            queries.visit_buckets,
            indexes=("person_id", "customer_id", "planned_on", "status"),
        ),
        Entity("task", Task, schemas.TaskSchema, queries.task_buckets, indexes=("person_id", "customer_id", "due_on", "status")),
    ],
    mutations=[
        Mutation("visits.plan_visit", schemas.PlanVisit, service.plan_visit),
        Mutation("visits.move_visit", schemas.MoveVisit, service.move_visit),
        Mutation("visits.cancel_visit", schemas.CancelVisit, service.cancel_visit),
        Mutation("visits.check_in", schemas.CheckIn, service.check_in),
        Mutation("visits.finish", schemas.Finish, service.finish),
        Mutation("visits.add_task", schemas.AddTask, service.add_task),
        Mutation("visits.complete_task", schemas.OneTask, service.complete_task),
        Mutation("visits.reopen_task", schemas.OneTask, service.reopen_task),
    ],
    reactions={
        OrganizationCreated: [reactions.give_visit_types],
        CustomerReassigned: [reactions.call_off_visits],
    },
    words=WORDS,
    blueprints=[blueprint],
    chores=[service.close_days_that_ended],
)
