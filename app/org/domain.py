"""Everything that the package offers."""

from __future__ import annotations

from app.domain import Domain, Entity, Grants, Mutation
from app.org import commands, queries, reactions, schemas, service
from app.org.api import blueprint
from app.org.directory import DIRECTORY
from app.org.events import DevicesSignedOut
from app.org.models import Account, CalendarDay, Leave, Organization, Person, Team
from app.org.words import WORDS

org = Domain(
    name="org",
    entities=[
        Entity("organization", Organization, schemas.OrganizationSchema, queries.organization_buckets),
        Entity("team", Team, schemas.TeamSchema, queries.organization_buckets, ["parent_id"]),
        Entity("person", Person, schemas.PersonSchema, queries.organization_buckets, ["team_id", "manager_id"]),
        Entity("calendar_day", CalendarDay, schemas.CalendarDaySchema, queries.organization_buckets, ["on"]),
        Entity("account", Account, schemas.AccountSchema, queries.account_buckets, ["person_id"]),
        Entity("leave", Leave, schemas.LeaveSchema, queries.leave_buckets, ["person_id"]),
    ],
    mutations=[
        Mutation("org.set_preferences", schemas.SetPreferences, service.set_preferences, kind="document"),
        Mutation("org.add_leave", schemas.AddLeave, service.add_leave),
        Mutation("org.remove_leave", schemas.RemoveLeave, service.remove_leave),
    ],
    grants=[Grants(queries.grants, {Person: queries.touched_by_person})],
    directory=DIRECTORY,
    reactions={DevicesSignedOut: [reactions.end_pushes]},
    words=WORDS,
    blueprints=[blueprint],
    commands=[commands.init, commands.person, commands.calendar],
    deciders=queries.deciders,
    chores=[service.keep_calendars],
)
