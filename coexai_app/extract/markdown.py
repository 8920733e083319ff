"""Markdown (CommonMark with tables and strikethrough) to a document; front matter gives title, author and date."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from coexai_app.extract import dom
from coexai_app.extract.builder import Builder, clean
from coexai_app.extract.document import Document, SourceKind
from coexai_app.extract.limits import check_characters
from coexai_app.extract.metadata import iso_date

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_FRONT_MATTER = re.compile(r"\A(?P<fence>---|\+\+\+)[ \t]*\n(?P<body>.*?)^(?:(?P=fence)|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_YAML_LINE = re.compile(r"^(?P<key>[A-Za-z_][\w -]*?)[ \t]*:(?:[ \t]+(?P<value>.*))?$")
_TITLE_KEYS = ("title",)
_AUTHOR_KEYS = ("author", "authors", "by", "byline")
_DATE_KEYS = ("date", "published", "published_at", "publishdate", "pubdate", "created")
# Tags that a Markdown writer means as tags; any other "<word>" in a line is dropped by itself and takes no text with it.
# fmt: off
_INLINE_TAGS = frozenset({
    "a", "abbr", "b", "br", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q", "s", "samp", "small",
    "span", "strong", "sub", "sup", "time", "u", "var", "wbr",
})
# fmt: on
_TAG = re.compile(r"^</?([a-zA-Z][\w-]*)")
_UNSEEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?P<tag>script|style|svg|noscript|template|iframe|object|textarea|title|select|head)\b.*?(?:</(?P=tag)\s*>|\Z)"
    r"|<\?.*?(?:\?>|\Z)|<![A-Za-z\[].*?(?:>|\Z)",
    re.DOTALL | re.IGNORECASE,
)

_FOOTNOTE = re.compile(r"^ {0,3}\[\^([\w-]{1,60})\]:[ \t]*", re.MULTILINE)
_FOOTNOTE_MARK = re.compile(r"\[\^([\w-]{1,60})\](?!:)")

_STRONG_SIGNS = (
    re.compile(r"^ {0,3}#{1,6} +\S", re.MULTILINE),
    re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE),
    re.compile(r"!?\[[^\[\]\n]{1,300}\]\((?:https?://|/|#|mailto:|\.)[^()\s]{0,2000}(?:\s+\"[^\"\n]{0,300}\")?\)"),
    re.compile(r"^ {0,3}\|?(?: *:?-{2,}:? *\|)+ *(?::?-{2,}:? *)?$", re.MULTILINE),
    re.compile(r"^ {0,3}\[[^\]\n]{1,300}\]: +<?https?://", re.MULTILINE),
    re.compile(r"^[^\s#>*+-].*\n(?:={3,}|-{3,})[ \t]*$", re.MULTILINE),
)
_WEAK_SIGNS = (
    re.compile(r"(?<![\w*])\*\*[^\s*][^*\n]*\*\*(?![\w*])"),
    re.compile(r"(?<![\w_])__[^\s_][^_\n]*__(?![\w_])"),
    re.compile(r"^ {0,3}> \S", re.MULTILINE),
    re.compile(r"(?<!`)`[^`\n]+`(?!`)"),
    re.compile(r"^ {0,3}[-*+] +\S", re.MULTILINE),
)
_SIGN_SAMPLE = 100_000


def looks_like(text: str) -> bool:
    """True for text with marks that only Markdown has; lists or stars alone do not count."""
    sample = text[:_SIGN_SAMPLE].replace("\r\n", "\n")
    if found := _FRONT_MATTER.match(sample):
        return bool(_front_matter(found["fence"], found["body"]))
    return any(sign.search(sample) for sign in _STRONG_SIGNS) or sum(bool(sign.search(sample)) for sign in _WEAK_SIGNS) >= 2


def read(text: str, *, name: str = "", url: str = "") -> Document:
    """Markdown without its markup: link words kept and their targets in `links`, images dropped, HTML inside read as HTML."""
    check_characters(len(text), name)
    text = clean(text)
    meta: Mapping[str, Any] = {}
    if found := _FRONT_MATTER.match(text):
        meta = _front_matter(found["fence"], found["body"])
        text = text[found.end() :] if meta else text
    builder = Builder(name, url)
    root = dom.parse(_parser().render(_without_footnote_marks(text)))
    if root is not None:
        dom.add_blocks(root, builder)
    return builder.document(
        SourceKind.MARKDOWN,
        title=_first(meta, _TITLE_KEYS),
        author=_first(meta, _AUTHOR_KEYS),
        published=next((day for key in _DATE_KEYS if (day := iso_date(meta.get(key)))), ""),
        url=url,
    )


def _without_footnote_marks(text: str) -> str:
    """Footnotes (which CommonMark takes for link definitions and hides) as paragraphs where they stand, their marks taken out."""
    names = {found[1] for found in _FOOTNOTE.finditer(text)}
    if not names:
        return text
    text = _FOOTNOTE.sub("\n", text)
    return _FOOTNOTE_MARK.sub(lambda found: "" if found[1] in names else found[0], text)


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": 50}).enable(["table", "strikethrough"])
    parser.add_render_rule("image", lambda *_: "")
    parser.add_render_rule("html_inline", lambda _self, tokens, i, *_: _inline_tag(tokens[i].content))
    parser.add_render_rule("html_block", lambda _self, tokens, i, *_: _UNSEEN.sub(" ", tokens[i].content))
    return parser


def _inline_tag(markup: str) -> str:
    found = _TAG.match(markup)
    return markup if found and found[1].lower() in _INLINE_TAGS else ""


def _front_matter(fence: str, body: str) -> Mapping[str, Any]:
    """The keys (lower case) at the top level: TOML between "+++", else YAML's scalars and lists of strings. Empty when it is neither."""
    if fence == "+++":
        try:
            return {key.lower(): value for key, value in tomllib.loads(body).items()}
        except (tomllib.TOMLDecodeError, RecursionError):
            return {}
    meta: dict[str, Any] = {}
    key = ""
    for line in body.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if found := _YAML_LINE.match(line):
            key = found["key"].lower()
            meta[key] = _yaml_value(found["value"] or "")
        elif not key:
            return {}
        elif line.lstrip().startswith("- "):
            item = _yaml_value(re.sub(r"^name:\s*", "", line.lstrip()[2:].strip()))
            meta[key] = [*meta[key], item] if isinstance(meta[key], list) else [item]
        elif line[0].isspace() and not meta[key]:
            nested = re.match(r"\s+name:\s*(.*)", line)
            meta[key] = _yaml_value(nested[1]) if nested else ""
        elif line[0].isspace() and isinstance(meta[key], str):
            meta[key] = f"{meta[key]} {line.strip()}" if meta[key] not in (">", "|", ">-", "|-") else line.strip()
        elif not line[0].isspace():
            return {}
    return meta


def _yaml_value(value: str) -> str | list[str]:
    value = value.strip()
    if value.startswith("[") and value.endswith("]"):
        return [_unquote(part) for part in value[1:-1].split(",") if part.strip()]
    return _unquote(value)


def _unquote(value: str) -> str:
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1].replace('\\"', '"').replace("''", "'")
    return value.split(" #", 1)[0].rstrip()


def _first(meta: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    for key in keys:
        value = meta.get(key)
        if isinstance(value, Mapping):
            value = value.get("name")
        if isinstance(value, list):
            value = ", ".join(str(part.get("name", "")) if isinstance(part, Mapping) else str(part) for part in value)
        if value:
            return str(value)
    return ""
