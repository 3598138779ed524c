"""Two people decide the same request at the same moment: one of them does."""

from __future__ import annotations

import threading
from collections.abc import Callable

from flask import Flask
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from app.core.db import db
from app.core.errors import Refusal
from app.targets import service
from tests.targets.conftest import Planned


def test_of_two_decisions_at_once_one_holds_and_the_other_hears_so(
    app: Flask, session: scoped_session[Session], planned: Planned
) -> None:
    manager, director = planned.company.manager, planned.company.director
    adjustment_id, plan_id = planned.ask(), planned.plan.id
    db.session.commit()
    start = threading.Barrier(2)
    answers: list[str] = []

    def decide(call: Callable[[], None]) -> None:
        with app.app_context():
            start.wait(timeout=30)
            try:
                call()
                db.session.commit()
                answers.append("decided")
            except Refusal as refusal:
                db.session.rollback()
                answers.append(refusal.code)

    both = [
        lambda: service.approve_adjustment(manager, id=adjustment_id, seen_version=1),
        lambda: service.reject_adjustment(director, id=adjustment_id, seen_version=1, note="不行"),
    ]
    threads = [threading.Thread(target=decide, args=(call,)) for call in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(answers) == ["already_decided", "decided"]
    db.session.expire_all()
    adjustment = planned.adjustment(adjustment_id)
    plan = db.session.get_one(service.Plan, plan_id)
    assert (adjustment.status, plan.version) in [("approved", 2), ("rejected", 1)]
    assert len(planned.receipts()) == plan.version - 1
