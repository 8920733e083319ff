"""What a report keeps beside its source, so that an edited output is judged again by what the first one was judged by: the document's
blocks, links and cues, the brand voice with its habits, the earlier outputs that were met, and the rubric. `review` modules call it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from coexai_app.agents.maya.verdicts import NO_VOICE, Rubric
from coexai_app.agents.report import Analysis, Report
from coexai_app.agents.text import brand, habits
from coexai_app.agents.text.habits import Habits
from coexai_app.agents.text.reuse import Earlier
from coexai_app.business import Voice
from coexai_app.errors import InvalidInput
from coexai_app.extract.document import Block, BlockKind, Cue, Document, Link, SourceKind

O = TypeVar("O", bound=BaseModel)  # noqa: E741  (an output)
R = TypeVar("R", bound=Rubric[Any])


def analysis(base: Analysis, document: Document, voice: Voice = NO_VOICE, said: tuple[Earlier, ...] = (), **more: Any) -> Analysis:
    """The analysis with what an edit is judged by later; `more` is what a capability adds."""
    kept = {
        "brand": brand.rules(voice).model_dump(mode="json", exclude_defaults=True),
        "habits": habits.learn(voice.samples, document.language).model_dump(mode="json") if voice.samples else {},
        "said": [one.model_dump() for one in said],
        "cues": [[c.start, c.end, c.at, c.until, c.speaker, c.confidence] for c in document.cues],
        "draft": document.draft,
        "reading_notes": list(document.notes),
        **more,
    }
    whole = {
        "blocks": [[b.kind.value, b.start, b.end, b.level] for b in document.blocks],
        "links": [[link.url, link.start, link.end] for link in document.links],
        **{name: value for name, value in kept.items() if value},
    }
    return Analysis.model_validate({**base.model_dump(), **whole})


def document(report: Report) -> Document:
    """The document that the report's source was, offsets, cues and all."""
    source, extra = report.source, _extra(report)
    blocks = tuple(Block(kind=BlockKind(kind), start=start, end=end, level=level) for kind, start, end, level in extra.get("blocks", ()))
    if not blocks and source.text:
        blocks = (Block(kind=BlockKind.PARAGRAPH, start=0, end=len(source.text)),)
    return Document(
        kind=SourceKind(source.kind),
        text=source.text,
        blocks=blocks,
        links=tuple(Link(url=url, start=start, end=end) for url, start, end in extra.get("links", ())),
        cues=tuple(
            Cue(start=start, end=end, at=at, until=until, speaker=speaker, confidence=confidence)
            for start, end, at, until, speaker, confidence in extra.get("cues", ())
        ),
        draft=bool(extra.get("draft")),
        notes=tuple(extra.get("reading_notes", ())),
        title=source.title,
        author=source.author,
        published=source.published,
        language=source.language,
        url=source.url,
        name=source.name,
    )


def voice(report: Report) -> Voice:
    """The rules of the brand voice that the job was given; none in a report from before."""
    return Voice.model_validate(_extra(report).get("brand", {}))


def learnt(report: Report) -> Habits | None:
    """The habits of the voice's sample texts, which themselves are not kept."""
    found = _extra(report).get("habits")
    return Habits.model_validate(found) if found else None


def said(report: Report) -> tuple[Earlier, ...]:
    """The earlier outputs that shared words with the first one."""
    return tuple(Earlier.model_validate(one) for one in _extra(report).get("said", ()))


def rubric(report: Report, *known: R) -> R:
    """The one of the `known` rubrics that the report was first judged by; the last one when it is none of them."""
    name = report.score.rubric.partition("+")[0]
    return next((one for one in known if one.name == name), known[-1])


def parsed(kind: type[O], output: Mapping[str, Any], name: str) -> O:
    """An edited output. Raises InvalidInput when it is none; `name` is what people call it ("an article")."""
    try:
        return kind.model_validate(output)
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise InvalidInput(f"This is not {name}: {place}: {problem['msg']}.", field=place or None) from None


def more(report: Report, name: str, default: Any) -> Any:
    """What `analysis` was given as `more`."""
    return _extra(report).get(name, default)


def _extra(report: Report) -> Mapping[str, Any]:
    return report.analysis.model_extra or {}
