"""The six steps of "content calendar", each a pure function of the input and the context. The package lists them in order."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from coexai_app.agents.maya import analysis, kept, mending, origins, several, writing
from coexai_app.agents.maya.asking import data_of
from coexai_app.agents.maya.calendar import cadence, prompts
from coexai_app.agents.maya.calendar import writing as builtin
from coexai_app.agents.maya.calendar.inputs import CalendarInput
from coexai_app.agents.maya.calendar.review import compared, judge
from coexai_app.agents.maya.calendar.schemas import CalendarOutput, Checked, Drafted, Entry, Planned
from coexai_app.agents.maya.mending import Mending
from coexai_app.agents.maya.origins import Stretch
from coexai_app.agents.maya.prompts import SOURCE_LIMIT
from coexai_app.agents.maya.schemas import Analyzed
from coexai_app.agents.maya.several import Gathered
from coexai_app.agents.parts import Part
from coexai_app.agents.pipeline import BUILTIN, Outcome, StepContext
from coexai_app.business import BusinessProfile
from coexai_app.errors import InvalidInput


def extract(data: CalendarInput, context: StepContext) -> Gathered:
    """Reads the sources; raises as `several.read`."""
    return several.read(data, context, fewest=builtin.FEWEST_WORDS, wanted="A calendar")


def analyze(data: CalendarInput, context: StepContext) -> Analyzed:
    """Key sentences, key phrases, sections, readability, and a guess at the audience."""
    document = context.need(Gathered).document
    return analysis.analyzed(document, writing.material_of(document, builtin.BUDGET), context)


def strategize(data: CalendarInput, context: StepContext) -> Planned:
    """The moments, and for each a post in the source's own words; it is the result, or a model's grounding."""
    zone = timezone(context.business)
    slots = _slots(data, zone)
    gathered = context.need(Gathered)
    calendar = builtin.write(gathered.document, data, slots, zone, voice=context.business.voice, stretches=gathered.stretches)
    if not calendar.entries:
        raise InvalidInput(
            "No sentence of this source can stand alone in a post. Add running text in whole sentences.",
            field=data.given()[0].field,
        )
    return Planned(calendar=calendar)


def timezone(business: BusinessProfile) -> str:
    """Where the business is: the time zone of its first place that names one."""
    return next((place.timezone for place in business.places if place.timezone), "")


def _slots(data: CalendarInput, zone: str) -> list[cadence.Slot]:
    start = data.start or cadence.next_monday(zone)
    return cadence.slots(start, data.weeks, data.per_week, data.channels, cadence.parse_times(data.times or ""))


def generate(data: CalendarInput, context: StepContext) -> Drafted:
    """The posts' words: the plan's, or a model's. An answer that is none leaves the plan's."""
    gathered, plan = context.need(Gathered), context.need(Planned).calendar
    document = gathered.document
    if context.model is None:
        return Drafted(calendar=plan)
    entries: list[Entry] = []
    for number, first in enumerate(range(0, len(plan.entries), prompts.CHUNK), 1):
        chunk = plan.entries[first : first + prompts.CHUNK]
        context.progress(first / len(plan.entries), f"Writing post {first + 1} of {len(plan.entries)}")
        answer = data_of(context, prompts.write(_near(gathered, chunk), chunk, data, context.business), f"chunk{number}")
        entries += prompts.entries_of(answer, chunk, [prompts.bare(e.text) for e in entries], document.language)
    if tuple(entries) == plan.entries:
        context.engine = BUILTIN
        return Drafted(calendar=plan)
    return Drafted(calendar=plan.model_copy(update={"entries": tuple(entries)}), by_model=True)


def _near(gathered: Gathered, entries: Sequence[Entry]) -> str:
    """What a model is shown for some posts: the whole, or of each source that they are from an equal share, around their words."""
    text, stretches = gathered.document.text, gathered.stretches
    if len(text) <= SOURCE_LIMIT or len(stretches) < 2:
        return text
    first: dict[Stretch, int] = {}
    for entry in entries:
        for start, _ in entry.source[:1]:
            if stretch := origins.at(stretches, start):
                first[stretch] = min(start, first.get(stretch, start))
    share = SOURCE_LIMIT // max(1, len(first)) - 2
    begins = {stretch: max(stretch.start, min(start - share // 4, stretch.end - share)) for stretch, start in first.items()}
    return "\n\n".join(text[at : min(at + share, stretch.end)] for stretch, at in begins.items())


def check(data: CalendarInput, context: StepContext) -> Checked:
    """Claims and rules; what has no source is repaired or taken out."""
    context.check()
    gathered, drafted = context.need(Gathered), context.need(Drafted)
    document, stretches = gathered.document, gathered.stretches
    plan, voice = context.need(Planned).calendar, context.business.voice
    planned = {entry.label: entry for entry in plan.entries}

    def again(banned: frozenset[str]) -> CalendarOutput | None:
        slots = _slots(data.model_copy(update={"start": data.start or _first_day(plan)}), plan.timezone)
        written = builtin.write(document, data, slots, plan.timezone, banned, voice, stretches)
        return written if written.entries else None

    def fit(part: Part, text: str) -> str:
        return prompts.refitted(planned[part.label], text, document.language) if part.label in planned else text

    how = Mending(
        judge=lambda calendar: judge(document, data, calendar, voice=voice, stretches=stretches),
        again=again,
        fit=fit,
        spare=lambda part: planned[part.label].text if part.label in planned else "",
    )
    calendar, review, rounds = mending.checked(plan, drafted.calendar if drafted.by_model else None, document, context, how)
    review, said = compared(review, calendar, voice, context.earlier())
    return Checked(calendar=calendar, review=review, repaired=rounds, said=said)


def _first_day(calendar: CalendarOutput) -> datetime.date:
    """The Monday that the plan began with: the check step must not look at the clock again."""
    day = calendar.entries[0].at.date()
    return day - datetime.timedelta(days=day.weekday() + 7 * (calendar.entries[0].week - 1))


def output(data: CalendarInput, context: StepContext) -> Outcome:
    """The report's parts."""
    gathered, checked = context.need(Gathered), context.need(Checked)
    document = gathered.document
    plan = [f"{entry.label}: {entry.title}" for entry in context.need(Planned).calendar.entries]
    base = analysis.told(document, context.need(Analyzed), plan=plan)
    first = checked.calendar.entries[0].title if checked.calendar.entries else "Content calendar"
    return Outcome(
        title=document.title or first,
        source=several.told(gathered, data),
        analysis=origins.kept_in(kept.analysis(base, document, context.business.voice, checked.said), gathered.stretches, gathered.unread),
        output=checked.calendar.model_dump(mode="json"),
        review=checked.review,
    )
