"""Style rules for short posts, each a verdict with its reason, its evidence and its fix. Agents pick rules and give them their points.

A rule sees the posts' own words (no numbers, no closing hashtags); `judging.Judged` carries what it may need of the source.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from coexai_app.agents.text import coherence, limits, readability, sentences, words
from coexai_app.agents.text.hooks import WORN_OUT, hook_signs
from coexai_app.agents.text.judging import LIST_LINE, Judged, Verdict, flat, is_label, prose, tail, these_posts
from coexai_app.business.voice import HASHTAGS

_ENDS = re.compile(r"[.!?…:。！？｡．؟۔।॥።][\"'”’»›)\]}」』）】]*$")
_SHOUT = re.compile(r"\b[A-ZÀ-Ý]{4,}(?:\s+[A-ZÀ-Ý]{2,})+\b|!{2,}|\?{2,}")
_NEAR = 0.8


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
    bad = [(i, word) for i, post in enumerate(judged.words, 1) if (word := _dangling_post(post, judged, first=i == 1))]
    if not bad:
        return Verdict(1, "Every post stands on its own.")
    share = max(0.0, 1 - len(bad) / max(2, len(judged.words) / 2))
    return Verdict(
        share,
        f"{these_posts(i for i, _ in bad)} not able to stand alone.",
        f"Post {bad[0][0]} opens with “{bad[0][1]}”.",
        "Say who or what is meant.",
    )


def _dangling_post(post: str, judged: Judged, *, first: bool) -> str:
    line = next((x for x in post.split("\n") if x.strip()), "")
    if LIST_LINE.match(line.strip()) or is_label(line, judged) or (limits.urls(line)[:1] and line.startswith("http")):
        return ""
    opening = next(iter(sentences.split(line, judged.language)), None)
    if opening is None:
        return ""
    return coherence.dangling(opening.text, judged.language) or ("" if first else coherence.refers(opening.text, judged.language))


def full_sentences(judged: Judged) -> Verdict:
    """Every sentence ends, and its quotation marks and brackets close."""
    for i, post in enumerate(judged.words, 1):
        for sentence in prose(post, judged):
            links = limits.urls(sentence)
            if links and sentence.endswith(links[-1].url):
                continue
            if not _ENDS.search(sentence):
                return Verdict(0, f"Post {i} has a sentence without an end.", tail(sentence), "Finish the sentence or take it out.")
        if not coherence.balanced(post):
            return Verdict(0.5, f"In post {i} a quotation mark or bracket does not close.", tail(post), "Close it.")
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
                return Verdict(0.25, f"Posts {i + 1} and {j + 1} say nearly the same.", tail(judged.words[j]), "Merge them.")
    return Verdict(1, "No post repeats another.")


def length(judged: Judged) -> Verdict:
    """Every post within X's 280 weighted characters."""
    sizes = [limits.weighted_length(post) for post in judged.posts]
    over = [(i, size) for i, size in enumerate(sizes, 1) if size > limits.POST_LIMIT]
    if over:
        return Verdict(0, f"{these_posts(i for i, _ in over)} too long.", f"Post {over[0][0]} has {over[0][1]} of 280.", "Shorten it.")
    empty = [i for i, post in enumerate(judged.words, 1) if not post.strip()]
    if empty:
        return Verdict(0, f"{these_posts(empty)} empty.", "", "Write it or delete it.")
    return Verdict(1, f"All posts fit, the longest has {max(sizes)} of 280.")


def numbering(judged: Judged) -> Verdict:
    """1/n to n/n, or none at all."""
    total = len(judged.posts)
    if not judged.numbered or total == 1:
        left = [i for i, n in enumerate(judged.numbers, 1) if n is not None]
        return (
            Verdict(0, f"{these_posts(left)} numbered though numbers are off.", "", "Take the number out.")
            if left and total > 1
            else Verdict(1, "No numbers, as wished.")
        )
    wrong = [i for i, n in enumerate(judged.numbers, 1) if n != (i, total)]
    if wrong:
        return Verdict(0, f"{these_posts(wrong)} misnumbered.", f"Post {wrong[0]} should say {wrong[0]}/{total}.", "Correct the number.")
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
    known = [(flat(text), set(words.terms(text, judged.language))) for _, text in sections]
    found: set[int] = set()
    for post in judged.words:
        items = [LIST_LINE.sub("", line.strip()) for line in post.split("\n") if LIST_LINE.match(line.strip())]
        lines = [flat(sentence) for sentence in [*prose(post, judged), *items]]
        exact = {i for i, (text, _) in enumerate(known) if any(len(line) > 20 and line in text for line in lines)}
        if exact:
            found |= exact
            continue
        terms = set(words.terms(post, judged.language))
        share, best = max(((len(terms & own) / max(1, len(terms)), i) for i, (_, own) in enumerate(known)), default=(0.0, 0))
        if share >= 0.5:
            found.add(best)
    return found


def close(judged: Judged) -> Verdict:
    """What the person asked to say, and the link, are in the last post."""
    last = flat(judged.words[-1])
    if judged.must_say and flat(judged.must_say.rstrip(".")) not in last:
        return Verdict(0, "The last post does not say what you asked for.", judged.must_say, "Put it into the last post.")
    if judged.link and judged.link not in judged.words[-1]:
        return Verdict(0.25, "The link to the source is missing in the last post.", judged.link, "Add it, or switch the link off.")
    return Verdict(1, "The last post closes the thread." if len(judged.posts) > 1 else "One post, no close needed.")


def hashtags(judged: Judged) -> Verdict:
    """At most as many hashtags as wished, and about the source's subject."""
    found = [tag for tags in judged.hashtags for tag in tags]
    if len(found) > judged.max_hashtags:
        of_brand = judged.max_hashtags == HASHTAGS[judged.voice.hashtags]
        wished = f"your brand voice wants at most {judged.max_hashtags}" if of_brand else f"at most {judged.max_hashtags} wished"
        return Verdict(0, f"{len(found)} {'hashtag' if len(found) == 1 else 'hashtags'}, {wished}.", " ".join(found), "Take some out.")
    return Verdict(1, f"{len(found)} {'hashtag' if len(found) == 1 else 'hashtags'}." if found else "No hashtags.")


def links(judged: Judged) -> Verdict:
    """Links stand in the last post: X shows a post with a link to fewer people."""
    early = [i for i, post in enumerate(judged.words[:-1], 1) if any("/" in u.url or u.url.startswith("http") for u in limits.urls(post))]
    if early:
        return Verdict(0, f"{these_posts(early)} carrying a link before the end.", "", "Move the link to the last post.")
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


Rule = Callable[[Judged], Verdict]
