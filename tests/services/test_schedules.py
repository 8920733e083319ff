"""Schedules: who may set them, what makes a job of a slot, and what happens when that cannot be."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update
from sqlmodel import Session, col, func, select

from coexai_app import db
from coexai_app.access import Actor, Role
from coexai_app.errors import Conflict, Forbidden, InvalidInput, NotFound
from coexai_app.models import AuditLog, File, Job, JobStatus, Membership, Organization, PlanName, Quota, Schedule, User
from coexai_app.models.base import now
from coexai_app.services import dispatch, jobs, jobs_read, quotas, schedules, schedules_read, sweep
from coexai_app.views.schedules import ScheduleView
from tests.people import People, do
from tests.work import POST, nobody, work_all

MONDAYS = {"cron_line": "0 9 * * MON", "timezone": "Europe/Madrid"}


def make(person: Actor, **values: Any) -> ScheduleView:
    given = {"agent": "maya", "capability": "blog-to-thread", "data": {"text": POST}, **MONDAYS, **values}
    return do(schedules.create, person, **given)


def ident(view: ScheduleView) -> UUID:
    return UUID(view.id)


def due(view: ScheduleView, slot: datetime | None = None) -> datetime:
    """Lets the next slot of a schedule be in the past, a minute ago unless given."""
    slot = slot or (now() - timedelta(minutes=1)).replace(microsecond=0)
    with db.transaction() as session:
        session.execute(update(Schedule).where(col(Schedule.id) == ident(view)).values(next_at=slot))
    return slot


def tick() -> int:
    with db.transaction() as session:
        return schedules.run_due(session)


def row(session: Session, view: ScheduleView) -> Schedule:
    session.rollback()
    session.expire_all()
    return session.exec(select(Schedule).where(Schedule.id == ident(view))).one()


def made(session: Session) -> list[Job]:
    session.rollback()
    session.expire_all()
    return list(session.exec(select(Job).order_by(col(Job.id))).all())


def trail(session: Session, action: str) -> list[AuditLog]:
    session.rollback()
    return list(session.exec(select(AuditLog).where(AuditLog.action == action)).all())


class TestPeople:
    def test_a_member_sets_one_and_everybody_there_sees_it(self, people: People) -> None:
        view = make(people.bob, title="  Monday   thread ")
        assert (view.title, view.words, view.by, view.word) == ("Monday thread", "Every Monday at 09:00 (Europe/Madrid)", "Bob Birch", "On")
        assert view.when.model_dump(include={"repeat", "time", "days", "timezone"}) == {
            "repeat": "weekly", "time": "09:00", "days": ("1",), "timezone": "Europe/Madrid",
        }  # fmt: skip
        assert do(schedules_read.page, people.vera).rows[0].title == "Monday thread"

    def test_its_next_slot_is_the_first_one_from_now(self, people: People, session: Session) -> None:
        next_at = row(session, make(people.bob)).next_at
        assert next_at is not None
        local = next_at.astimezone(ZoneInfo("Europe/Madrid"))
        assert (local.weekday(), local.hour, local.minute) == (0, 9, 0)
        assert timedelta(0) < next_at - now() <= timedelta(days=7, hours=1)

    def test_without_a_title_it_is_called_after_its_source(self, people: People) -> None:
        assert make(people.bob).title == "What a year of counting taught our bakery"
        assert make(people.bob, data={"url": "https://example.org/blog/"}).title == "example.org/blog"

    def test_every_verb_is_for_members_and_up(self, people: People) -> None:
        view = make(people.bob)
        one = {"schedule_id": ident(view)}
        with pytest.raises(Forbidden):
            make(people.vera)
        for service, more in (
            (schedules.update, MONDAYS),
            (schedules.pause, {}),
            (schedules.resume, {}),
            (schedules.delete, {}),
            (schedules.run_now, {"idempotency_key": "k"}),
        ):
            with pytest.raises(Forbidden):
                do(service, people.vera, **one, **more)
        for service in (schedules.once, schedules.check):
            with pytest.raises(Forbidden):
                extra = {"at": now() + timedelta(hours=1), "idempotency_key": "k"} if service is schedules.once else {}
                do(service, people.vera, agent="maya", capability="blog-to-thread", data={"text": POST}, **extra)

    def test_another_houses_schedule_does_not_exist(self, people: People) -> None:
        view = make(people.bob)
        calls: list[tuple[Callable[..., Any], dict[str, Any]]] = [
            (schedules_read.get, {}),
            (schedules.update, MONDAYS),
            (schedules.pause, {}),
            (schedules.resume, {}),
            (schedules.delete, {}),
            (schedules.run_now, {"idempotency_key": "k"}),
        ]
        for service, more in calls:
            for schedule_id, person in ((ident(view), people.mallory), (nobody(), people.bob)):
                with pytest.raises(NotFound):
                    do(service, person, schedule_id=schedule_id, **more)
        assert do(schedules_read.page, people.mallory).total == 0

    @pytest.mark.asvs("V2.2.3")
    def test_another_houses_file_cannot_be_scheduled(self, people: People) -> None:
        with db.transaction() as writing:
            file = File(organization_id=people.alice.organization_id, name="a.md", content_type="text/markdown", size=3, sha256="", key="k")
            writing.add(file)
        with pytest.raises(NotFound):
            make(people.mallory, data={"file": str(file.id)})
        assert make(people.bob, data={"file": str(file.id)}).title == "a.md"

    def test_each_change_leaves_its_audit_row(self, people: People, session: Session) -> None:
        view = make(people.bob)
        do(schedules.pause, people.adam, schedule_id=ident(view))
        do(schedules.resume, people.adam, schedule_id=ident(view))
        do(schedules.update, people.adam, schedule_id=ident(view), **MONDAYS)
        do(schedules.delete, people.adam, schedule_id=ident(view))
        for action, person in (("created", people.bob), ("paused", people.adam), ("resumed", people.adam), ("deleted", people.adam)):
            (found,) = trail(session, f"schedule.{action}")
            assert (found.user_id, found.target) == (person.user_id, view.id)

    def test_the_list_has_what_runs_next_first_and_what_is_paused_last(self, people: People) -> None:
        late = make(people.bob, title="late", cron_line="0 0 1 1 *")
        paused = make(people.bob, title="paused", cron_line="*/15 * * * *")
        soon = make(people.bob, title="soon", cron_line="*/30 * * * *")
        do(schedules.pause, people.bob, schedule_id=ident(paused))
        assert [r.title for r in do(schedules_read.page, people.bob).rows] == [soon.title, late.title, paused.title]
        assert [r.title for r in do(schedules_read.page, people.bob, page=99, limit=2).rows] == ["paused"]


class TestInput:
    @pytest.mark.asvs("V2.2.1")
    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"data": {"text": " "}}, "input"),
            ({"data": {"text": POST, "posts": 99}}, "posts"),
            ({"cron_line": "* * * * *"}, "cron"),
            ({"cron_line": "61 * * * *"}, "cron"),
            ({"timezone": "Mars/Olympus"}, "timezone"),
            ({"cron_line": ""}, "cron"),
            ({"cron_line": "", "at": datetime(2020, 1, 1, tzinfo=UTC)}, "date"),
            ({"cron_line": "", "at": datetime(2120, 1, 1, tzinfo=UTC)}, "date"),
        ],
    )
    def test_what_is_wrong_names_its_field_and_stores_nothing(
        self, people: People, session: Session, values: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(InvalidInput) as caught:
            make(people.bob, **values)
        assert field in caught.value.details["fields"]
        assert session.exec(select(func.count()).select_from(Schedule)).one() == 0

    def test_a_coworker_that_is_not_here_yet(self, people: People) -> None:
        with pytest.raises(NotFound):
            make(people.bob, agent="jordan")

    def test_a_very_long_title_is_cut_and_control_characters_go(self, people: People) -> None:
        assert make(people.bob, title="a\x00b\n" + "x" * 500).title == "a b " + "x" * 116

    @pytest.mark.asvs("V2.3.4")
    def test_a_hundred_an_organisation_also_when_many_ask_at_once(
        self, people: People, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(schedules, "MAX_PER_ORGANIZATION", 3)

        def attempt(_: int) -> bool:
            try:
                make(people.bob)
            except Conflict as error:
                assert "3 schedules" in error.message
                return False
            return True

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(attempt, range(8))) == 3
        make(people.mallory)


class TestDue:
    def test_a_slot_makes_a_job_of_its_owner_and_moves_on(self, people: People, session: Session) -> None:
        view = make(people.bob)
        slot = due(view)
        assert tick() == 1
        (job,) = made(session)
        assert (job.user_id, job.status, job.priority) == (people.bob.user_id, JobStatus.QUEUED, people.bob.plan.priority)
        assert job.idempotency_key == f"schedule:{view.id}:{slot:%Y-%m-%dT%H:%M:%SZ}"
        after = row(session, view)
        assert after.next_at is not None
        assert after.next_at > now()
        assert (after.last_job_id, after.enabled, after.paused_reason) == (job.id, True, "")
        assert tick() == 0

    def test_what_is_not_due_waits(self, people: People, session: Session) -> None:
        due(make(people.bob), now() + timedelta(minutes=5))
        assert tick() == 0
        assert made(session) == []

    def test_the_sweep_runs_it_and_the_worker_finishes_it(self, people: People) -> None:
        view = make(people.bob)
        due(view)
        sweep.tick()
        work_all()
        job_id = do(schedules_read.get, people.vera, schedule_id=ident(view)).last_job_id
        assert do(jobs_read.get, people.vera, job_id=UUID(job_id)).status == "completed"

    def test_after_a_downtime_one_run_stands_for_all_that_were_missed(self, people: People, session: Session) -> None:
        view = make(people.bob, cron_line="0 * * * *")
        due(view, (now() - timedelta(days=3)).replace(minute=0, second=0, microsecond=0))
        assert tick() == 1
        assert tick() == 0
        next_at = row(session, view).next_at
        assert next_at is not None
        assert timedelta(0) < next_at - now() <= timedelta(hours=1)

    def test_ticks_at_the_same_time_make_one_job(self, people: People, session: Session) -> None:
        views = [make(people.bob) for _ in range(3)]
        for view in views:
            due(view)
        with ThreadPoolExecutor(2) as pool:
            counts = [f.result() for f in [pool.submit(tick) for _ in range(2)]]
        assert sum(counts) == 3
        assert len(made(session)) == 3

    def test_a_slot_that_comes_again_is_the_same_job(self, people: People, session: Session) -> None:
        """As when a database is restored from before the slot ran."""
        view = make(people.bob)
        slot = due(view)
        tick()
        due(view, slot)
        tick()
        assert len(made(session)) == 1
        assert row(session, view).paused_reason == ""

    def test_a_crash_before_the_commit_leaves_the_slot_for_the_next_round(self, people: People, session: Session) -> None:
        view = make(people.bob)
        slot = due(view)
        with pytest.raises(KeyboardInterrupt), db.transaction() as writing:
            schedules.run_due(writing)
            raise KeyboardInterrupt
        assert made(session) == []
        assert row(session, view).next_at == slot
        assert tick() == 1

    def test_a_paused_one_does_not_run_and_a_resumed_one_has_no_debts(self, people: People, session: Session) -> None:
        view = make(people.bob)
        do(schedules.pause, people.bob, schedule_id=ident(view))
        due(view)
        assert tick() == 0
        do(schedules.resume, people.bob, schedule_id=ident(view))
        assert tick() == 0
        assert row(session, view).enabled

    def test_a_single_moment_runs_once_and_is_done(self, people: People, session: Session) -> None:
        view = make(people.bob, cron_line="", at=now() + timedelta(hours=1))
        assert view.words.startswith("Once, ")
        due(view)
        assert tick() == 1
        after = do(schedules_read.get, people.bob, schedule_id=ident(view))
        assert (after.word, after.enabled, after.can_resume, after.next) == ("Done", False, False, "")
        with pytest.raises(Conflict):
            do(schedules.resume, people.bob, schedule_id=ident(view))
        do(schedules.update, people.bob, schedule_id=ident(view), timezone="UTC", at=now() + timedelta(hours=2))
        assert row(session, view).enabled


class TestQuota:
    @pytest.fixture
    def used_up(self, people: People) -> ScheduleView:
        view = make(people.bob)
        with db.transaction() as session:
            session.get_one(Organization, people.alice.organization_id).plan = PlanName.FREE
            quotas._ensure(session, people.alice.organization_id, "maya", quotas.period())
        with db.transaction() as session:
            session.exec(select(Quota).where(Quota.organization_id == people.alice.organization_id)).one().used = 10
        return view

    def test_no_job_a_reason_in_words_and_the_next_slot(self, people: People, session: Session, used_up: ScheduleView) -> None:
        due(used_up)
        assert tick() == 0
        assert made(session) == []
        after = row(session, used_up)
        assert after.paused_reason == f"Maya's 10 runs of this month are used up. It goes on by itself on {quotas._next_month()}."
        assert after.enabled
        assert after.next_at is not None
        assert after.next_at > now()
        view = do(schedules_read.get, people.vera, schedule_id=ident(used_up))
        assert (view.word, view.tone, view.reason) == ("Paused", "warn", after.paused_reason)

    def test_the_first_slot_that_passes_clears_the_reason(self, people: People, session: Session, used_up: ScheduleView) -> None:
        due(used_up)
        tick()
        with db.transaction() as writing:
            writing.exec(select(Quota).where(Quota.organization_id == people.alice.organization_id)).one().used = 9
        due(used_up)
        assert tick() == 1
        assert row(session, used_up).paused_reason == ""

    def test_the_plan_of_now_counts_not_the_one_of_then(self, people: People, session: Session, used_up: ScheduleView) -> None:
        with db.transaction() as writing:
            writing.get_one(Organization, people.alice.organization_id).plan = PlanName.PRO
        due(used_up)
        assert tick() == 1

    def test_a_single_moment_waits_for_a_person(self, people: People, session: Session, used_up: ScheduleView) -> None:
        view = make(people.bob, cron_line="", at=now() + timedelta(hours=1))
        due(view)
        assert tick() == 0
        after = row(session, view)
        assert not after.enabled
        assert "used up" in after.paused_reason
        assert "choose another time" in after.paused_reason


class TestTrouble:
    def test_somebody_who_left_runs_nothing_and_a_colleague_takes_over(self, people: People, session: Session) -> None:
        view = make(people.bob)
        with db.transaction() as writing:
            writing.delete(
                writing.exec(
                    select(Membership).where(
                        Membership.user_id == people.bob.user_id, Membership.organization_id == people.alice.organization_id
                    )
                ).one()
            )
        due(view)
        assert tick() == 0
        after = row(session, view)
        assert not after.enabled
        assert "Bob Birch does not work here any more" in after.paused_reason
        (stopped,) = trail(session, "schedule.stopped")
        assert (stopped.organization_id, stopped.user_id, stopped.target) == (people.alice.organization_id, people.bob.user_id, view.id)
        do(schedules.resume, people.adam, schedule_id=ident(view))
        due(view)
        assert tick() == 1
        assert made(session)[0].user_id == people.adam.user_id

    def test_a_role_that_may_not_run_any_more_stops_it(self, people: People, session: Session) -> None:
        view = make(people.bob)
        with db.transaction() as writing:
            found = select(Membership).where(
                Membership.user_id == people.bob.user_id, Membership.organization_id == people.alice.organization_id
            )
            writing.exec(found).one().role = Role.VIEWER
        due(view)
        assert tick() == 0
        assert "Bob Birch's role does not allow" in row(session, view).paused_reason

    def test_a_disabled_account_stops_it(self, people: People, session: Session) -> None:
        view = make(people.bob)
        with db.transaction() as writing:
            writing.get_one(User, people.bob.user_id).disabled_at = now()
        due(view)
        assert tick() == 0
        assert not row(session, view).enabled

    def test_a_deleted_account_takes_its_schedules_along(self, people: People, session: Session) -> None:
        make(people.bob)
        with db.transaction() as writing:
            writing.delete(writing.get_one(User, people.bob.user_id))
        assert session.exec(select(func.count()).select_from(Schedule)).one() == 0

    def test_an_input_that_has_become_invalid_stops_it_with_the_reason(self, people: People, session: Session) -> None:
        view = make(people.bob)
        with db.transaction() as writing:
            writing.execute(update(Schedule).where(col(Schedule.id) == ident(view)).values(input={"text": POST, "gone": 1}))
        due(view)
        assert tick() == 0
        after = row(session, view)
        assert not after.enabled
        assert after.paused_reason
        with pytest.raises(InvalidInput):
            do(schedules.resume, people.bob, schedule_id=ident(view))
        do(schedules.update, people.bob, schedule_id=ident(view), data={"text": POST}, **MONDAYS)
        do(schedules.resume, people.bob, schedule_id=ident(view))
        due(view)
        assert tick() == 1

    def test_a_file_that_is_gone_stops_it(self, people: People, session: Session) -> None:
        with db.transaction() as writing:
            file = File(organization_id=people.alice.organization_id, name="a.md", content_type="text/markdown", size=3, sha256="", key="k")
            writing.add(file)
        view = make(people.bob, data={"file": str(file.id)})
        with db.transaction() as writing:
            writing.delete(writing.get_one(File, file.id))
        due(view)
        assert tick() == 0
        assert "file" in row(session, view).paused_reason

    def test_a_capability_that_this_version_has_no_more_stops_it(self, people: People, session: Session) -> None:
        view = make(people.bob)
        with db.transaction() as writing:
            writing.execute(update(Schedule).where(col(Schedule.id) == ident(view)).values(capability="poem"))
        due(view)
        assert tick() == 0
        assert "Maya cannot do “poem”" in row(session, view).paused_reason
        assert do(schedules_read.page, people.bob).rows[0].capability_title == "poem"

    def test_a_line_that_cannot_be_read_any_more_stops_it(self, people: People, session: Session) -> None:
        view = make(people.bob)
        with db.transaction() as writing:
            writing.execute(update(Schedule).where(col(Schedule.id) == ident(view)).values(cron="x", timezone="Gone/Town"))
        due(view)
        tick()
        assert not row(session, view).enabled
        assert do(schedules_read.page, people.bob).rows[0].words == "x (Gone/Town)"
        assert do(schedules_read.get, people.bob, schedule_id=ident(view)).when.cron == "x"

    def test_a_full_line_of_jobs_skips_the_slot_and_goes_on(
        self, people: People, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(jobs, "MAX_WAITING", 0)
        view = make(people.bob)
        due(view)
        assert tick() == 0
        after = row(session, view)
        assert after.enabled
        assert "It tries again at its next time." in after.paused_reason

    def test_one_bad_schedule_does_not_hold_up_the_others(self, people: People, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        """An error of ours inside one of them: its half-made rows go, the others' stay, and it says so with a reference."""
        bad, good, other = make(people.bob, title="bad", data={"text": POST + "\n\nThe bad one."}), make(people.bob), make(people.mallory)
        for view in (bad, good, other):
            due(view)
        offer = dispatch.offer

        def broken(session: Session, organization_id: UUID, **given: Any) -> int:
            last = session.exec(select(Job).order_by(col(Job.id).desc())).first()
            if last and "bad one" in last.input["text"]:
                raise ZeroDivisionError
            return offer(session, organization_id, **given)

        monkeypatch.setattr(dispatch, "offer", broken)
        assert tick() == 2
        assert all("bad one" not in job.input["text"] for job in made(session))
        after = row(session, bad)
        assert after.enabled
        assert "an error on our side" in after.paused_reason
        assert tick() == 0
        used = {quota.organization_id: quota.reserved for quota in session.exec(select(Quota)).all()}
        assert used == {people.alice.organization_id: 1, people.mallory.organization_id: 1}


class TestRunNow:
    def test_runs_as_whoever_asks_and_keeps_the_next_slot(self, people: People, session: Session) -> None:
        view = make(people.bob)
        before = row(session, view).next_at
        first = do(schedules.run_now, people.adam, schedule_id=ident(view), idempotency_key="k")
        again = do(schedules.run_now, people.adam, schedule_id=ident(view), idempotency_key="k")
        assert first.id == again.id
        (job,) = made(session)
        assert job.user_id == people.adam.user_id
        after = row(session, view)
        assert (after.next_at, after.last_job_id, after.user_id) == (before, job.id, people.bob.user_id)

    def test_also_a_paused_one(self, people: People) -> None:
        view = make(people.bob)
        do(schedules.pause, people.bob, schedule_id=ident(view))
        assert do(schedules.run_now, people.bob, schedule_id=ident(view), idempotency_key="k").status == "queued"

    def test_deleting_it_keeps_the_job(self, people: People, session: Session) -> None:
        view = make(people.bob)
        do(schedules.run_now, people.bob, schedule_id=ident(view), idempotency_key="k")
        do(schedules.delete, people.bob, schedule_id=ident(view))
        assert len(made(session)) == 1
        assert do(schedules_read.page, people.bob).total == 0


class TestOnce:
    def test_waits_and_says_when_it_starts(self, people: People, session: Session) -> None:
        at = (now() + timedelta(days=2)).replace(second=0, microsecond=0)
        view = do(schedules.once, people.bob, agent="maya", capability="blog-to-thread", data={"text": POST}, at=at, idempotency_key="k")
        assert view.status == "pending"
        assert view.reason.startswith("It starts on ")
        sweep.tick()
        assert made(session)[0].run_after == at
        assert made(session)[0].status is JobStatus.PENDING

    def test_starts_when_its_moment_has_come(self, people: People, session: Session) -> None:
        at = now() + timedelta(hours=1)
        do(schedules.once, people.bob, agent="maya", capability="blog-to-thread", data={"text": POST}, at=at, idempotency_key="k")
        with db.transaction() as writing:
            writing.execute(update(Job).values(run_after=now() - timedelta(seconds=1)))
        sweep.tick()
        assert work_all() == 1

    def test_a_moment_that_has_passed_is_refused(self, people: People, session: Session) -> None:
        with pytest.raises(InvalidInput, match="passed already"):
            at = now() - timedelta(seconds=5)
            do(schedules.once, people.bob, agent="maya", capability="blog-to-thread", data={"text": POST}, at=at, idempotency_key="k")
        assert made(session) == []


class TestPreview:
    def test_the_next_five_in_words(self, people: People) -> None:
        view = do(schedules_read.preview, people.vera, cron_line="0 9 * * MON", timezone="UTC")
        assert view.words == "Every Monday at 09:00 (UTC)"
        assert len(view.runs) == 5
        assert all(run.startswith("Monday ") and run.endswith(", 09:00") for run in view.runs)

    def test_the_viewers_clock_stands_beside_another_one(self, people: People) -> None:
        view = do(schedules_read.preview, people.vera, cron_line="0 9 1 7 *", timezone="Australia/Sydney")
        assert view.runs[0].endswith(", 09:00 (23:00 on " + _day_before(view.runs[0]) + " in UTC)")

    def test_mistakes_are_said(self, people: People) -> None:
        with pytest.raises(InvalidInput):
            do(schedules_read.preview, people.vera, cron_line="61 * * * *", timezone="UTC")
        with pytest.raises(InvalidInput):
            do(schedules_read.preview, people.vera, cron_line="0 9 * * *", timezone="Mars/Olympus")

    def test_a_new_one_starts_from_the_organisations_clock(self, people: People) -> None:
        when = do(schedules_read.blank, people.vera)
        assert when.timezone == people.vera.timezone
        assert when.date > f"{now():%Y-%m-%d}"

    def test_the_zones_to_choose_from(self) -> None:
        zones = schedules_read.zones()
        assert {"UTC", "Europe/Madrid", "America/New_York", "Australia/Lord_Howe"} <= set(zones)
        assert 300 < len(zones) < 500


def _day_before(run: str) -> str:
    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    return names[names.index(run.split()[0]) - 1]
