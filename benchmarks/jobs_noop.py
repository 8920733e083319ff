"""A capability of Maya that does nothing, for `benchmarks/jobs.py`: one step, one tiny output; all around it is the product.

`install()` puts it into this process's table of coworkers. Run as a script, this file is the worker of the benchmark: what
`coexai part worker` runs, with that table.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from coexai_app import agents
from coexai_app.agents.parts import Part, Parted, PartKind
from coexai_app.agents.pipeline import AgentInput, Capability, Outcome, Step, StepContext
from coexai_app.agents.report import Analysis, Report, Review, Score, Source

NAME = "noop"


class Nothing(AgentInput):
    text: str = "nothing"


class NothingDone(Parted):
    posts: tuple[Mapping[str, str], ...] = ()

    def parts(self) -> tuple[Part, ...]:
        return tuple(Part(kind=PartKind.POST, text=post["text"]) for post in self.posts)


def done(data: Nothing, _context: StepContext) -> Outcome:
    return Outcome(
        title=data.text,
        source=Source(kind="text"),
        analysis=Analysis(),
        output={"posts": [{"text": data.text}]},
        review=review(),
    )


def review(_report: Report | None = None, _output: Mapping[str, Any] | None = None) -> Review:
    return Review(claims=(), checks=(), score=Score(points=0, max_points=0, rubric="noop/1"))


CAPABILITY = Capability(
    slug=NAME,
    title="Nothing",
    description="Does nothing.",
    input=Nothing,
    output=NothingDone,
    steps=(Step("output", "Hand over", done, Outcome),),
    review=review,
    exports={},
)


def install() -> None:
    maya = agents.AGENTS["maya"]
    able = replace(maya, capabilities={**maya.capabilities, NAME: CAPABILITY})
    agents.AGENTS = MappingProxyType({**agents.AGENTS, "maya": able})


if __name__ == "__main__":
    from coexai_app import serve

    install()
    serve.worker()
