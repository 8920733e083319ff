"""Results on the calendar: all entries of a content calendar at once, or any other result as one entry. `calendar.py` hands both out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, col, select

from coexai_app import access, agents, db, live
from coexai_app.access import Actor, Permission
from coexai_app.agents.parts import Part, PartKind
from coexai_app.agents.report import Report
from coexai_app.errors import InvalidInput, NotFound
from coexai_app.models import CalendarChannel, CalendarEntry, CalendarState, Job, Output, OutputStatus
from coexai_app.services import audit, calendar_read, calendar_rules, calendar_time, cron
from coexai_app.services.calendar_rules import MAX_TEXT, MAX_TITLE, plain_line, plain_text
from coexai_app.views import calendar as view
from coexai_app.views.calendar import Draft, EntryView, Planned

# Where a capability's results go unless somebody says otherwise.
CHANNELS: Final[Mapping[str, CalendarChannel]] = MappingProxyType(
    {
        "blog-to-thread": CalendarChannel.X,
        "longform-to-newsletter": CalendarChannel.NEWSLETTER,
        "transcript-to-article": CalendarChannel.BLOG,
    }
)
# Where one of several texts of a result goes: its own network; one with subject lines is a newsletter.
_KINDS: Final = ((PartKind.SUBJECT, CalendarChannel.NEWSLETTER), (PartKind.HEADING, CalendarChannel.BLOG))
# Of a result that is read as one text: its words, without what only stands around them.
_AROUND: Final = frozenset({PartKind.TITLE, PartKind.SUBJECT, PartKind.PREHEADER})


def plan(session: Session, actor: Actor, *, output_id: UUID) -> Planned:
    """Puts every entry of a content calendar on the calendar, on its day. A second call adds nothing and says what is there.

    Entries of an approved result are approved, others drafts. Raises NotFound, InvalidInput for a result without entries, Conflict.
    """
    access.require(actor, Permission.PLAN_CONTENT)
    output = access.one(session, select(Output).where(Output.id == output_id), actor, "result")
    found = output.report.get("output", {}).get("entries")
    if not isinstance(found, list) or not found:
        raise InvalidInput("This result is no content calendar. Add it to the calendar as one entry.", field="output_id")
    calendar_rules.room(session, actor, len(found))
    mine = access.scoped(select(CalendarEntry), actor).where(CalendarEntry.output_id == output_id)
    there = session.exec(mine.where(col(CalendarEntry.planned_key).is_not(None)).order_by(col(CalendarEntry.day))).all()
    if there:
        return view.planned(made=0, there=len(there), read=len(found), first=there[0].day)
    zone = cron.zone(calendar_rules.home_zone(session, actor)).key
    test = _is_test(session, actor, output)
    rows = []
    for number, raw in enumerate(found):
        values = _read(raw) if isinstance(raw, Mapping) else None
        if values is not None:
            key = f"{output_id}:{number}"
            common: dict[str, Any] = {
                "timezone": zone,
                "state": _state(output),
                "output_id": output_id,
                "part": number,
                "planned_key": key,
                "test": test,
            }
            rows.append(CalendarEntry(organization_id=actor.organization_id, author_id=actor.user_id, **values, **common))
    if not rows:
        raise InvalidInput("No entry of this result has a day. Edit the result, then add it again.", field="output_id")
    session.add_all(rows)
    session.flush()
    audit.record(session, "calendar.planned", actor=actor, target=str(output_id), target_name=output.title, entries=len(rows))
    live.publish(session, actor.organization_id, "calendar.planned", output_id)
    past = sum(row.day < calendar_rules.today(session, zone) for row in rows)
    return view.planned(made=len(rows), there=0, read=len(found), first=min(row.day for row in rows), past=past)


def add(
    session: Session,
    actor: Actor,
    *,
    output_id: UUID,
    day: date,
    clock: time,
    part: int | None = None,
    group: str = "",
    channel: str = "",
    timezone: str = "",
) -> EntryView:
    """Puts a result, or one `part` of it, or one of its several texts (the `group` of its parts), on the calendar as one entry, with its
    text as it is now; where it goes unless `channel` says so is where that text belongs.

    An approved result makes an approved entry. Raises NotFound, InvalidInput (per field), Conflict when the calendar is full.
    """
    access.require(actor, Permission.PLAN_CONTENT)
    output = access.one(session, select(Output).where(Output.id == output_id), actor, "result")
    report = Report.model_validate(output.report)
    parts = agents.output_of(report).parts()
    if part is not None and not 0 <= part < len(parts):
        raise NotFound("This part of the result does not exist any more. Reload the page.")
    of = [said for said in parts if said.group == group] if group else list(parts)
    if not of:
        raise NotFound("This text of the result does not exist any more. Reload the page.")
    chosen = [parts[part]] if part is not None else [said for said in of if said.kind not in _AROUND] or of
    kind = calendar_rules.checked(channel=channel)["channel"] if channel else _place(output.capability, chosen if part is not None else of)
    zone = cron.zone(timezone or calendar_rules.home_zone(session, actor)).key
    here = calendar_rules.today(session, zone)
    calendar_time.check_day(day, here)
    if day < here:
        raise calendar_time.wrong("This day has passed. Choose today or a later one.", "day")
    calendar_rules.room(session, actor)
    named = parts[part].label if part is not None else group
    label = f"{output.title}, {named}" if named else output.title
    row = CalendarEntry(
        organization_id=actor.organization_id,
        author_id=actor.user_id,
        day=day,
        clock=clock.replace(second=0, microsecond=0),
        timezone=zone,
        channel=kind,
        state=_state(output),
        title=plain_line(label)[:MAX_TITLE],
        text=plain_text("\n\n".join(said.text for said in chosen))[:MAX_TEXT],
        output_id=output_id,
        part=part,
        test=_is_test(session, actor, output),
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        "calendar.added",
        actor=actor,
        target=str(row.id),
        target_name=row.title,
        output=str(output_id),
        after=calendar_rules.fields(row),
    )
    live.publish(session, actor.organization_id, "calendar.added", row.id)
    return calendar_read.whole(session, actor, row)


@db.reads
def blank(session: Session, actor: Actor, *, output_id: UUID) -> Draft:
    """What the question when and where a result goes starts from: tomorrow at nine, on its own channel. Of several texts one is chosen,
    and goes where it belongs. Raises NotFound."""
    access.require(actor, Permission.PLAN_CONTENT)
    output = access.one(session, select(Output).where(Output.id == output_id), actor, "result")
    texts = view.texts(agents.output_of(Report.model_validate(output.report)).parts())
    channel = "" if texts else _place(output.capability, ()).value
    return calendar_read.blank(session, actor).model_copy(update={"channel": channel, "title": output.title, "texts": texts})


def _place(capability: str, parts: Sequence[Part]) -> CalendarChannel:
    """Where a result, or one of its texts, is published unless somebody says otherwise."""
    if capability in CHANNELS:
        return CHANNELS[capability]
    if len({part.group for part in parts}) != 1:
        return CalendarChannel.OTHER
    networks = {part.channel for part in parts}
    if len(networks) == 1 and (network := networks.pop()) in list(CalendarChannel):
        return CalendarChannel(network)
    kinds = {part.kind for part in parts}
    return next((channel for kind, channel in _KINDS if kind in kinds), CalendarChannel.OTHER)


def _read(raw: Mapping[str, Any]) -> dict[str, Any] | None:
    """An entry as a coworker wrote it; None when it says no day or time that exists."""
    said = {name: value if isinstance(value, str) else "" for name, value in raw.items()}
    try:
        day = calendar_time.read_day(said.get("date", ""))
        clock = calendar_time.read_clock(said.get("time") or "09:00")
    except InvalidInput:
        return None
    if day < calendar_time.FIRST_DAY:
        return None
    text = plain_text(said.get("text", ""))[:MAX_TEXT]
    title = plain_line(said.get("title", "") or text[:MAX_TITLE])[:MAX_TITLE]
    channel = said.get("channel", "")
    known = CalendarChannel(channel) if channel in list(CalendarChannel) else CalendarChannel.OTHER
    return {"day": day, "clock": clock, "channel": known, "title": title or "Untitled", "text": text}


def _state(output: Output) -> CalendarState:
    return CalendarState.APPROVED if output.status is OutputStatus.APPROVED else CalendarState.DRAFT


def _is_test(session: Session, actor: Actor, output: Output) -> bool:
    """Whether a result was made by a test key.

    Raises Forbidden for a test key and a live result: its plan would take the place of a real one.
    """
    test = bool(session.exec(select(Job.test).where(Job.id == output.job_id)).first())
    access.require_mode(actor, test=test)
    return test
