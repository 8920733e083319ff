"""What a web page says about itself for machines: JSON-LD articles and meta tags. The HTML reader falls back on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Any

from coexai_app.extract.builder import fold
from coexai_app.extract.metadata import iso_date

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# fmt: off
_ARTICLE_TYPES = frozenset({
    "Article", "NewsArticle", "BlogPosting", "Report", "TechArticle", "ScholarlyArticle", "OpinionNewsArticle",
    "AnalysisNewsArticle", "ReportageNewsArticle", "ReviewNewsArticle", "LiveBlogPosting", "SocialMediaPosting",
    "AdvertiserContentArticle", "Review", "Recipe",
})
# fmt: on
_MAX_SCRIPT = 2_000_000
_META_TITLE = ("og:title", "twitter:title", "dc.title", "dcterms.title")
_META_AUTHOR = ("author", "article:author", "og:article:author", "parsely-author", "dc.creator", "byl", "sailthru.author")
_META_DATE = (
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "date",
    "dc.date",
    "dcterms.created",
    "pubdate",
    "parsely-pub-date",
)


@dataclass(frozen=True)
class About:
    """Empty strings for what the page does not say; `published` is an ISO 8601 date, `body` plain text. `paid`: it says that it is not free
    to read."""

    title: str = ""
    author: str = ""
    published: str = ""
    body: str = ""
    paid: bool = False


def about(root: HtmlElement) -> About:
    """The first JSON-LD article of the page, completed from its meta tags."""
    article = next(_articles(root), {})
    metas = _metas(root)
    return About(
        title=_string(article.get("headline") or article.get("name")) or _first(metas, _META_TITLE),
        author=_people(article.get("author")) or next((a for a in (metas.get(k, "") for k in _META_AUTHOR) if a and "://" not in a), ""),
        published=iso_date(article.get("datePublished")) or next((d for d in (iso_date(metas.get(k)) for k in _META_DATE) if d), ""),
        body=unescape(article["articleBody"]) if isinstance(article.get("articleBody"), str) else "",
        paid=_is_false(article.get("isAccessibleForFree"))
        or _is_false(metas.get("isaccessibleforfree"))
        or metas.get("article:content_tier", "").lower() == "locked",
    )


def _is_false(value: Any) -> bool:
    """schema.org's Boolean as sites write it: false, "False", "https://schema.org/False"."""
    return value is False or (isinstance(value, str) and value.strip().rpartition("/")[2].lower() == "false")


def _articles(root: HtmlElement) -> Iterator[dict[str, Any]]:
    for script in root.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower() or not script.text or len(script.text) > _MAX_SCRIPT:
            continue
        try:
            data = json.loads(script.text.strip().removesuffix(";"), strict=False)
        except (ValueError, RecursionError):
            continue
        for node in _nodes(data):
            kinds = node.get("@type")
            if not _ARTICLE_TYPES.isdisjoint(k for k in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(k, str)):
                yield node


def _nodes(data: Any) -> Iterator[dict[str, Any]]:
    """The objects at the top, in a list, in "@graph", or as the main entity of a page."""
    pending = [data]
    while pending:
        node = pending.pop(0)
        if isinstance(node, list):
            pending.extend(node)
        elif isinstance(node, dict):
            yield node
            pending.extend(node[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if isinstance(node.get(key), dict | list))


def _metas(root: HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for meta in root.iter("meta"):
        key = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower()
        content = meta.get("content")
        if key and content and key not in found:
            found[key] = fold(content)
    return found


def _first(metas: dict[str, str], keys: tuple[str, ...]) -> str:
    return next((metas[key] for key in keys if metas.get(key)), "")


def _people(value: Any) -> str:
    people = value if isinstance(value, list) else [value]
    names = [_string(person.get("name") if isinstance(person, dict) else person) for person in people]
    return ", ".join(dict.fromkeys(name for name in names if name and "://" not in name))


def _string(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    return fold(unescape(value)) if isinstance(value, str) else ""
