"""Everything that the package offers."""

from __future__ import annotations

from app.domain import Domain, Entity, Grants, Mutation
from app.org.models import Person
from app.sales import queries, schemas, service
from app.sales.models import Credit, Order, Product, ProductLine, Receipt
from app.sales.words import WORDS

sales = Domain(
    name="sales",
    entities=[
        Entity("product_line", ProductLine, schemas.ProductLineSchema, queries.organization_bucket),
        Entity("product", Product, schemas.ProductSchema, queries.organization_bucket, indexes=("product_line_id",)),
        Entity("order", Order, schemas.OrderSchema, queries.order_buckets, indexes=("customer_id", "person_id", "ordered_on")),
        Entity(
            "receipt",
            Receipt,
            schemas.ReceiptSchema,
            queries.receipt_buckets,
            indexes=("customer_id", "person_id", "received_on", "status"),
        ),
        Entity("credit", Credit, schemas.CreditSchema, queries.credit_buckets, indexes=("person_id", "on")),
    ],
    mutations=[
        Mutation("sales.report_receipt", schemas.ReportReceipt, service.report_receipt),
        Mutation("sales.confirm_receipt", schemas.ConfirmReceipt, service.confirm_receipt, kind="decision"),
        Mutation("sales.refuse_receipt", schemas.RefuseReceipt, service.refuse_receipt, kind="decision"),
    ],
    grants=[Grants(queries.finance_grants, {Receipt: queries.touched_finance, Person: queries.touched_by_role})],
    words=WORDS,
)
