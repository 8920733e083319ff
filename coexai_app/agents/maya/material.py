"""What a thread is made of: sentences that fit a post, lists, and the sections they stand in. `pieces` fills it, `units`
and `thread` read it."""

from __future__ import annotations

from dataclasses import dataclass, field

from coexai_app.agents.maya.outline import Part

_REFRAIN = 20


@dataclass(frozen=True, slots=True)
class Piece:
    """A full sentence that fits a post, from the document's blocks `opens` to `block` (two: a quotation over paragraphs).
    `text` is the source's words (`source[start:end]`, or that shortened).

    `opening` is how it reads at the head of a post, "" when it cannot stand there. `run` numbers the stretches of prose that nothing
    interrupts (a heading, a list, another speaker).
    """

    text: str
    start: int
    end: int
    opens: int
    block: int
    place: int
    run: int
    section: int
    opening: str
    length: int
    terms: tuple[str, ...]
    speaker: str = ""
    score: float = 0.0
    question: bool = False
    contrast: bool = False
    lead: bool = False
    shortened: bool = False
    deictic: bool = False
    last: bool = False
    bridged: bool = False
    first: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list of the source: its items whole, the sentence that leads in, and whether their order matters."""

    texts: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    lead: str
    lead_span: tuple[int, int] | None
    section: int
    ordered: bool
    score: float = 0.0


@dataclass(slots=True)
class Material:
    """All that the writer may use. `points` counts the paragraphs of a list told in paragraphs, each opened by a few words that name it; 0
    when the source is none."""

    language: str
    title: str
    parts: list[Part] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    lists: list[Items] = field(default_factory=list)
    turns: bool = False
    listicle: bool = False
    prose_words: int = 0
    points: int = 0
    relaxed: bool = False
    seen: set[str] = field(default_factory=set)

    def heard(self, sentence: str) -> bool:
        """The source said the sentence before (a refrain, a page that repeats its teaser): it is used once."""
        known = sentence.casefold() in self.seen
        self.seen.add(sentence.casefold())
        return known and len(sentence) > _REFRAIN
