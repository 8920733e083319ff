"""A result to talk about in tests, and what people do with it."""

from __future__ import annotations

from uuid import UUID

from sqlmodel import select

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.agents.parts import Words
from coexai_app.models import Output
from coexai_app.services import outputs, outputs_read
from coexai_app.views.outputs import OutputView
from tests.people import People, do
from tests.work import create, work_all

INVENTED = "We saved 47,000 euros, says Hubert Falk."


def thread(people: People) -> OutputView:
    """Bob's thread of the test's post, newly made."""
    job = create(people.bob)
    work_all()
    with db.reading() as session:
        found = session.exec(select(Output.id).where(Output.job_id == UUID(job.id))).one()
    return do(outputs_read.get, people.bob, output_id=found)


def edited(person: Actor, view: OutputView, *texts: str) -> OutputView:
    words = [Words(text, of) for of, text in enumerate(texts)]
    return do(outputs.edit, person, output_id=UUID(view.id), version=view.version, parts=words)


def texts(view: OutputView) -> list[str]:
    return [part.text for part in view.parts]
