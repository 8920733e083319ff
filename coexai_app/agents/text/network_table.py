"""The networks that the product writes for: one table of their limits, and how each counts. `networks` measures and fits texts by it.

Where a limit comes from, and when it was read, stands in each row (`source`, `verified`). A row with `verified=False` rests on reports of
others that agree, not on the network's own words; folds (how much is shown before "more") are nobody's promise anywhere and vary by device.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from coexai_app.agents.text import limits


class Channel(StrEnum):
    """The networks by the names that inputs, outputs and the calendar use."""

    X = "x"
    LINKEDIN = "linkedin"
    LINKEDIN_ARTICLE = "linkedin_article"
    THREADS = "threads"
    BLUESKY = "bluesky"
    MASTODON = "mastodon"
    FACEBOOK = "facebook"
    INSTAGRAM = "instagram"
    GOOGLE = "google_business"


class Counting(StrEnum):
    """How a network counts: X's weighted length; grapheme clusters (what a reader takes for one character); the same with Mastodon's links
    and mentions; characters with an emoji as its UTF-8 bytes (Threads); UTF-16 code units, as browsers count."""

    WEIGHTED = "weighted"
    GRAPHEMES = "graphemes"
    MASTODON = "mastodon"
    EMOJI_BYTES = "emoji_bytes"
    UTF16 = "utf16"


class Links(StrEnum):
    """What becomes of an address in a post's text: it can be clicked, it is dead text, or it belongs into a button of its own."""

    LIVE = "live"
    DEAD = "dead"
    BUTTON = "button"


@dataclass(frozen=True, slots=True)
class Network:
    """One row. `limit` in the unit of `counting`; `most_bytes` of UTF-8 where the network bounds these too; `title` is the limit of a
    title, 0 without one; `hashtags` the most that it takes (0: they do nothing there); `folds` where it hides the rest, by device, and
    after `fold_lines` lines at the latest (0: any number)."""

    channel: Channel
    label: str
    limit: int
    counting: Counting
    source: str
    verified: bool
    most_bytes: int = 0
    title: int = 0
    hashtags: int = 5
    links: Links = Links.LIVE
    most_links: int = 0
    threads: bool = False
    folds: tuple[tuple[str, int], ...] = ()
    fold_lines: int = 0


_ROWS = (
    Network(
        Channel.X,
        "X",
        limits.POST_LIMIT,
        Counting.WEIGHTED,
        "twitter-text specification, configuration version 3 (read 2026-11-23); accounts without a subscription",
        True,
        hashtags=2,
        threads=True,
    ),
    Network(
        Channel.LINKEDIN,
        "LinkedIn",
        3_000,
        Counting.UTF16,
        "documentation of a posting service on LinkedIn's Posts API (Ayrshare, read 2026-11-23) and agreeing reports; "
        "LinkedIn's own page and its unit could not be read, so the strictest unit counts",
        False,
        folds=(
            ("mobile", 140),
            ("desktop", 210),
        ),
        fold_lines=3,
    ),
    Network(
        Channel.LINKEDIN_ARTICLE,
        "LinkedIn article",
        110_000,
        Counting.UTF16,
        "reports that disagree (title 100 or 150; text 40,000 to 125,000; read 2026-11-23): the smaller title, the text most often named",
        False,
        title=100,
        hashtags=0,
    ),
    Network(
        Channel.THREADS,
        "Threads",
        500,
        Counting.EMOJI_BYTES,
        "Threads API documentation, “Threads Posts” (updated 2026-04-14), and “Text Attachments” (updated 2026-07-02) for 5 links; "
        "one hashtag: agreeing reports",
        True,
        hashtags=1,
        most_links=5,
        threads=True,
    ),
    Network(
        Channel.BLUESKY,
        "Bluesky",
        300,
        Counting.GRAPHEMES,
        "lexicon app.bsky.feed.post: maxGraphemes 300, maxLength 3000 bytes (read 2026-11-23)",
        True,
        most_bytes=3_000,
        hashtags=3,
        threads=True,
    ),
    Network(
        Channel.MASTODON,
        "Mastodon",
        500,
        Counting.MASTODON,
        "Mastodon's StatusLengthValidator (version 4.6, read 2026-11-23); a server may allow more",
        True,
        hashtags=4,
        threads=True,
    ),
    Network(
        Channel.FACEBOOK,
        "Facebook",
        63_206,
        Counting.UTF16,
        "agreeing reports (read 2026-11-23); Meta's own page could not be read",
        False,
        hashtags=2,
        folds=(
            ("mobile", 125),
            ("desktop", 477),
        ),
    ),
    Network(
        Channel.INSTAGRAM,
        "Instagram",
        2_200,
        Counting.UTF16,
        "agreeing reports (read 2026-11-23); five hashtags: Instagram's announcement of December 2025, as the press gives it",
        False,
        hashtags=5,
        links=Links.DEAD,
        folds=(("mobile", 125),),
    ),
    Network(
        Channel.GOOGLE,
        "Google Business",
        1_500,
        Counting.UTF16,
        "Google's help page “Make great business posts”, quoted 2018-09 and in agreeing reports since (read 2026-11-23)",
        False,
        title=58,
        hashtags=0,
        links=Links.BUTTON,
        folds=(
            ("mobile", 100),
            ("desktop", 250),
        ),
    ),
)
NETWORKS: Mapping[Channel, Network] = MappingProxyType({row.channel: row for row in _ROWS})
