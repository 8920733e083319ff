"""Jobs with several sources: files by their ids, one organisation's own; what cannot be read stops nothing and costs nothing more."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session, select

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.errors import InvalidInput, NotFound
from coexai_app.models import File, Job, Quota
from coexai_app.services import agents, files, jobs, jobs_read, outputs_read, schedules
from coexai_app.views.jobs import JobView
from tests.people import People, do
from tests.work import POST, job_id, work_all

BEES = (
    "# Bees on the roof\n\nTwo hives stand on the roof of the library since April 2024. Karin Holm looks after them every Thursday.\n\n"
    "The first summer brought 31 jars of honey. Half of them went to the readers who had helped with the hives.\n"
)
SKILL = {"agent": "maya", "capability": "content-calendar"}


@pytest.fixture
def add(tmp_path: Path) -> Any:
    def made(person: Actor, name: str, data: bytes) -> str:
        path = tmp_path / uuid4().hex
        path.write_bytes(data)
        sha = hashlib.sha256(data).hexdigest()
        return do(files.add, person, name=name, content_type="text/plain", path=path, sha256=sha, size=len(data)).id

    return made


def start(person: Actor, **data: Any) -> JobView:
    return do(jobs.create, person, **SKILL, data={"weeks": 2, **data}, idempotency_key=uuid4().hex)


def ended(people: People, made: JobView) -> JobView:
    work_all()
    return do(jobs_read.get, people.bob, job_id=job_id(made))


class TestARun:
    def test_of_a_text_and_two_files(self, people: People, session: Session, add: Any) -> None:
        refs = [add(people.bob, "bees.md", BEES.encode()), add(people.bob, "empty.txt", b"   \n")]
        view = ended(people, start(people.bob, text=POST, more_files=refs))
        assert view.status == "completed", view.reason
        output = do(outputs_read.get, people.bob, output_id=UUID(view.output_id))
        assert output.reading == (
            "1 of 3 sources could not be read. The others were; this is made from them.",
            "There is no text in empty.txt. Check the file, or paste the text.",
        )
        assert output.source_name == "2 sources"
        assert [block.kind for block in output.source].count("source") == 2
        assert {"Bees on the roof"} < {claim.where for claim in output.claims} | {"Bees on the roof", ""}
        assert any(claim.where == "Bees on the roof" for claim in output.claims)
        assert sum(session.exec(select(Quota.used)).all()) == 1

    def test_that_can_read_none_fails_with_every_reason_and_costs_nothing(self, people: People, session: Session, add: Any) -> None:
        refs = [add(people.bob, "empty.txt", b"   \n"), add(people.bob, "lease.pdf", b"\x89PNG\r\n\x1a\n" + bytes(100))]
        view = ended(people, start(people.bob, file=refs[0], more_files=refs[1:]))
        assert view.status == "failed"
        assert "None of the 2 sources could be read" in view.reason
        assert "empty.txt" in view.reason
        assert "lease.pdf is not a PDF" in view.reason
        assert (sum(session.exec(select(Quota.used)).all()), sum(session.exec(select(Quota.reserved)).all())) == (0, 0)

    def test_is_named_by_its_first_source(self, people: People, add: Any) -> None:
        ref = add(people.bob, "bees.md", BEES.encode())
        assert start(people.bob, more_files=[ref]).title == "bees.md"
        assert start(people.bob, more_urls=["https://example.com/a/"], more_files=[ref]).title == "example.com/a"
        assert start(people.bob, text="Words of our own", more_files=[ref]).title == "Words of our own"

    def test_shows_what_it_was_given(self, people: People, add: Any) -> None:
        refs = [add(people.bob, f"{name}.md", BEES.encode()) for name in ("one", "two")]
        view = start(people.bob, text=POST, more_files=refs, more_urls=["https://example.com/a,b"])
        assert ("More links", "https://example.com/a,b") in view.input
        assert ("More files", "one.md, two.md") in view.input
        assert "More files" not in dict(start(people.bob, text=POST).input)

    def test_is_filled_in_again_as_it_was(self, people: People, session: Session, add: Any) -> None:
        refs = [add(people.bob, f"{name}.md", BEES.encode()) for name in ("one", "two")]
        view = start(people.bob, text=POST, more_files=refs, more_urls=["https://example.com/a,b", "https://example.com/c"])
        again = do(jobs_read.again, people.bob, job_id=job_id(view))
        assert again.values["more_urls"] == "https://example.com/a,b\nhttps://example.com/c"
        assert again.values["more_files"] == ",".join(refs)
        assert again.file_names == {"more_files": "one.md\ntwo.md"}
        assert start(people.bob, **again.values).input == view.input
        session.delete(session.get_one(File, UUID(refs[0])))
        session.commit()
        left = do(jobs_read.again, people.bob, job_id=job_id(view))
        assert (left.values["more_files"], left.file_names) == (refs[1], {"more_files": "two.md"})


class TestTheirs:
    @pytest.mark.parametrize("service", ["create", "check", "quote", "schedule"])
    def test_another_house_s_file_does_not_exist(self, people: People, session: Session, add: Any, service: str) -> None:
        mine, theirs = add(people.bob, "bees.md", BEES.encode()), add(people.mallory, "secret.md", BEES.encode())
        data = {"file": mine, "more_files": [theirs]}
        calls: dict[str, Any] = {
            "create": lambda: do(jobs.create, people.bob, **SKILL, data=data, idempotency_key="k"),
            "check": lambda: do(jobs.check, people.bob, **SKILL, data=data),
            "quote": lambda: do(agents.quote, people.bob, **SKILL, data=data),
            "schedule": lambda: do(schedules.check, people.bob, **SKILL, data=data),
        }
        with pytest.raises(NotFound):
            calls[service]()
        assert session.exec(select(Job)).all() == []

    def test_what_is_no_id_is_told_at_its_field(self, people: People) -> None:
        with pytest.raises(InvalidInput) as caught:
            start(people.bob, text=POST, more_files=["../../etc/passwd"])
        assert caught.value.details["fields"] == {"more_files": "Add the file again."}

    def test_a_schedule_keeps_them_and_a_run_reads_them(self, people: People, session: Session, add: Any) -> None:
        ref = add(people.bob, "bees.md", BEES.encode())
        made = do(
            schedules.create,
            people.alice,
            **SKILL,
            data={"text": POST, "more_files": [ref], "weeks": 2},
            timezone="UTC",
            at=db.now(session) + timedelta(days=1),
        )
        session.rollback()
        job = do(schedules.run_now, people.alice, schedule_id=UUID(made.id), idempotency_key="k")
        assert ended(people, job).status == "completed"
        assert session.get_one(Job, job_id(job)).input["more_files"] == [ref]
