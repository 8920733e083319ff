"""What an editor would strike out of Maya's threads, counted over a folder of sources (HTML, Markdown, text; .gz too), builtin engine.

    python benchmarks/threads_quality.py DATA_FOLDER [DATA_FOLDER …] [--threads] [--quiet]

A JSON file of the folder whose values hold "articleBody" counts as that many plain texts. The lists and the sentence splitter here are this
file's own: they share no code with the product, so that a hole in its tables shows. A line that is printed is a suspicion, to be read.
"""

from __future__ import annotations

import gzip
import html
import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from coexai_app.agents import AGENTS
from coexai_app.agents.pipeline import InputFile, StepContext, run
from coexai_app.agents.report import Report
from coexai_app.errors import CoexaiError

# ruff: noqa: E501
OPENERS = {
    "en": """he she it they him her them his its their this that these those such both neither another others one-of some-of most-of the-first
the-second the-third the-former the-latter the-same the-other the-others and but or so because yet nor then thus hence therefore however
moreover furthermore also besides instead otherwise meanwhile similarly likewise consequently additionally nevertheless still-,
for-example for-instance that-said in-addition as-a-result in-contrast on-the-other-hand in-other-words in-turn at-the-same-time
after-that even-so of-course in-fact indeed which who-, too again, here, there, here's that's it's they're he's she's as-such
the-company the-firm the-study the-report the-researchers the-authors the-duo the-pair the-couple the-group the-agency the-man the-woman
the-suspect the-incident the-bill the-deal the-move the-latter the-result the-rest to-do-that to-do-this""",
    "es": "él ella ellos ellas esto eso aquello ese esa esos esas y e pero o sino porque además también sin-embargo entonces así por-eso por-ejemplo "
    "luego aun-así mientras-tanto tampoco en-cambio no-obstante ambos ambas otro otra fue era tenía estaba había decía dijo explicó añadió son es "
    "tiene hizo vende abrió trabajaba empezó",
    "de": "er sie-, es-, und aber oder denn doch dies dieser diese dieses deshalb deswegen daher trotzdem außerdem allerdings jedoch dennoch dann "
    "danach dabei damit dafür dazu darum also auch zudem stattdessen beide solche zum-beispiel so-,",
    "fr": "il-a il-est elle ils elles ce-n ce-s cela ça ceci cette ces celui celle ceux et mais donc car or puis ensuite alors ainsi aussi pourtant "
    "cependant toutefois par-exemple en-revanche en-effet de-plus c'est leur leurs son sa ses",
}
FREE = re.compile(
    r"^(?:it (?:is|was|'s|takes|took|costs|pays|has|can|seems|does)\b.*\b(?:to|that|when|if|who|how|what|since|than)\b|"
    r"(?:this|that|these|those) (?:year|month|week|spring|summer|autumn|winter|morning|days|season)|both (?:of us|my|our|[A-Z])|those who|"
    r"es (?:gibt|ist|war|dauert|braucht|lohnt|geht)\b|son las|era (?:una?|el|la) |así (?:es|que)\b|c'est (?:en|à|au|le|la|l')|so (?:many|much|far|few)"
    r"|one of (?:my|our|the)|some of (?:my|our|the)|most of (?:my|our|the))",
    re.IGNORECASE,
)
POINTS_AT_PAGE = re.compile(
    r"\b(?:below|see above|(?:table|chart|figure|image|photo|section|example|list) above|above (?:table|chart|figure)|click here|this (?:post|"
    r"article|guide|tutorial|section|video|chart|figure|table)\b|figure \d|table \d|as (?:shown|mentioned|noted)|in the comments|"
    r"siehe (?:oben|unten|tabelle)|tabelle \d|abbildung \d|más abajo|la tabla|ci-dessous|ci-dessus|le tableau)\b",
    re.IGNORECASE,
)
ABOUT_PAGE = re.compile(
    r"\b(?:subscribe|newsletter|read more|sign up|follow us|share (?:this|on)|all rights reserved|cookie|posted (?:on|by)|min read|photo by|"
    r"image:|getty|comments?\)|leave a (?:comment|reply)|related (?:posts|articles)|advertisement|about the author|is a (?:freelance|staff|senior|"
    r"contributing) \w*|follow (?:him|her|me|us)|contributed to this|originally published|tags:|filed under|updated:|caption|terms of)\b|©",
    re.IGNORECASE,
)
MARKUP = re.compile(r"\[\d{1,3}\]|\*\*|__|```|&[a-z]+;|\]\(|<[a-z/]|^\s*#{1,6} |\|.*\||\u200b", re.MULTILINE)
SAID = re.compile(r"\b(?:he|she|they) (?:said|says|added|adds|told|tells|explained|explains|recalled|wrote|writes|asked)\b|"
                  r"\b(?:said|says|added|explains|explained) (?:he|she|they)\b", re.IGNORECASE)  # fmt: skip
ENDS = re.compile(r"[.!?…。！？:][\"'”’»›)\]]*$")
LIST_LINE = re.compile(r"^(?:[•–*-]|\d{1,2}[.)])\s+")
DULL_TAGS = frozenset(
    [
        "#file",
        "#files",
        "#answer",
        "#answers",
        "#first",
        "#second",
        "#orders",
        "#order",
        "#thing",
        "#things",
        "#people",
        "#year",
        "#years",
        "#time",
        "#day",
        "#days",
        "#way",
        "#work",
        "#question",
        "#part",
        "#new",
        "#good",
        "#best",
        "#make",
        "#use",
        "#start",
        "#step",
        "#steps",
        "#week",
        "#month",
        "#today",
        "#number",
        "#others",
        "#image",
        "#photo",
        "#post",
        "#said",
        "#like",
        "#back",
        "#customer",
    ]
)
HEADINGS_MD = re.compile(r"^ {0,3}#{2,3}\s+(.+?)\s*#*$", re.MULTILINE)
NUMBERED = re.compile(r"\n*\s*\d{1,2}/\d{1,2}\s*$")


@dataclass(frozen=True)
class Example:
    name: str
    data: bytes


@dataclass(frozen=True)
class Thread:
    """What the checks look at. `source` is the visible text, made flat; `bodies` the posts without numbers, hashtags and the link."""

    name: str
    report: Report
    source: str
    bodies: tuple[str, ...]
    labels: frozenset[str]
    language: str


Finding = tuple[int, str]


def flat(text: str) -> str:
    text = unicodedata.normalize("NFC", html.unescape(text)).replace("\u00ad", "").replace("\u200b", "")
    text = re.sub(r"[*_`]+", "", text).replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')
    return re.sub(r"\s+", " ", text.replace("\xa0", " ")).strip()


def visible(data: bytes) -> str:
    text = data.decode("utf-8", "replace")
    if "<html" in text[:3000].lower() or "<p" in text.lower()[:20000]:
        text = re.sub(r"(?is)<(script|style|template).*?</\1\s*>|<!--.*?-->", " ", text)
        text = re.sub(r"(?i)</?(?:a|b|i|em|strong|span|u|font|mark|small|code|sup|sub|abbr|time|wbr|ins)\b[^>]*>", "", text)
        text = re.sub(r"<[^>]+>", " ", text)
    else:
        text = re.sub(r"!?\[([^\]\n]*)\]\([^)\n]*\)", r"\1", text)
    return text


def sentences(text: str) -> list[str]:
    """A plain splitter: an end mark, a space, and what looks like a start."""
    parts = re.split(r"(?<=[.!?…])[\"'”’»)]*\s+(?=[\"'“‘„«¿¡(]*[A-ZÀ-Ý0-9])", text)
    joined: list[str] = []
    for part in parts:
        if joined and re.search(
            r"\b(?:[A-Z]|Mr|Mrs|Ms|Dr|St|Prof|z\.B|Inc|No|vs|Jr|Sr|Gen|Sen|Rep|Gov|U\.S|a\.m|p\.m|\d{1,2})\.$", joined[-1]
        ):
            joined[-1] += " " + part
        else:
            joined.append(part)
    return joined


def body_of(text: str, link: str) -> str:
    text = NUMBERED.sub("", text)
    text = re.sub(r"(?:^|\n+)(?:#\w+ ?)+$", "", text)
    if link:
        text = re.sub(rf"\n*[^\n]*{re.escape(link)}\s*$", "", text)
    return text.strip()


def examples(folder: Path) -> Iterator[Example]:
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        name = path.name.removesuffix(".gz")
        if name.endswith(".json"):
            for key, value in json.loads(data).items():
                if isinstance(value, dict) and isinstance(value.get("articleBody"), str):
                    yield Example(f"{key[:12]}.txt", value["articleBody"].encode())
        elif name.rsplit(".", 1)[-1] in ("html", "htm", "md", "txt"):
            yield Example(name[:12] + ".html" if len(name) > 60 else name, data)


def thread_of(example: Example) -> Thread:
    capability = AGENTS["maya"].capabilities["blog-to-thread"]
    context = StepContext(open_file=lambda ref: InputFile(name=example.name, content_type="", data=example.data))
    report = run(AGENTS["maya"], capability, capability.parse({"file": example.name}), context)
    blocks = (report.analysis.model_extra or {}).get("blocks", ())
    labels = {flat(report.source.text[b[1] : b[2]]) for b in blocks if b[0] == "heading"} | {flat(report.source.title)}
    return Thread(
        example.name,
        report,
        flat(visible(example.data)),
        tuple(body_of(p["text"], report.source.url) for p in report.output["posts"]),
        frozenset(x.rstrip(":").casefold() for x in labels if x),
        report.source.language,
    )


def is_label(line: str, thread: Thread) -> bool:
    return flat(line).rstrip(":").casefold() in thread.labels


def lines(thread: Thread) -> Iterator[tuple[int, str]]:
    for i, body in enumerate(thread.bodies, 1):
        for line in body.split("\n"):
            if line.strip():
                yield i, line.strip()


def too_long(thread: Thread) -> Iterator[Finding]:
    for i, post in enumerate(thread.report.output["posts"], 1):
        text = re.sub(r"https?://\S+", "x" * 23, unicodedata.normalize("NFC", post["text"]))
        size = sum(
            1 if ord(c) <= 0x10FF or 0x2000 <= ord(c) <= 0x200D or 0x2010 <= ord(c) <= 0x201F or 0x2032 <= ord(c) <= 0x2037 else 2
            for c in text
        )
        if size > 280:
            yield i, f"{size}: {text[:80]}"


def half(thread: Thread) -> Iterator[Finding]:
    for i, line in lines(thread):
        if is_label(line, thread) or LIST_LINE.match(line):
            continue
        if not ENDS.search(line):
            yield i, line[-90:]
        start = re.sub(r"^[\"“«„(¿¡]+", "", line)
        if start[:1].islower() and not re.match(r"[a-z]+[A-Z]", start):
            yield i, f"starts small: {line[:80]}"


def unclosed(thread: Thread) -> Iterator[Finding]:
    for i, body in enumerate(thread.bodies, 1):
        if (
            (body.count("“") != body.count("”") and "„" not in body)
            or len(re.findall(r"(?<!\d)\"", body)) % 2
            or any(body.count(a) != body.count(b) for a, b in ("()", "«»"))
        ):
            yield i, body


def invented(thread: Thread) -> Iterator[Finding]:
    loose = re.sub(r"\W+", "", thread.source).casefold()
    for i, line in lines(thread):
        if is_label(line, thread):
            continue
        for sentence in sentences(LIST_LINE.sub("", line)):
            bare = re.sub(r"\W+", "", flat(sentence)).casefold()
            unnamed = re.sub(r"\W+", "", flat(re.sub(r"^[A-ZÀ-Ý][\w.-]*(?: [A-Z]\w+)?: ", "", sentence))).casefold()
            if bare and bare not in loose and unnamed not in loose:
                yield i, sentence


def cut(thread: Thread) -> Iterator[Finding]:
    """A post's last words end where the source's sentence goes on."""
    for i, line in lines(thread):
        tail = flat(line)[-40:]
        at = thread.source.find(tail)
        if len(tail) > 20 and at >= 0 and tail[-1:] not in ".!?…:\"')»" and thread.source[at + len(tail) :][:2].strip()[:1].islower():
            yield i, f"{tail} ¦ {thread.source[at + len(tail) :][:30]}"


def repeated(thread: Thread) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    bags: list[set[str]] = []
    for i, body in enumerate(thread.bodies, 1):
        for sentence in sentences(body.replace("\n", " ")):
            key = re.sub(r"\W+", " ", sentence).casefold()
            if len(key.split()) >= 4 and key in seen:
                yield i, f"as in {seen[key]}: {sentence}"
            seen.setdefault(key, i)
        bag = set(re.findall(r"\w{5,}", body.casefold()))
        if any(len(bag & other) >= 0.7 * min(len(bag), len(other)) and min(len(bag), len(other)) > 5 for other in bags):
            yield i, f"nearly again: {body[:120]}"
        bags.append(bag)


def openers(thread: Thread) -> Iterator[Finding]:
    table = OPENERS.get(thread.language, "").split()
    for i, body in enumerate(thread.bodies, 1):
        line = next((x for x in body.split("\n") if x.strip()), "")
        if is_label(line, thread) or LIST_LINE.match(line):
            continue
        bare = re.sub(r"^(?:[\"“«„‘'¿¡(\s]+)", "", flat(line))
        low = bare.casefold()
        for entry in table:
            phrase = entry.replace("-,", ",").replace("-", " ")
            if re.match(re.escape(phrase) + (r"" if phrase.endswith((",", "'")) else r"(?![\w'-])"), low) and not FREE.match(bare):
                if thread.language == "en" and phrase in ("who", "here", "there"):
                    continue
                yield i, bare[:110]
                break


def points_at_page(thread: Thread) -> Iterator[Finding]:
    for i, line in lines(thread):
        if match := POINTS_AT_PAGE.search(line):
            yield i, f"[{match[0]}] {line[:140]}"


def about_page(thread: Thread) -> Iterator[Finding]:
    for i, line in lines(thread):
        if match := ABOUT_PAGE.search(line):
            yield i, f"[{match[0]}] {line[:140]}"


def markup(thread: Thread) -> Iterator[Finding]:
    for i, body in enumerate(thread.bodies, 1):
        if match := MARKUP.search(body):
            yield i, f"[{match[0]}] {body[:140]}"


def lead_without(thread: Thread) -> Iterator[Finding]:
    """A colon and nothing after it, a list of one, a list that starts out of nowhere, numbers that skip."""
    for i, body in enumerate(thread.bodies, 1):
        rows = [x for x in body.split("\n") if x.strip()]
        items = [x for x in rows if LIST_LINE.match(x)]
        if rows and rows[-1].rstrip().endswith(":"):
            yield i, rows[-1]
        if len(items) == 1 and items[0].startswith("•"):
            yield i, f"a list of one: {body[:140]}"
        if rows and LIST_LINE.match(rows[0]) and not re.match(r"\d", rows[0]):
            yield i, f"list without lead: {body[:140]}"


def orphans(thread: Thread) -> Iterator[Finding]:
    for i, body in enumerate(thread.bodies[1:-1], 2):
        if len(body) < 60:
            yield i, body


def asked(thread: Thread) -> Iterator[Finding]:
    for i, body in enumerate(thread.bodies, 1):
        if i < len(thread.bodies) and body.rstrip("\"”'").endswith("?"):
            yield i, body[-140:]


def said_by(thread: Thread) -> Iterator[Finding]:
    for i, body in enumerate(thread.bodies, 1):
        if (match := SAID.search(body)) and not re.search(
            r"(?<![.!?:\"“”] )(?<!^)(?<!\n)\b[A-Z][a-zà-ÿ]+", body[: match.start()].replace("I ", "")
        ):
            first = re.match(r"([A-Z][a-zà-ÿ]+)", body)
            if not first or first[1] in ("The", "When", "After", "In", "We", "I", "A", "If", "You"):
                yield i, body[:160]


def dull_tags(thread: Thread) -> Iterator[Finding]:
    for tag in thread.report.output["hashtags"]:
        if tag.casefold() in DULL_TAGS:
            yield len(thread.bodies), tag


def too_few(thread: Thread) -> Iterator[Finding]:
    if len(thread.bodies) < 5 and thread.report.source.words >= 300:
        yield 0, f"{len(thread.bodies)} posts of {thread.report.source.words} words"
    if len(thread.bodies) > 12:
        yield 0, f"{len(thread.bodies)} posts"


def uncovered(thread: Thread) -> Iterator[Finding]:
    """Main sections (level 2 in Markdown, or any two headings) of which no post holds a sentence."""
    blocks = (thread.report.analysis.model_extra or {}).get("blocks", ())
    text = thread.report.source.text
    levels = Counter(b[3] for b in blocks[1:] if b[0] == "heading")
    main = min((level for level, n in levels.items() if n >= 2), default=0)
    starts = [b for b in blocks[1:] if b[0] == "heading" and b[3] == main]
    thread_text = re.sub(r"\W+", "", flat(" ".join(thread.bodies))).casefold()
    missing, total = [], 0
    for head, after in zip(starts, [*starts[1:], None], strict=False):
        body = text[head[2] : after[1] if after else len(text)]
        if len(body.split()) < 30:
            continue
        total += 1
        parts = [re.sub(r"\W+", "", flat(s)).casefold() for p in body.split("\n") for s in sentences(p) if len(s) > 20]
        if not any(p[:60] in thread_text or p[-40:] in thread_text for p in parts):
            missing.append(text[head[1] : head[2]])
    if total and len(missing) > max(0, total - (len(thread.bodies) - 1)) and len(missing) / total > 0.25:
        yield 0, f"{len(missing)} of {total}: {missing[:4]}"


CHECKS: dict[str, Callable[[Thread], Iterator[Finding]]] = {
    "over 280": too_long,
    "half sentence": half,
    "cut": cut,
    "unclosed mark": unclosed,
    "not in source": invented,
    "repeated": repeated,
    "opener": openers,
    "said by nobody": said_by,
    "points at page": points_at_page,
    "about the page": about_page,
    "markup": markup,
    "lead or list": lead_without,
    "orphan": orphans,
    "question at end": asked,
    "dull hashtag": dull_tags,
    "too few": too_few,
    "section missing": uncovered,
}


def main(arguments: list[str]) -> None:
    folders = [Path(a) for a in arguments if not a.startswith("--")]
    if not folders:
        sys.exit(__doc__)
    for folder in folders:
        counts: Counter[str] = Counter()
        refused: list[str] = []
        sizes: Counter[int] = Counter()
        points: list[int] = []
        for example in examples(folder):
            try:
                thread = thread_of(example)
            except CoexaiError as error:
                refused.append(f"{example.name}: {error.message}")
                continue
            sizes[len(thread.bodies)] += 1
            points.append(thread.report.score.points)
            if "--threads" in arguments:
                print(f"\n===== {example.name} ({thread.language}, {thread.report.source.words} words) {thread.report.source.title}")
                for post in thread.report.output["posts"]:
                    print(f"{post['text']}\n---")
            for name, check in CHECKS.items():
                for number, line in check(thread):
                    counts[name] += 1
                    if "--quiet" not in arguments:
                        print(f"{name:>16} | {example.name} {number} | {line!r}")
        print(f"\n{folder}: {sum(sizes.values())} threads, {sum(n * k for n, k in sizes.items())} posts, {len(refused)} refused")
        print("  posts a thread:", dict(sorted(sizes.items())), " mean points:", round(sum(points) / max(1, len(points)), 1))
        print("  " + ", ".join(f"{name} {counts[name]}" for name in CHECKS))
        for line in refused:
            print("  refused:", line)


if __name__ == "__main__":
    main(sys.argv[1:])
