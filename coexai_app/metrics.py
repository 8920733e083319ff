"""Prometheus metrics of the web processes (founding document §8.2). Nothing here names a person or an organisation.

Several processes of one instance share their counts through the files of SHARED, so that it does not matter which of them is asked.
"""

from __future__ import annotations

import os
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess
from sqlalchemy import func
from sqlmodel import Session, col, select

from coexai_app.models import Job, JobStatus

# The variable that prometheus_client knows its folder by; it has to be set before this module is imported.
SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
REGISTRY: Final = CollectorRegistry()
REQUESTS: Final = Counter("coexai_http_requests", "Requests of the API door.", ["method", "route", "status"], registry=REGISTRY)
LATENCY: Final = Histogram("coexai_http_request_seconds", "Seconds to answer a request.", ["method", "route"], registry=REGISTRY)
REFUSED: Final = Counter("coexai_refused", "Calls that were refused, by door and error code.", ["door", "code"], registry=REGISTRY)
SECURITY: Final = Counter("coexai_security_events", "Signs of an attack, by kind.", ["kind"], registry=REGISTRY)
JOBS: Final = Gauge("coexai_jobs", "Jobs that have not ended, by state.", ["status"], registry=REGISTRY, multiprocess_mode="mostrecent")
OLDEST: Final = Gauge(
    "coexai_oldest_waiting_job_seconds", "Age of the job that waits longest to start.", registry=REGISTRY, multiprocess_mode="mostrecent"
)
WATCHED: Final = (JobStatus.PENDING, JobStatus.QUEUED, JobStatus.PROCESSING, JobStatus.DEAD_LETTER)


def render(session: Session) -> bytes:
    """All metrics in the text format; the gauges are read from the database, so every process tells the same."""
    from coexai_app.models.base import now

    found = {
        JobStatus(s): n
        for s, n in session.exec(select(Job.status, func.count()).where(col(Job.status).in_(WATCHED)).group_by(Job.status)).all()
    }
    for status in WATCHED:
        JOBS.labels(status.value).set(found.get(status, 0))
    waiting = (JobStatus.PENDING, JobStatus.QUEUED)
    oldest = session.exec(select(func.min(Job.run_after)).where(col(Job.status).in_(waiting), col(Job.run_after) <= now())).one()
    OLDEST.set((now() - oldest).total_seconds() if oldest else 0)
    if SHARED not in os.environ:
        return generate_latest(REGISTRY)
    of_all = CollectorRegistry()
    multiprocess.MultiProcessCollector(of_all)  # type: ignore[no-untyped-call]
    return generate_latest(of_all)
