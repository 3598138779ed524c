"""What every endpoint shares: who acts, errors as JSON, the OpenAPI object, headers, the built frontend.

A request passes here in this order:
1. a proxy's headers are believed as far as `TRUSTED_PROXIES` says;
2. unsafe methods from a browser must come from our own pages;
3. bodies are JSON (or the bytes of a photo), and not too large;
4. GET and HEAD run in a transaction that only reads;
5. `current_actor()` says who acts; packages below never ask;
6. what goes wrong becomes `{code, message, fields}` in the reader's language;
7. the answer gets its headers, and gzip if it is worth it.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import flask_login
from flask import Flask, Response, current_app, g, jsonify, request, send_file
from flask.typing import ResponseReturnValue
from flask_smorest import Api
from marshmallow import Schema, ValidationError, fields
from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, SQLAlchemyError
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.middleware.proxy_fix import ProxyFix

from app.config import Settings
from app.core import clock, web_words, words
from app.core.actor import Actor, Role
from app.core.db import db, reading
from app.core.errors import Forbidden, Refusal
from app.core.words import say

MAX_BODY_BYTES = 1024 * 1024  # sync.md, section 1: limits
SESSION_DAYS = 90  # a browser that was not seen for so long must sign in again
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
RETRY_SECONDS = 2

words.register(web_words.WORDS)


# --- Who acts -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class SignedIn(flask_login.UserMixin):  # type: ignore[misc]
    """The person behind a request, by a browser's session (`device_id`) or a program's token (`token_id`)."""

    organization_id: str
    person_id: str
    role: Role
    locale: str
    session_id: str = ""  # what the signed cookie holds; the database has only its hash
    device_id: str | None = None
    token_id: str | None = None

    def get_id(self) -> str:
        """What Flask-Login keeps in the cookie."""
        return self.session_id


login_manager = flask_login.LoginManager()
login_manager.session_protection = None  # phones change their address all day
_is_alive: list[Callable[[SignedIn], bool]] = []


def know_people_by(
    by_session: Callable[[str], SignedIn | None],
    by_token: Callable[[str], SignedIn | None],
    is_alive: Callable[[SignedIn], bool],
) -> None:
    """The package that knows people says how a session or a token becomes a SignedIn, and whether one still holds."""
    login_manager.user_loader(lambda session_id: by_session(session_id) if bearer_token() is None else None)
    login_manager.request_loader(lambda _: by_token(bearer_token() or "") if bearer_token() is not None else None)
    _is_alive[:] = [is_alive]


_by_secret: list[Callable[[str, str], SignedIn | None]] = []


def know_devices_by(by_secret: Callable[[str, str], SignedIn | None]) -> None:
    """The package that knows devices says whose one is, by person and device secret, signed in or not."""
    _by_secret[:] = [by_secret]


def person_of_device(person_id: str, secret: str) -> SignedIn | None:
    """Whose device this is, though nobody may be signed in there any more: for work that is kept for a manager."""
    return _by_secret[0](person_id, secret) if secret else None


def still_signed_in(user: SignedIn) -> bool:
    """Whether a session or token has not ended meanwhile; for streams, which outlive their request."""
    return _is_alive[0](user)


def signed_in() -> SignedIn | None:
    """Who is signed in, or None. Does not compare with whom the caller claims to be: see current_actor()."""
    user = flask_login.current_user
    return user._get_current_object() if user and user.is_authenticated else None


def current_actor(user_id: str | None = None) -> Actor:
    """The person who makes this request, now.

    A browser says on whose behalf it sends: in the header `Paceline-User`, in `?user=` (streams and
    images), or in the body, whose `user_id` is then passed here. A tab whose cookie now belongs to
    somebody else is so refused. Programs with a bearer token need not say it.
    Raises Refusal not_signed_in (401) or wrong_user (403).
    """
    user = signed_in()
    if user is None:
        raise Refusal("not_signed_in", status=401)
    claimed = [claim for claim in (user_id, request.headers.get("Paceline-User"), request.args.get("user")) if claim is not None]
    if any(claim != user.person_id for claim in claimed) or not (claimed or user.token_id):
        raise Forbidden("wrong_user")
    now = clock.now()
    return Actor(user.organization_id, user.person_id, user.role, now, now, user.locale)


def do_after(work: Callable[[], None]) -> None:
    """Runs a small write after the answer, in a transaction of its own: a request that reads takes no write lock."""
    g.setdefault("afterwards", []).append(work)


def bearer_token() -> str | None:
    """The token of a program, if the request carries one. Cookies then do not count."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def current_locale() -> str:
    """The reader's language: the signed-in person's, else the browser's."""
    try:
        user = signed_in()
    except SQLAlchemyError:  # an error is being told; the database may be the reason
        user = None
    if user:
        return user.locale
    best = request.accept_languages.best_match(["zh-CN", "zh", "zh-Hans", "zh-TW", "en", "en-US", "en-GB"], default="zh-CN")
    return "zh-CN" if words.language(best or "zh") == "zh" else "en"


# --- Errors -------------------------------------------------------------------------------------


class ErrorSchema(Schema):
    """The one shape of every error."""

    code = fields.String(required=True, metadata={"description": "a stable name, such as not_found"})
    message = fields.String(required=True, metadata={"description": "a sentence in the reader's language"})
    fields = fields.Dict(  # type: ignore[assignment]  # the wire's name
        keys=fields.String(),
        values=fields.String(),
        required=True,
        allow_none=True,
        metadata={"description": "field: what is wrong"},
    )


class JsonErrorsApi(Api):  # type: ignore[misc]
    """The OpenAPI object; flask-smorest's own error shape is replaced by ours."""

    ERROR_SCHEMA = ErrorSchema

    def handle_http_exception(self, error: HTTPException) -> ResponseReturnValue:
        """Answers what Flask, webargs or a missing route raised."""
        data: Mapping[str, Any] = getattr(error, "data", None) or {}
        messages = data.get("messages")
        status = 404 if _is_unknown(error) else error.code or 500
        headers = {name: value for name, value in error.get_headers() if name.lower() not in {"content-type", "content-length"}}
        if status == 422 and messages:
            return _answer("invalid", status, _fields(messages))
        if status == 400 and messages:
            return _answer("bad_json", status)
        if status >= 500:
            db.session.rollback()
        code = web_words.CODES.get(status, "bad_request" if status < 500 else "server_error")
        return _answer(code, status, params={"seconds": RETRY_SECONDS}, headers=headers)


api = JsonErrorsApi()


def error_body(code: str, message: str, fields: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The one shape of every error."""
    return {"code": code, "message": message, "fields": fields}


def _answer(
    code: str,
    status: int,
    fields: Mapping[str, str] | None = None,
    params: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    response = jsonify(error_body(code, say(code, current_locale(), **(params or {})), fields))
    return response, status, dict(headers or {})


def _fields(messages: Any) -> dict[str, str]:
    """Marshmallow's nested messages as {"contacts.0.name": "a sentence in the reader's language"}."""
    locale = current_locale()
    found: dict[str, str] = {}

    def walk(path: tuple[str, ...], value: Any) -> None:
        if isinstance(value, Mapping):
            for name, inner in value.items():
                walk(path if name == "_schema" else (*path, str(name)), inner)
        elif isinstance(value, (list, tuple)) and value:
            found[".".join(path) or "body"] = web_words.translate(str(value[0]), locale)

    locations = {"json", "query", "headers", "path", "form", "files", "cookies", "view_args"}
    for name, inner in (messages if isinstance(messages, Mapping) else {"_schema": messages}).items():
        walk(() if name in locations and isinstance(inner, Mapping) else (() if name == "_schema" else (str(name),)), inner)
    return found


def _add_error_handlers(app: Flask) -> None:
    @app.errorhandler(Refusal)
    def refused(error: Refusal) -> ResponseReturnValue:
        db.session.rollback()
        locale = current_locale()
        marked = {name: say(code, locale, **error.params) for name, code in error.fields.items()} if error.fields else None
        headers = {"Retry-After": str(error.params["seconds"])} if error.status == 429 else None
        return _answer(error.code, error.status, marked, error.params, headers)

    @app.errorhandler(ValidationError)
    def invalid(error: ValidationError) -> ResponseReturnValue:
        db.session.rollback()
        return _answer("invalid", 422, _fields(error.normalized_messages()))

    @app.errorhandler(DataError)
    @app.errorhandler(UnicodeEncodeError)
    def unwritable(error: Exception) -> ResponseReturnValue:
        """What no text column takes: a NUL, half a character."""
        db.session.rollback()
        return _answer("invalid", 422)

    @app.errorhandler(IntegrityError)
    def clash(error: IntegrityError) -> ResponseReturnValue:
        """Two requests at one moment wanted what only one can have; services refuse the slower cases by name."""
        db.session.rollback()
        current_app.logger.warning("two writes clashed: %s", error.orig)
        return _answer("conflict", 409)

    @app.errorhandler(OperationalError)
    def database_away(error: OperationalError) -> ResponseReturnValue:
        """Busy, restarting, out of connections: worth another try, and nobody's mistake."""
        db.session.rollback()
        current_app.logger.warning("the database did not answer: %s", error)
        return _answer("unavailable", 503, headers={"Retry-After": str(RETRY_SECONDS)})


# --- What may come in ---------------------------------------------------------------------------


def _refuse_other_origins() -> None:
    """Unsafe methods from a browser must come from our own pages; programs carry a token instead of a cookie."""
    if request.method in SAFE_METHODS or bearer_token() is not None:
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None:
        is_ours = site == "same-origin"
    else:  # plain http or an old browser; a caller without either header is no browser
        is_ours = origin is None or origin in {_origin(request.host_url), _origin(_settings().public_url)}
    if not is_ours:
        raise Forbidden("cross_origin")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _refuse_other_bodies() -> None:
    """Bodies are JSON; the types that a foreign page could send without asking are refused, and so is all else but bytes."""
    has_body = bool(request.content_length) or "Transfer-Encoding" in request.headers
    if request.method in SAFE_METHODS or not has_body:
        return
    kind = request.mimetype
    if kind != "application/json" and not kind.endswith("octet-stream") and not kind.startswith(("image/", "audio/")):
        raise Refusal("not_json", status=415)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


# --- What goes out ------------------------------------------------------------------------------

_CSP = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' blob: data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=(self), payment=(), usb=(), serial=(), bluetooth=(), "
    "display-capture=(), midi=(), publickey-credentials-get=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}


def _add_headers(response: Response) -> Response:
    policy = "; ".join(f"{name} {value}" for name, value in _CSP.items())
    if request.is_secure:
        policy += "; upgrade-insecure-requests"
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    response.headers.setdefault("Content-Security-Policy", policy)
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.path.startswith("/api/"):
        response.headers.setdefault("Cache-Control", "no-store")
        # A session may have ended meanwhile (signed out, disabled): then nobody is named.
        user = g.get("_login_user")
        if user is not None and user.is_authenticated:
            response.headers.setdefault("Paceline-User", user.person_id)
    return response


_GZIP_FROM_BYTES = 1000
_GZIP_KINDS = ("application/json", "application/manifest+json", "application/javascript", "text/", "image/svg+xml")


def _compress(response: Response) -> Response:
    """gzip for texts that are whole in memory; streams and files set their own encoding."""
    if response.direct_passthrough or response.is_streamed or "Content-Encoding" in response.headers:
        return response
    if not (response.mimetype or "").startswith(_GZIP_KINDS):
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] and response.status_code == 200 and (response.content_length or 0) >= _GZIP_FROM_BYTES:
        response.set_data(gzip.compress(response.get_data(), 6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


# --- The built frontend -------------------------------------------------------------------------

_HASHED = re.compile(r"^assets/")


def frontend(path: str = "") -> ResponseReturnValue:
    """A file of the built frontend, or index.html for an address that the phone's own router knows."""
    folder = _settings().frontend_dir.resolve()
    if path == "api" or path.startswith("api/"):
        _refuse_unknown_endpoint()
    file = (folder / path).resolve()
    if not path or not file.is_file() or not file.is_relative_to(folder):
        if "." in path.rsplit("/", 1)[-1] or path.startswith("assets/"):
            raise Refusal("not_found", status=404)
        path, file = "index.html", folder / "index.html"
    if not file.is_file():
        raise Refusal("not_built", status=503)
    response = _file(file)
    if _HASHED.match(path):
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        response.headers["Cache-Control"] = "no-cache"
    if path == "sw.js":
        response.headers["Service-Worker-Allowed"] = "/"
    return response


def _refuse_unknown_endpoint() -> NoReturn:
    """Under /api: 405 for an address that takes other methods, 404 for one that nobody knows."""
    adapter = current_app.create_url_adapter(request)
    others = set(adapter.allowed_methods()) - SAFE_METHODS if adapter else set()
    if others:
        raise MethodNotAllowed(sorted(others))
    raise Refusal("not_found", status=404)


def _is_unknown(error: HTTPException) -> bool:
    """Whether a method was refused only because the page's catch-all takes no unsafe ones."""
    adapter = current_app.create_url_adapter(request)
    if not isinstance(error, MethodNotAllowed) or adapter is None or set(error.valid_methods or ()) - SAFE_METHODS:
        return False
    endpoint, _ = adapter.match(method="GET")
    return str(endpoint) == "frontend"


def _file(file: Path) -> Response:
    response = send_file(file, conditional=True, etag=True, mimetype=_KINDS.get(file.suffix))
    if not (response.mimetype or "").startswith(_GZIP_KINDS) or response.status_code != 200:
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] and "Range" not in request.headers:
        etag = response.get_etag()[0]
        response.direct_passthrough = False
        response.set_data(_zipped(file, file.stat().st_mtime_ns))
        response.headers["Content-Encoding"] = "gzip"
        if etag:
            response.set_etag(etag, weak=True)
    return response


_KINDS = {".webmanifest": "application/manifest+json", ".js": "text/javascript"}


@lru_cache(maxsize=200)
def _zipped(file: Path, changed_ns: int) -> bytes:
    return gzip.compress(file.read_bytes(), 9, mtime=0)


def healthz() -> ResponseReturnValue:
    """Whether this process answers and reaches its database."""
    db.session.execute(text("SELECT 1"))
    return jsonify(status="ok")


def _small_write(work: Callable[[], None]) -> None:
    """What do_after() put off. If the database is busy it is left to the next request: nobody waits for it."""
    try:
        work()
        db.session.commit()
    except OperationalError as error:
        db.session.rollback()
        current_app.logger.warning("a small write was left out: %s", error)


# --- Together -----------------------------------------------------------------------------------


def init_app(app: Flask) -> None:
    """Puts all of the above on the application."""
    settings: Settings = app.config["SETTINGS"]
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        SESSION_COOKIE_NAME="paceline",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_secure,
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=400 * 24 * 3600,  # as long as browsers keep one; the server ends it earlier
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    login_manager.init_app(app)
    _add_error_handlers(app)

    @app.before_request
    def admit() -> None:
        g.open = ExitStack()
        if request.method in SAFE_METHODS:
            g.open.enter_context(reading())
        _refuse_other_origins()
        _refuse_other_bodies()

    @app.teardown_request
    def close(_: BaseException | None) -> None:
        if "open" in g:
            db.session.rollback()
            g.pop("open").close()
        for work in g.pop("afterwards", []):
            _small_write(work)

    app.after_request(_compress)
    app.after_request(_add_headers)
    app.add_url_rule("/healthz", "healthz", healthz)
    app.add_url_rule("/", "frontend", frontend)
    app.add_url_rule("/<path:path>", "frontend", frontend)


assert set(web_words.CODES) <= set(HTTP_STATUS_CODES)
