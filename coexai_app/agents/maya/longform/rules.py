"""Style rules for long texts, each a verdict with its reason, its evidence and its fix. `review.Rubric` gives them their points."""

from __future__ import annotations

import re
from collections.abc import Callable

from coexai_app.agents.maya.longform.judged import LongJudged
from coexai_app.agents.maya.longform.schemas import TextBlock
from coexai_app.agents.parts import Part, PartKind
from coexai_app.agents.report import CheckStatus
from coexai_app.agents.text import coherence, readability, sentences, words
from coexai_app.agents.text.hooks import WORN_OUT
from coexai_app.agents.text.judging import Verdict, flat, tail

_ENDS = re.compile(r"[.!?…:。！？｡．؟۔।॥።][\"'”’»›)\]}」』）】]*$")
_SHOUT = re.compile(r"\b[A-ZÀ-Ý]{4,}(?:\s+[A-ZÀ-Ý]{2,})+\b|!{2,}|\?{2,}")
_PROSE = (PartKind.STANDFIRST, PartKind.PARAGRAPH, PartKind.QUOTE, PartKind.ITEM)
_NAMES = {PartKind.HEADING: "heading", PartKind.QUOTE: "quote", PartKind.ITEM: "point", PartKind.PARAGRAPH: "paragraph"}
_NEAR = 0.8
_FEW_WORDS = 40
# Headings that could stand over anything.
_EMPTY_HEADINGS_LIST = (
    "introduction intro conclusion conclusions summary overview background more part chapter topic section other misc final thoughts "
    "einleitung fazit zusammenfassung introducción conclusión resumen introduction conclusion résumé introduzione conclusione"
)
_EMPTY_HEADINGS = frozenset(_EMPTY_HEADINGS_LIST.split())


def coverage(judged: LongJudged) -> Verdict:
    """The topics of the source are in the text."""
    topics = [t for t in judged.topics if words.word_count(judged.document.text[t.start : t.end]) >= _FEW_WORDS]
    if len(topics) < 2:
        return Verdict(1, "The source has one topic.")
    missing = [t for t in topics if not any(_draws_on(block, judged, t.start, t.end) for block in judged.blocks)]
    found = len(topics) - len(missing)
    if not missing:
        return Verdict(1, f"All {len(topics)} topics of the source are in the text.")
    share = found / len(topics)
    text = f"{found} of {len(topics)} topics of the source are in the text."
    if share >= 0.8:
        return Verdict(1, text)
    return Verdict(share, text, f"Missing: {missing[0].title}", "Add a paragraph on it, or choose a longer text.")


def _draws_on(block: TextBlock, judged: LongJudged, start: int, end: int) -> bool:
    if block.spans:
        return any(s < end and start < e for s, e in block.spans)
    own = set(words.terms(block.text, judged.language))
    return len(own) >= 4 and len(own & set(words.terms(judged.document.text[start:end], judged.language))) / len(own) >= 0.5


def structure(judged: LongJudged) -> Verdict:
    """A title, then as many headings, paragraphs, quotes and points as the form has; what the person asked to say is in it."""
    if not judged.of(PartKind.TITLE, PartKind.SUBJECT):
        return Verdict(0, "The title is missing.", "", "Write one at the top.")
    for kind, (low, high) in judged.counts.items():
        number = sum(flat(block.text) not in judged.fixed for _, block in judged.of(kind))
        if low <= number <= high:
            continue
        wish = f"{low} to {high}" if high < 1_000 else f"{low} or more"
        name = _NAMES.get(kind, kind.value)
        fix = f"Add a {name}." if number < low else "Join or delete some."
        return Verdict(0.5, f"{number} {name if number == 1 else name + 's'}, {wish} are usual.", "", fix)
    if bare := _empty_section(judged):
        return Verdict(0.5, f"{bare.label} has nothing under it.", bare.text, "Write a paragraph, or delete the heading.")
    if judged.must_say and flat(judged.must_say.rstrip(".")) not in flat(" ".join(block.text for block in judged.blocks)):
        return Verdict(0.25, "The text does not say what you asked for.", judged.must_say, "Put it into the last paragraph.")
    sections = sum(flat(block.text) not in judged.fixed for _, block in judged.of(PartKind.HEADING))
    return Verdict(1, f"Title, opening and {sections} {'section' if sections == 1 else 'sections'}.")


def _empty_section(judged: LongJudged) -> Part | None:
    last: Part | None = None
    for part, block in zip(judged.parts, judged.blocks, strict=True):
        if block.kind is PartKind.HEADING:
            if last is not None:
                return last
            last = part
        else:
            last = None
    return last


def headings(judged: LongJudged) -> Verdict:
    """Every heading says what its section is about, once."""
    seen: dict[str, Part] = {}
    for part, block in judged.of(PartKind.HEADING):
        key = flat(block.text).strip(" .:!")
        if key in judged.fixed:
            continue
        if key in seen:
            return Verdict(0, f"{seen[key].label} and {part.label} are the same.", block.text, "Say what sets them apart.")
        seen[key] = part
        if not set(words.terms(block.text, judged.language)) or key in _EMPTY_HEADINGS:
            return Verdict(0.25, f"{part.label} could stand over anything.", block.text, "Name what the section is about.")
        if len(block.text) > 110:
            return Verdict(0.5, f"{part.label} has {len(block.text)} characters.", tail(block.text), "Shorten it to one line.")
        if pointer := coherence.dangling(block.text, judged.language):
            return Verdict(0.5, f"{part.label} points back with “{pointer}”.", block.text, "Say who or what is meant.")
    return Verdict(1, "Every heading says what its section is about." if seen else "No headings needed.")


def repeats(judged: LongJudged) -> Verdict:
    """No sentence twice, no two blocks that say nearly the same."""
    seen: dict[str, Part] = {}
    for part, sentence in judged.sentences(*_PROSE):
        key = re.sub(r"\W+", " ", sentence).casefold().strip()
        if words.word_count(sentence) >= 4 and key in seen:
            where = f"{seen[key].label} and {part.label} share" if seen[key] is not part else f"{part.label} repeats"
            return Verdict(0, f"{where} a sentence.", tail(sentence), "Take one of them out.")
        seen.setdefault(key, part)
    known = [(part, set(words.terms(block.text, judged.language))) for part, block in judged.of(*_PROSE)]
    for i, (first, own) in enumerate(known):
        for second, other in known[i + 1 :]:
            if min(len(own), len(other)) >= 5 and words.overlap(own, other) > _NEAR:
                return Verdict(0.25, f"{first.label} and {second.label} say nearly the same.", tail(second.text), "Take one of them out.")
    return Verdict(1, "Nothing is said twice.")


def full_sentences(judged: LongJudged) -> Verdict:
    """Every sentence ends, and its quotation marks and brackets close. A recogniser's text without punctuation is said to be one."""
    for part, block in judged.of(*_PROSE):
        for line in filter(str.strip, block.text.split("\n")):
            if block.kind is not PartKind.ITEM and not _ENDS.search(line.strip()):
                return Verdict(0, f"{part.label} has a sentence without an end.", tail(line), "Finish the sentence or take it out.")
        if not coherence.balanced(block.text):
            return Verdict(0.5, f"In {part.label} a quotation mark or bracket does not close.", tail(block.text), "Close it.")
    if note := judged.notes.get("unpunctuated"):
        return Verdict(0.5, note, "", "Read the text once and correct where sentences end.")
    return Verdict(1, "All sentences are whole.")


def openers(judged: LongJudged) -> Verdict:
    """What stands alone makes sense alone: the standfirst, points, quotes, and the first paragraph under a heading."""
    bad: list[tuple[Part, str]] = []
    opens, alone = True, 0
    for part, block in zip(judged.parts, judged.blocks, strict=True):
        if block.kind in (PartKind.STANDFIRST, PartKind.ITEM, PartKind.QUOTE) or (block.kind is PartKind.PARAGRAPH and opens):
            alone += 1
            first = next(iter(sentences.split(block.text, judged.language)), None)
            if first and (word := coherence.dangling(first.text, judged.language)):
                bad.append((part, word))
        opens = block.kind is PartKind.HEADING
    if not bad:
        return Verdict(1, "Every section and quote stands on its own.")
    share = max(0.0, 1 - 2 * len(bad) / max(2, alone))
    part, word = bad[0]
    more = f", and {len(bad) - 1} more" if len(bad) > 1 else ""
    return Verdict(
        share, f"{part.label} opens with “{word}”, which needs what was said before{more}.", tail(part.text), "Say who is meant."
    )


def length(judged: LongJudged) -> Verdict:
    """Within the limits of the place where it will stand; then as long as wished, as far as the source allows."""
    for part, block in zip(judged.parts, judged.blocks, strict=True):
        if part.limit and part.length > part.limit:
            return Verdict(0, f"{part.label} has {part.length} of {part.limit} characters.", tail(block.text), "Shorten it.")
    total = sum(len(block.text) for block in judged.blocks)
    if judged.most and total > judged.most:
        return Verdict(0, f"The text has {total:,} of {judged.most:,} characters.", "", "Take something out.")
    count = sum(words.word_count(block.text) for block in judged.blocks)
    low, high = judged.wanted
    if count < low:
        source = words.word_count(judged.document.text)
        if source < 3 * low:
            return Verdict(1, f"{count:,} words; the source has {source:,}.")
        return Verdict(0.5, f"{count:,} words instead of {low:,} or more.", "", "Add what is missing, or choose a shorter text.")
    if count > high:
        return Verdict(0.5, f"{count:,} words, at most {high:,} wished.", "", "Shorten it, or choose a longer text.")
    return Verdict(1, f"{count:,} words.")


def quotes(judged: LongJudged) -> Verdict:
    """Every quote is in the source word for word, said by whom it names, when it says."""
    cues, found = judged.document.cues, judged.of(PartKind.QUOTE)
    for part, block in found:
        places = [claim.source for claim in judged.claims if judged.parts[claim.part] is part and claim.kind.value == "quote"]
        if places and not any(places):
            return Verdict(0, f"{part.label} is not in the source in these words.", tail(block.text), "Restore the words, or delete it.")
        same = [start for start, end in block.spans if _words(judged.document.text[start:end]) == _words(block.text)]
        starts = same or [place.start for place in places if place]
        heard = [cue for start in starts for cue in cues if cue.start <= start < cue.end]
        if block.speaker and heard and all(cue.speaker != block.speaker for cue in heard):
            fix = "Correct the name, or delete the quote."
            return Verdict(0, f"In the source, {heard[0].speaker or 'nobody'} says {part.label}.", tail(block.text), fix)
        if block.at is not None and heard and not any(cue.at - 1 <= block.at <= max(cue.until, cue.at) + 1 for cue in heard):
            return Verdict(0.25, f"{part.label} is said at another time.", tail(block.text), "Delete the quote, or restore its words.")
    if not found:
        return Verdict(1, "No quotes.")
    return Verdict(
        1, f"{len(found)} {'quote' if len(found) == 1 else 'quotes'}, word for word" + (" and by the right person." if cues else ".")
    )


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def cliches(judged: LongJudged) -> Verdict:
    """No worn-out phrases, no shouting."""
    for part, block in zip(judged.parts, judged.blocks, strict=True):
        if match := WORN_OUT.search(block.text):
            return Verdict(0, f"{part.label} uses a worn-out phrase.", match[0], "Say what is meant in plain words.")
        if match := _SHOUT.search(block.text):
            return Verdict(0.5, f"{part.label} shouts.", match[0], "Write it in small letters, with one mark.")
    return Verdict(1, "No worn-out phrases.")


def easy(judged: LongJudged) -> Verdict:
    """Flesch reading ease of 45 and more is full marks, under 25 none."""
    found = readability.of([sentence for _, sentence in judged.sentences(*_PROSE)], judged.language)
    if found.ease is None:
        unknown = judged.language == "und"
        reason = "The language of the source is not known, so readability is not scored."
        return Verdict(1, reason if unknown else "No readability formula for this language.", status=CheckStatus.PASS)
    share = 1.0 if found.ease >= 45 else max(0.0, (found.ease - 25) / 20)
    message = f"Reading ease {found.ease:.0f} of 100, {found.words_per_sentence:.0f} words a sentence."
    return Verdict(share, message, "", "" if share == 1 else "Use shorter sentences and words.")


Rule = Callable[[LongJudged], Verdict]
