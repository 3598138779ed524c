"""Everything that the package offers."""

from __future__ import annotations

from app.customers import queries, schemas, service
from app.customers.api import blueprint
from app.customers.models import Contact, Customer, Territory
from app.customers.words import WORDS
from app.domain import Domain, Entity, Grants, Mutation

customers = Domain(
    name="customers",
    entities=[
        Entity("territory", Territory, schemas.TerritorySchema, queries.organization_bucket),
        Entity(
            "customer",
            Customer,
            schemas.CustomerSchema,
            queries.customer_buckets,
            indexes=("name", "initials", "owner_id", "phone"),
        ),
        Entity("contact", Contact, schemas.ContactSchema, queries.contact_buckets, indexes=("customer_id",)),
    ],
    mutations=[
        Mutation("customers.create", schemas.Create, service.create),
        Mutation("customers.set_fields", schemas.SetFields, service.set_fields, kind="document"),
        Mutation("customers.add_contact", schemas.AddContact, service.add_contact),
        Mutation("customers.set_contact_fields", schemas.SetContactFields, service.set_contact_fields, kind="document"),
        Mutation("customers.set_position", schemas.SetPosition, service.set_position),
    ],
    grants=[Grants(queries.owner_grants, {Customer: queries.touched_owners})],
    words=WORDS,
    blueprints=[blueprint],
)
