"""A worker process of the tests: like `paceline worker`, with the tests' own package and short leases."""

from __future__ import annotations

import sys
from datetime import timedelta

from app.factory import create_app
from app.notifications import deliver, worker
from tests.notifications import company

if __name__ == "__main__":
    deliver.LEASE = timedelta(seconds=float(sys.argv[1]))
    app = create_app()
    company.listen()
    worker.run(app)
