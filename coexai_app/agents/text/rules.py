"""Style rules for short posts, each a verdict with its reason, its evidence and its fix. Agents pick rules and give them their points.

A rule sees the posts' own words (no numbers, no closing hashtags); `Judged` carries what it may need of the source.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from coexai_app.agents.report import Check, CheckStatus
from coexai_app.agents.text import coherence, limits, readability, sentences, words

WORN_OUT = re.compile(
    r"\b(?:in today['’]s (?:fast-paced|digital|modern|ever)|in this day and age|fast-paced world|game[- ]changer|unlock the (?:power|"
    r"secret|potential)|take .{0,20}to the next level|let['’]s dive in|dive deep into|"
    r"buckle up|delve into|in a world where|it['’]s no secret that|look no further|secret sauce|revolutioni[sz]e your|supercharge|"
    r"mind-blowing|you won['’]t believe|here['’]s the kicker|at the end of the day|"
    r"think outside the box|low-hanging fruit|synergy|en el mundo actual|in der heutigen (?:schnelllebigen|digitalen)|dans le monde "
    r"d['’]aujourd['’]hui|nel mondo di oggi|no mundo de hoje)\b",
    re.IGNORECASE,
)
HOOK_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|half|hundred|thousand|million|twice|first|second|"
    r"third|quarter|every other|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|mitad|cien|mil|zwei|drei|vier|fünf|"
    r"sechs|sieben|acht|neun|zehn|zwölf|zweite[rns]?|dritte[rns]?|hälfte|hundert|tausend|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|"
    r"moitié|cent|mille|due|tre|quattro|cinque|metà|cento|dois|três|quatro|metade|twee|drie|vijf|helft|tien)\b|[一二三四五六七八九十百千万两]",
    re.IGNORECASE,
)
HOOK_CONTRAST = re.compile(
    r"\b(?:but|not|never|no|almost|nearly|nobody|nothing|without|instead|until|yet|than|only|although|despite|stop|stopped|wrong|"
    r"mistake|more|less|worst|best|most|pero|no|nunca|casi|nadie|sin|hasta|solo|menos|más|peor|mejor|aber|nicht|nie|fast|beinahe|"
    r"niemand|kein|keine|keinen|ohne|statt|bis|nur|trotz|mehr|weniger|mais|pas|jamais|presque|personne|sans|seulement|malgré|plus|moins|"
    r"ma|non|mai|quasi|nessuno|senza|invece|più|meno|mas|não|ninguém|sem|mais|menos|maar|niet|nooit|"
    r"niemand|geen|zonder|alleen|meer|minder)\b|\w+n['’]t\b|不|没|但|却|ない|しかし",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[.!?…:。！？｡．؟۔।॥።][\"'”’»›)\]}」』）】]*$")
_SHOUT = re.compile(r"\b[A-ZÀ-Ý]{4,}(?:\s+[A-ZÀ-Ý]{2,})+\b|!{2,}|\?{2,}")
_LIST_LINE = re.compile(r"^(?:[•\-–*]|\d{1,2}[.)])\s")
_NEAR = 0.8


@dataclass(frozen=True, slots=True)
class Judged:
    """What is judged: `posts` as published, `words` without numbers and hashtags, and what is known about source and wishes."""

    posts: tuple[str, ...]
    words: tuple[str, ...]
    language: str = "und"
    titles: frozenset[str] = frozenset()
    sections: tuple[tuple[str, str], ...] = ()
    numbers: tuple[tuple[int, int] | None, ...] = ()
    hashtags: tuple[tuple[str, ...], ...] = ()
    numbered: bool = True
    wanted: int | None = None
    source_words: int = 0
    must_say: str = ""
    link: str = ""
    max_hashtags: int = 3
    fewest: int = 5
    most: int = 12
    keywords: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`share` of the rule's points, 0 to 1."""

    share: float
    message: str
    evidence: str = ""
    fix: str = ""
    status: CheckStatus | None = None


def check(id_: str, label: str, points: int, verdict: Verdict) -> Check:
    """A verdict as a check: pass with all points, fail with none, else a warning."""
    got = round(points * max(0.0, min(1.0, verdict.share)))
    status = verdict.status or (CheckStatus.PASS if verdict.share >= 1.0 else CheckStatus.FAIL if got == 0 else CheckStatus.WARN)
    return Check(
        id=id_,
        label=label,
        status=status,
        points=got,
        max_points=points,
        message=verdict.message,
        evidence=verdict.evidence,
        fix=verdict.fix,
    )


def is_label(line: str, judged: Judged) -> bool:
    """A line that is a heading or the title of the source, not a sentence."""
    return line.strip().rstrip(":").casefold() in judged.titles


def prose(post: str, judged: Judged) -> list[str]:
    """The sentences of a post: labels, list lines and addresses left out."""
    found: list[str] = []
    for line in post.split("\n"):
        bare = line.strip()
        if not bare or _LIST_LINE.match(bare) or is_label(bare, judged):
            continue
        links = limits.urls(bare)
        if links and not bare.replace(links[-1].url, "").strip(" :"):
            continue
        found.extend(s.text for s in sentences.split(bare, judged.language))
    return found


def hook_signs(head: str) -> list[str]:
    """What makes the first words of a thread worth stopping for: a number, a contrast."""
    return [name for name, found in (("a number", HOOK_NUMBER.search(head)), ("a contrast", HOOK_CONTRAST.search(head))) if found]


def hook(judged: Judged) -> Verdict:
    """The first twelve words hold a number, a question or a contrast, and are not worn out."""
    text = coherence.bare_opening(judged.words[0])
    head = " ".join(text.split()[:12]) if " " in text[:60] else text[:40]
    if match := WORN_OUT.search(judged.words[0]):
        return Verdict(0, "The opening is worn out.", match[0], "Open with what happened, a number or a question.")
    first = prose(judged.words[0], judged)
    asks = any(s.rstrip("\"'”’").endswith(("?", "？")) for s in first[:2])
    signs = [*hook_signs(head), *(["a question"] if asks else [])]
    if signs:
        return Verdict(1, f"The first words hold {' and '.join(signs)}.", head)
    return Verdict(
        0.5, "The first twelve words hold no number, question or contrast.", head, "Start with the most surprising fact of the post."
    )


def openers(judged: Judged) -> Verdict:
    """No post opens with a pronoun or conjunction that needs the post before."""
    bad = [(i, word) for i, post in enumerate(judged.words, 1) if (word := _dangling_post(post, judged))]
    if not bad:
        return Verdict(1, "Every post stands on its own.")
    share = max(0.0, 1 - len(bad) / max(2, len(judged.words) / 2))
    return Verdict(
        share,
        f"{_posts(i for i, _ in bad)} not able to stand alone.",
        f"Post {bad[0][0]} opens with “{bad[0][1]}”.",
        "Say who or what is meant.",
    )


def _dangling_post(post: str, judged: Judged) -> str:
    line = next((x for x in post.split("\n") if x.strip()), "")
    if _LIST_LINE.match(line.strip()) or is_label(line, judged) or (limits.urls(line)[:1] and line.startswith("http")):
        return ""
    first = next(iter(sentences.split(line, judged.language)), None)
    return coherence.dangling(first.text, judged.language) if first else ""


def full_sentences(judged: Judged) -> Verdict:
    """Every sentence ends, and its quotation marks and brackets close."""
    for i, post in enumerate(judged.words, 1):
        for sentence in prose(post, judged):
            links = limits.urls(sentence)
            if links and sentence.endswith(links[-1].url):
                continue
            if not _ENDS.search(sentence):
                return Verdict(0, f"Post {i} has a sentence without an end.", _tail(sentence), "Finish the sentence or take it out.")
        if not coherence.balanced(post):
            return Verdict(0.5, f"In post {i} a quotation mark or bracket does not close.", _tail(post), "Close it.")
    return Verdict(1, "All sentences are whole.")


def duplicates(judged: Judged) -> Verdict:
    """No sentence twice, no two posts that say nearly the same."""
    seen: dict[str, int] = {}
    for i, post in enumerate(judged.words, 1):
        for sentence in prose(post, judged):
            key = re.sub(r"\W+", " ", sentence).casefold().strip()
            if words.word_count(sentence) >= 4 and key in seen:
                return Verdict(0, f"Posts {seen[key]} and {i} share a sentence.", sentence, "Take one of them out.")
            seen.setdefault(key, i)
    terms = [set(words.terms(post, judged.language)) for post in judged.words]
    for i, first in enumerate(terms):
        for j in range(i + 1, len(terms)):
            if min(len(first), len(terms[j])) >= 5 and words.overlap(first, terms[j]) > _NEAR:
                return Verdict(0.25, f"Posts {i + 1} and {j + 1} say nearly the same.", _tail(judged.words[j]), "Merge them.")
    return Verdict(1, "No post repeats another.")


def length(judged: Judged) -> Verdict:
    """Every post within X's 280 weighted characters."""
    sizes = [limits.weighted_length(post) for post in judged.posts]
    over = [(i, size) for i, size in enumerate(sizes, 1) if size > limits.POST_LIMIT]
    if over:
        return Verdict(0, f"{_posts(i for i, _ in over)} too long.", f"Post {over[0][0]} has {over[0][1]} of 280.", "Shorten it.")
    empty = [i for i, post in enumerate(judged.words, 1) if not post.strip()]
    if empty:
        return Verdict(0, f"{_posts(empty)} empty.", "", "Write it or delete it.")
    return Verdict(1, f"All posts fit, the longest has {max(sizes)} of 280.")


def numbering(judged: Judged) -> Verdict:
    """1/n to n/n, or none at all."""
    total = len(judged.posts)
    if not judged.numbered or total == 1:
        left = [i for i, n in enumerate(judged.numbers, 1) if n is not None]
        return (
            Verdict(0, f"{_posts(left)} numbered though numbers are off.", "", "Take the number out.")
            if left and total > 1
            else Verdict(1, "No numbers, as wished.")
        )
    wrong = [i for i, n in enumerate(judged.numbers, 1) if n != (i, total)]
    if wrong:
        return Verdict(0, f"{_posts(wrong)} misnumbered.", f"Post {wrong[0]} should say {wrong[0]}/{total}.", "Correct the number.")
    return Verdict(1, f"Numbered 1/{total} to {total}/{total}.")


def count(judged: Judged) -> Verdict:
    """As many posts as wished, else five to twelve; fewer when the source holds no more, which is said."""
    total = len(judged.posts)
    if judged.wanted and total == judged.wanted:
        return Verdict(1, f"{total} posts, as wished.")
    least = judged.wanted or judged.fewest
    if total < least:
        reason = (
            f"The source has {judged.source_words} words"
            if judged.source_words < 60 * least
            else "The source has no more sentences that stand on their own"
        )
        return Verdict(
            0.5,
            f"{total} {'post' if total == 1 else 'posts'} instead of {least}: {reason[0].lower()}{reason[1:]}.",
            reason,
            "Add to the source, or keep the thread short.",
        )
    if judged.wanted or total > judged.most:
        return Verdict(0.5, f"{total} posts instead of {judged.wanted or judged.most}.", "", "Merge or delete posts.")
    return Verdict(1, f"{total} posts.")


def coverage(judged: Judged) -> Verdict:
    """The source's main sections are represented, as far as the number of posts allows."""
    sections = [(title, text) for title, text in judged.sections if title and words.word_count(text) >= 20]
    if len(sections) < 2:
        return Verdict(1, "The source has no sections to cover.")
    wanted = min(len(sections), max(1, len(judged.posts) - 1))
    covered = represented(judged, sections)
    missing = [title for i, (title, _) in enumerate(sections) if i not in covered]
    share = len(covered) / wanted
    if share >= 0.7:
        return Verdict(1, f"{len(covered)} of {len(sections)} sections are in the thread.")
    return Verdict(
        share,
        f"Only {len(covered)} of {len(sections)} sections are in the thread.",
        f"Missing: {missing[0]}",
        "Add a post on it, or choose more posts.",
    )


def represented(judged: Judged, sections: Sequence[tuple[str, str]]) -> set[int]:
    """The indices of the sections that some post draws on: a sentence of it, or most of a post's words and more than of any other
    section."""
    flat = [(_flat(text), set(words.terms(text, judged.language))) for _, text in sections]
    found: set[int] = set()
    for post in judged.words:
        items = [_LIST_LINE.sub("", line.strip()) for line in post.split("\n") if _LIST_LINE.match(line.strip())]
        lines = [_flat(sentence) for sentence in [*prose(post, judged), *items]]
        exact = {i for i, (text, _) in enumerate(flat) if any(len(line) > 20 and line in text for line in lines)}
        if exact:
            found |= exact
            continue
        terms = set(words.terms(post, judged.language))
        share, best = max(((len(terms & own) / max(1, len(terms)), i) for i, (_, own) in enumerate(flat)), default=(0.0, 0))
        if share >= 0.5:
            found.add(best)
    return found


def close(judged: Judged) -> Verdict:
    """What the person asked to say, and the link, are in the last post."""
    last = _flat(judged.words[-1])
    if judged.must_say and _flat(judged.must_say.rstrip(".")) not in last:
        return Verdict(0, "The last post does not say what you asked for.", judged.must_say, "Put it into the last post.")
    if judged.link and judged.link not in judged.words[-1]:
        return Verdict(0.25, "The link to the source is missing in the last post.", judged.link, "Add it, or switch the link off.")
    return Verdict(1, "The last post closes the thread." if len(judged.posts) > 1 else "One post, no close needed.")


def hashtags(judged: Judged) -> Verdict:
    """At most as many hashtags as wished, and about the source's subject."""
    found = [tag for tags in judged.hashtags for tag in tags]
    if len(found) > judged.max_hashtags:
        return Verdict(0, f"{len(found)} hashtags, at most {judged.max_hashtags} wished.", " ".join(found), "Take some out.")
    return Verdict(1, f"{len(found)} {'hashtag' if len(found) == 1 else 'hashtags'}." if found else "No hashtags.")


def links(judged: Judged) -> Verdict:
    """Links stand in the last post: X shows a post with a link to fewer people."""
    early = [i for i, post in enumerate(judged.words[:-1], 1) if any("/" in u.url or u.url.startswith("http") for u in limits.urls(post))]
    if early:
        return Verdict(0, f"{_posts(early)} carrying a link before the end.", "", "Move the link to the last post.")
    return Verdict(1, "Links only at the end." if limits.urls(judged.words[-1]) else "No links.")


def shouting(judged: Judged) -> Verdict:
    """No rows of capitals, no rows of exclamation marks."""
    for i, post in enumerate(judged.words, 1):
        if match := _SHOUT.search(post):
            return Verdict(0, f"Post {i} shouts.", match[0], "Write it in small letters, with one mark.")
    return Verdict(1, "No shouting.")


def cliches(judged: Judged) -> Verdict:
    """No worn-out phrases."""
    for i, post in enumerate(judged.words, 1):
        if match := WORN_OUT.search(post):
            return Verdict(0, f"Post {i} uses a worn-out phrase.", match[0], "Say what is meant in plain words.")
    return Verdict(1, "No worn-out phrases.")


def easy(judged: Judged) -> Verdict:
    """Readable on a phone: Flesch reading ease of 45 and more is full marks, under 25 none."""
    found = readability.of([s for post in judged.words for s in prose(post, judged)], judged.language)
    if found.ease is None:
        return Verdict(
            1,
            "The language of the source is not known, so readability is not scored."
            if judged.language == "und"
            else "No readability formula for this language.",
        )
    share = 1.0 if found.ease >= 45 else max(0.0, (found.ease - 25) / 20)
    message = f"Reading ease {found.ease:.0f} of 100, {found.words_per_sentence:.0f} words a sentence."
    return Verdict(share, message, "", "" if share == 1 else "Use shorter sentences and words.")


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).casefold().replace("’", "'").strip()


def _tail(text: str) -> str:
    return text if len(text) <= 80 else "…" + text[-80:]


def _posts(numbers: Iterable[int]) -> str:
    listed = [str(n) for n in numbers]
    return f"Post {listed[0]} is" if len(listed) == 1 else f"Posts {', '.join(listed[:-1])} and {listed[-1]} are"


Rule = Callable[[Judged], Verdict]
