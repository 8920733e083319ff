"""What stands under a post of a calendar: the source's address where it can be clicked, then hashtags where they do something."""

from __future__ import annotations

import re
from collections.abc import Sequence

from coexai_app.agents.maya import tags, writing
from coexai_app.agents.maya.calendar.inputs import CalendarInput
from coexai_app.agents.text.networks import NETWORKS, Channel, Links
from coexai_app.business import Voice
from coexai_app.business.voice import HASHTAGS
from coexai_app.extract.document import BlockKind, Document

_TAIL = re.compile(r"(?:\n\n(?:https?://\S+|(?:[#＃]\w+[ \t]*)+))+\s*\Z")


def tail_of(text: str) -> str:
    """The link and the hashtags under a post, with the blank line before them; "" without."""
    match = _TAIL.search(text)
    return match[0] if match else ""


def of_channel(
    document: Document, options: CalendarInput, channel: Channel, voice: Voice, *, address: str | None = None
) -> tuple[str, ...]:
    """What stands under each post of a network: the source's address where it can be clicked, then hashtags where they do something.
    `address` is that of one source among several."""
    row = NETWORKS[channel]
    own = (options.url or document.url) if address is None else address
    url = own if options.link and row.links is Links.LIVE else ""
    count = min(hashtags_wanted(options, voice), row.hashtags)
    found = tuple(_tags(document, count)) if count else ()
    return tuple(part for part in (url, " ".join(found)) if part)


def hashtags_wanted(options: CalendarInput, voice: Voice) -> int:
    """As many as the input asks for, and no more than the brand voice wants."""
    most = HASHTAGS[voice.hashtags]
    return options.hashtags if most is None else min(options.hashtags, most)


def _tags(document: Document, count: int) -> Sequence[str]:
    headings = [document.block_text(b) for b in document.blocks if b.kind is BlockKind.HEADING]
    prose = "\n".join(document.block_text(b) for b in document.blocks if b.kind not in (BlockKind.CODE, BlockKind.TABLE))
    return tags.choose(writing.key_phrases(document), prose, document.title, headings, count, document.language)
