"""The coworkers as an organisation sees them: what they do, what is left this month, what a run will cost."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func
from sqlmodel import Session, select

from coexai_app import access, agents, db, settings
from coexai_app.access import Actor, Permission
from coexai_app.agents.pipeline import Agent, AgentInput
from coexai_app.agents.report import Usage
from coexai_app.errors import NotFound
from coexai_app.llm import prices, router, transcription
from coexai_app.llm.meter import MICROS_PER_CENT
from coexai_app.models import File, Job
from coexai_app.services import forms, jobs, jobs_read, quotas
from coexai_app.views.agents import AgentView, Quote
from coexai_app.views.base import count

# A post of 1,500 words, for a quote without an input; and what a page of Word or PDF weighs for each character of its text.
TYPICAL_CHARACTERS: Final = 9_000
BYTES_PER_CHARACTER: Final = 10
# People say some 150 words a minute.
CHARACTERS_PER_SECOND: Final = 15
_RECORDINGS: Final = (".mp3", ".mp4", ".m4a", ".wav")
_HOUR: Final = 3_600.0


@db.reads
def gallery(session: Session, actor: Actor) -> tuple[AgentView, ...]:
    """All four coworkers, those that are not here yet included."""
    access.require(actor, Permission.VIEW_WORK)
    busy = dict(
        session.exec(
            select(Job.agent, func.count()).where(Job.organization_id == actor.organization_id, jobs_read.at_work()).group_by(Job.agent)
        ).all()
    )
    return tuple(_view(session, actor, agent, busy.get(agent.slug, 0)) for agent in agents.AGENTS.values())


@db.reads
def get(session: Session, actor: Actor, *, slug: str) -> AgentView:
    """One coworker. Raises NotFound."""
    found = next((view for view in gallery(session, actor) if view.slug == slug), None)
    if found is None:
        raise NotFound(f"There is no coworker named “{slug}”.")
    return found


@db.reads
def quote(session: Session, actor: Actor, *, agent: str, capability: str, data: Mapping[str, Any] | None = None) -> Quote:
    """What a run will cost, before it starts. With `data` for that input (raises what `jobs.check` raises, but for the quota, which is told
    in `blocked`); without it for a source of TYPICAL_CHARACTERS."""
    access.require(actor, Permission.VIEW_WORK)
    coworker, skill = jobs.find(agent, capability)
    parsed = skill.parse(data) if data is not None else None
    named = list(itertools.chain.from_iterable(jobs.files_of(session, actor, parsed).values())) if parsed else []
    usage = quotas.usage(session, actor, agent)
    model = router.from_settings(settings.get())
    limited = usage.limit > 0
    blocked = ""
    if not actor.may(Permission.RUN_AGENT):
        blocked = "Your role lets you read, not run. Ask an admin to make you a member."
    elif limited and not usage.left:
        blocked = f"{coworker.name}'s {usage.limit} runs of this month are used up; it {usage.note}."
    heard = _heard(named)
    expected = Usage()
    if model and skill.model_use:
        expected = skill.model_use(parsed or skill.input.model_construct(), _characters(parsed, named))
        expected = expected.model_copy(
            update={"cost_micros": prices.cost_micros(model.model, expected.input_tokens, expected.output_tokens) or 0}
        )
    costs = [*([_money(expected)] if model else []), *([heard.told] if heard else [])]
    speech = heard.cost_micros if heard else 0
    return Quote(
        cost=f"1 run if it completes, and {' and '.join(costs)}" if costs else "1 run, only if it completes",
        time="some minutes" if heard else "under a minute" if model else "a few seconds",
        left=f"{usage.left} of {usage.limit} runs" if limited else "unlimited",
        engine=f"{model.provider}, {model.model}" if model else "Builtin: your own words, no model",
        blocked=blocked,
        runs=1,
        tokens=expected.input_tokens + expected.output_tokens,
        cost_micros=expected.cost_micros + speech,
        most_micros=settings.get().model_spend_cap_cents * MICROS_PER_CENT if costs else 0,
    )


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a transcription model will hear of the input, in words, and what it costs in micros of a dollar where that is known."""

    told: str
    cost_micros: int


def _heard(named: Sequence[File]) -> _Heard | None:
    """None where nothing is sent to a transcription model: no model, or no recording among the files of the input."""
    transcriber = transcription.from_settings(settings.get())
    recordings = [file for file in named if _is_recording(file)]
    if transcriber is None or not recordings:
        return None
    per_hour = transcriber.cost_micros(_HOUR)
    lengths = [file.seconds for file in recordings if file.seconds is not None]
    if len(lengths) < len(recordings):
        price = "whose price is not known" if per_hour is None else f"of unknown length at ${per_hour / 60 / 1_000_000:.4f} a minute"
        return _Heard(f"speech{',' if per_hour is None else ''} {price}", 0)
    length = f"about {count(max(1, round(sum(lengths) / 60)), 'minute')} of speech"
    costs = [cost for seconds in lengths if (cost := transcriber.cost_micros(seconds)) is not None]
    if len(costs) < len(lengths):
        return _Heard(f"{length}: its price is not known", 0)
    return _Heard(f"{length}: ${sum(costs) / 1_000_000:.3f}", sum(costs))


def _is_recording(file: File) -> bool:
    return file.seconds is not None or file.content_type.startswith(("audio/", "video/")) or file.name.lower().endswith(_RECORDINGS)


def _money(expected: Usage) -> str:
    """ "about 7,400 tokens of model use, some $0.012 (at most $0.50)" """
    cap = f"at most ${settings.get().model_spend_cap_cents / 100:.2f}"
    if not expected.cost_micros:
        return f"{cap} of model use"
    tokens = expected.input_tokens + expected.output_tokens
    return f"about {round(tokens, -2):,} tokens of model use, some ${expected.cost_micros / 1_000_000:.3f} ({cap})"


def _characters(data: AgentInput | None, named: Sequence[File]) -> int:
    """How long the sources are, as far as that can be told without reading them; `named` are the files among them."""
    if data is None:
        return TYPICAL_CHARACTERS
    values = data.model_dump(mode="json")
    found = len(str(values.get("text") or ""))
    found += TYPICAL_CHARACTERS * (bool(values.get("url")) + len(values.get("more_urls") or ()))
    for file in named:
        if _is_recording(file):
            found += round((file.seconds or 0) * CHARACTERS_PER_SECOND) or TYPICAL_CHARACTERS
        else:
            found += file.size if file.content_type.startswith("text/") else file.size // BYTES_PER_CHARACTER
    return found or TYPICAL_CHARACTERS


def _view(session: Session, actor: Actor, agent: Agent, running: int) -> AgentView:
    return AgentView(
        slug=agent.slug,
        name=agent.name,
        role=agent.role,
        description=agent.description,
        duties=agent.duties,
        available=agent.available,
        capabilities=tuple(forms.capability(skill) for skill in agent.capabilities.values()),
        usage=quotas.usage(session, actor, agent.slug) if agent.available else None,
        running=running,
        line=_line(agent, running),
    )


def _line(agent: Agent, running: int) -> str:
    if not agent.available:
        return "Not here yet."
    return f"Working on {running} job{'s' if running > 1 else ''}." if running else "Ready for the next job."
