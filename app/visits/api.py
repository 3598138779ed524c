"""A customer's whole page online. It stands here because a page shows visits, and those are above sales and customers."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from app.customers import queries as customers
from app.sales import queries as sales
from app.visits import queries
from app.visits.schemas import CustomerPage
from app.web import current_actor

blueprint = Blueprint("customer_pages", __name__, url_prefix="/api/customers")


@blueprint.route("/<customer_id>")
class CustomerPages(MethodView):
    """One customer, for those who may see it."""

    @blueprint.response(200, CustomerPage)
    def get(self, customer_id: str) -> dict[str, Any]:
        """Everything that hangs off a customer, newest first."""
        actor = current_actor()
        customer = customers.get(actor, customer_id)
        return {
            "customer": customer,
            "contacts": customers.contacts_of(customer),
            "orders": sales.orders_of(actor, customer),
            "visits": queries.visits_of(actor, customer),
            "receipts": sales.receipts_of(actor, customer),
            "tasks": queries.tasks_of(actor, customer),
        }
