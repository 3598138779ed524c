"""Customers online: for those who see more customers than their phone holds."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from app.customers import queries
from app.customers.schemas import CustomerList, CustomerQuery
from app.web import current_actor

blueprint = Blueprint("customers", __name__, url_prefix="/api/customers")


@blueprint.route("")
class Customers(MethodView):
    """The customers that the signed-in person may see."""

    @blueprint.arguments(CustomerQuery, location="query")
    @blueprint.response(200, CustomerList)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Find customers by name, pinyin initials or phone."""
        return {"items": queries.search(current_actor(), **query)}
