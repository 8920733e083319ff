"""What "one source to everything" gives back, and hands from step to step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar, Final, Self

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from coexai_app.agents.maya.repurpose.inputs import NAMES, Target
from coexai_app.agents.maya.repurpose.targets import TARGETS
from coexai_app.agents.parts import Part, Parted, Words
from coexai_app.agents.pipeline import BUILTIN, StepResult
from coexai_app.agents.report import Analysis, ClaimStatus, Engine, Review
from coexai_app.errors import InvalidInput


class Piece(BaseModel):
    """What was made for one target: the output of the capability that made it, and who wrote it."""

    model_config = ConfigDict(frozen=True)

    target: Target
    output: dict[str, Any]
    engine: Engine = BUILTIN

    @cached_property
    def parted(self) -> Parted:
        """The output as its own class."""
        return TARGETS[self.target].capability.output.model_validate(self.output)

    @property
    def name(self) -> str:
        return NAMES[self.target]

    @model_validator(mode="after")
    def _readable(self) -> Self:
        """An output that is none of its target is refused here, not when it is shown."""
        _ = self.parted
        return self

    def parts(self) -> tuple[Part, ...]:
        channel = TARGETS[self.target].channel
        return tuple(part.model_copy(update={"group": self.name, "channel": part.channel or channel}) for part in self.parted.parts())


class LeftOut(BaseModel):
    """A target that this source does not give, and why."""

    model_config = ConfigDict(frozen=True)

    target: Target
    reason: str

    @property
    def told(self) -> str:
        return f"{NAMES[self.target]}: {self.reason}"


class RepurposeOutput(Parted):
    """One text for each target, and what could not be made."""

    most_parts: ClassVar[int] = 500
    most_characters: ClassVar[int] = 10_000

    pieces: tuple[Piece, ...] = Field(min_length=1)
    left_out: tuple[LeftOut, ...] = ()

    def parts(self) -> tuple[Part, ...]:
        return tuple(part for piece in self.pieces for part in piece.parts())

    def notes(self) -> tuple[str, ...]:
        return tuple(f"Not made. {missing.told}" for missing in self.left_out)

    def rewritten(self, words: Sequence[Words]) -> RepurposeOutput:
        """Each text gets its words back. A new part belongs to the text of the part before it, and a text without any words goes.

        Raises InvalidInput where one text gets more parts, or longer ones, than its kind takes.
        """
        owners = [(number, i) for number, piece in enumerate(self.pieces) for i in range(len(piece.parted.parts()))]
        shared: list[list[Words]] = [[] for _ in self.pieces]
        current = next((owners[w.of][0] for w in words if w.of is not None and 0 <= w.of < len(owners)), 0)
        for said in words:
            if said.of is not None and 0 <= said.of < len(owners):
                current, i = owners[said.of]
                shared[current].append(Words(said.text, i))
            else:
                shared[current].append(Words(said.text))
        pieces = tuple(made for piece, own in zip(self.pieces, shared, strict=True) if own and (made := _rewritten(piece, own)))
        if not pieces:
            raise InvalidInput("Leave at least one part that says something.", field="parts")
        return RepurposeOutput(pieces=pieces, left_out=self.left_out)


def _rewritten(piece: Piece, words: Sequence[Words]) -> Piece | None:
    """The piece in these words; None when nothing of it is left."""
    kind = piece.parted
    if len(words) > kind.most_parts:
        raise InvalidInput(f"{piece.name} can have at most {kind.most_parts} parts. Join some of them.", field="parts")
    if any(len(said.text) > kind.most_characters for said in words):
        raise InvalidInput(f"A part of {piece.name} has at most {kind.most_characters:,} characters. Shorten it.", field="parts")
    made = kind.rewritten(words)
    return Piece(target=piece.target, output=made.model_dump(mode="json"), engine=piece.engine) if made.parts() else None


class Made(StepResult):
    """What the step of a target hands on: all that its capability said, or the reason why there is nothing."""

    title: str = ""
    output: dict[str, Any] = Field(default_factory=dict)
    review: Review | None = None
    analysis: Analysis = Analysis()
    engine: Engine = BUILTIN
    reason: str = ""

    @property
    def empty(self) -> bool:
        return self.review is None

    def summary(self) -> str:
        if self.review is None:
            return f"Left out. {self.reason}"
        open_ = sum(claim.status is ClaimStatus.UNSUPPORTED for claim in self.review.claims)
        claims = f"{len(self.review.claims)} claims, " + (f"{open_} without a source" if open_ else "all with a source")
        return f"{self.review.score.points} of {self.review.score.max_points} points, {claims}"


# A context knows results by their type, so each target has one of its own.
MADE: Final[Mapping[Target, type[Made]]] = MappingProxyType(
    {target: create_model(f"Made_{target.value}", __base__=Made) for target in Target}
)
