"""create_app(): the only file that knows every package, in ladder order."""

from __future__ import annotations

from flask import Flask
from flask_migrate import Migrate

from app import logs, web
from app.config import ROOT, Settings
from app.core import clock, events, synced, words
from app.core.db import configure_engine, db
from app.customers.domain import customers
from app.domain import Domain
from app.notifications import compose
from app.notifications.domain import notifications
from app.org.domain import org
from app.sales.domain import sales
from app.sync import contract, registry
from app.sync.domain import sync
from app.targets.domain import targets
from app.visits.domain import visits

# Lower ones first: reactions to an event run in this order.
DOMAINS: tuple[Domain, ...] = (notifications, sync, org, customers, sales, visits, targets)

migrate = Migrate()


def create_app(settings: Settings | None = None) -> Flask:
    """Builds the application. Settings come from the environment unless they are given."""
    settings = settings or Settings.from_environment()
    clock.set_as_of(settings.as_of)
    app = Flask("app", static_folder=None)
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret(),
        SQLALCHEMY_DATABASE_URI=settings.database,
        TESTING=settings.testing,
        API_TITLE="Paceline",
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
    )
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    with app.app_context():
        configure_engine(db.engine)
        synced.refuse_weak_durability(db.engine)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    logs.init_app(app)
    web.init_app(app)
    web.api.init_app(app)
    for domain in DOMAINS:
        registry.add(domain)
        words.register(domain.words)
        for kind, reactions in domain.reactions.items():
            events.subscribe(kind, reactions)
        for blueprint in domain.blueprints:
            web.api.register_blueprint(blueprint)
        for command in domain.commands:
            app.cli.add_command(command)
    contract.describe(web.api)
    compose.listen(DOMAINS)
    return app
