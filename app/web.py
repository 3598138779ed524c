"""What every endpoint shares: errors as JSON, the acting person, the OpenAPI object, headers."""

from __future__ import annotations

from typing import Any

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from flask_smorest import Api
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from app.core.errors import Refusal
from app.core.words import say

api = Api()


def current_locale() -> str:
    """The reader's language: the signed-in person's, else the browser's."""
    return request.accept_languages.best_match(["zh-CN", "zh", "en"], default="zh-CN") or "zh-CN"


def error_body(code: str, message: str, fields: dict[str, Any] | None = None) -> dict[str, Any]:
    """The one shape of every error."""
    return {"code": code, "message": message, "fields": fields}


def init_app(app: Flask) -> None:
    """Puts error handlers and headers on the application."""

    @app.errorhandler(Refusal)
    def refused(error: Refusal) -> ResponseReturnValue:
        locale = current_locale()
        fields = {name: say(code, locale, **error.params) for name, code in error.fields.items()} if error.fields else None
        return jsonify(error_body(error.code, say(error.code, locale, **error.params), fields)), error.status

    @app.errorhandler(ValidationError)
    def invalid(error: ValidationError) -> ResponseReturnValue:
        return jsonify(error_body("invalid", say("invalid", current_locale()), error.normalized_messages())), 422

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> ResponseReturnValue:
        return jsonify(error_body(error.name.lower().replace(" ", "_"), error.description or "", None)), error.code or 500
