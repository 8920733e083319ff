"""The steps of "one source to everything": the source is read once, then each target is a step, made by the steps of its capability."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from coexai_app.agents.maya import analysis, kept, sources, writing
from coexai_app.agents.maya.newsletter.writing import BUDGET
from coexai_app.agents.maya.repurpose import review
from coexai_app.agents.maya.repurpose.inputs import NAMES, RepurposeInput, Target
from coexai_app.agents.maya.repurpose.schemas import MADE, LeftOut, Made, Piece, RepurposeOutput
from coexai_app.agents.maya.repurpose.targets import TARGETS, Row
from coexai_app.agents.maya.schemas import Analyzed
from coexai_app.agents.maya.sources import Extracted
from coexai_app.agents.pipeline import BUILTIN, NOTHING_USED, AgentInput, Outcome, Step, StepContext, StepResult
from coexai_app.agents.report import Engine
from coexai_app.errors import InvalidInput


def extract(data: RepurposeInput, context: StepContext) -> Extracted:
    """Reads the source; raises as `sources.read`. What a target needs beyond a post's words, its own step says."""
    return sources.read(data, context, fewest=writing.FEWEST_WORDS, wanted="A post")


def analyze(data: RepurposeInput, context: StepContext) -> Analyzed:
    """Key sentences, key phrases, sections, readability, and a guess at the audience, for all targets."""
    document = context.need(Extracted).document
    return analysis.analyzed(document, writing.material_of(document, BUDGET), context)


def of(target: Target) -> Callable[[RepurposeInput, StepContext], Made]:
    """The step that makes a target."""
    row, result = TARGETS[target], MADE[target]

    def make(data: RepurposeInput, context: StepContext) -> Made:
        """What the source does not give is left out with the reason; outages and whatever else goes wrong pass through."""
        try:
            made, within = _made(row, row.input(data), context)
        except InvalidInput as error:
            return result(reason=error.message)
        return result(title=made.title, output=made.output, review=made.review, analysis=made.analysis, engine=within.engine)

    return make


def _made(row: Row, data: AgentInput, context: StepContext) -> tuple[Outcome, StepContext]:
    """Runs the capability's steps on what was read and analysed already. Their model calls are counted and named within our step."""
    known: dict[type[StepResult], StepResult] = {kind: context.results[kind] for kind in (Extracted, Analyzed)}
    within = replace(
        context,
        key=":".join(part for part in (context.key, context.step) if part),
        results=known,
        usage=NOTHING_USED,
        engine=BUILTIN,
    )
    steps = [step for step in row.capability.steps if step.result is not Analyzed]
    try:
        for number, step in enumerate(steps):
            within.check()
            within.step = step.name
            context.progress(number / len(steps), f"{row.name}: {step.label.lower()}")
            within.results[step.result] = _result(step, data, within, context)
    finally:
        context.engine = within.engine if within.engine.provider != BUILTIN.provider else context.engine
    return within.need(Outcome), within


def _result(step: Step, data: AgentInput, within: StepContext, context: StepContext) -> StepResult:
    """What a step of the capability hands on. One that asked a model is kept, so that another try of the target pays it no second time."""
    if kept := context.pieces.get(step.name):
        within.engine = Engine.model_validate(kept["engine"])
        return step.result.model_validate(kept["result"])
    try:
        result = step.run(data, within)
    finally:
        used, within.usage = within.usage, NOTHING_USED
        context.usage += used
    if used.calls:
        context.keep_piece(step.name, {"result": result.model_dump(mode="json"), "engine": within.engine.model_dump()})
    return result


def output(data: RepurposeInput, context: StepContext) -> Outcome:
    """The report's parts. Raises InvalidInput when no target could be made."""
    made = {target: context.need(MADE[target]) for target in data.targets}
    good = {target: one for target, one in made.items() if one.review is not None}
    missing = tuple(LeftOut(target=target, reason=one.reason) for target, one in made.items() if one.review is None)
    if not good:
        raise InvalidInput(_nothing(missing), field="url" if data.url else "text" if data.text else "file")
    document = context.need(Extracted).document
    pieces = tuple(Piece(target=target, output=one.output, engine=one.engine) for target, one in good.items())
    whole = RepurposeOutput(pieces=pieces, left_out=missing)
    base = analysis.told(document, context.need(Analyzed), plan=[NAMES[target] for target in good])
    shared = kept.analysis(base, document, context.business.voice)
    return Outcome(
        title=document.title or next(iter(good.values())).title,
        source=sources.told(document, data),
        analysis=review.remembered(shared, {target: (one.analysis, one.review) for target, one in good.items() if one.review}),
        output=whole.model_dump(mode="json"),
        review=review.joined(whole, [one.review for one in good.values() if one.review]),
    )


def _nothing(missing: tuple[LeftOut, ...]) -> str:
    if len(missing) == 1:
        return missing[0].reason
    return "Nothing could be made of this source. " + " ".join(one.told for one in missing)
