"""What the builtin writers make of any blocks: posts that fit their networks, subject lines that fit an inbox, titles that fit an article.

`make test-faults` with this file as `T` tries 10,000 documents each instead of 100.
"""

from __future__ import annotations

import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coexai_app.agents.maya.articles import compose as articles
from coexai_app.agents.maya.calendar import cadence
from coexai_app.agents.maya.calendar import writing as calendars
from coexai_app.agents.maya.calendar.inputs import CalendarInput
from coexai_app.agents.maya.longform.limits import ARTICLE_TITLE
from coexai_app.agents.maya.longform.schemas import Length
from coexai_app.agents.maya.newsletter import writing as newsletters
from coexai_app.agents.maya.newsletter.schemas import PREHEADER_LIMIT, SUBJECT_LIMIT, NewsletterInput
from coexai_app.agents.maya.podcasts import compose as podcasts
from coexai_app.agents.parts import PartKind
from coexai_app.agents.text import networks
from coexai_app.agents.text.networks import NETWORKS, Channel
from coexai_app.extract.document import BlockKind
from tests.agents.maya.test_thread_property import BLOCKS, FULL, document

EXAMPLES = 10_000 if FULL else 100
LANGUAGES = st.sampled_from(["en", "en", "de", "und", "zh"])
ANY = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
pytestmark = pytest.mark.timeout(7_200 if FULL else 120)
Blocks = list[tuple[BlockKind, str]]


class TestCalendar:
    @ANY
    @given(
        BLOCKS,
        LANGUAGES,
        st.lists(st.sampled_from(list(Channel)), min_size=1, max_size=4, unique=True),
        st.integers(0, 3),
        st.sampled_from(["", "https://a.example/" + "x" * 60]),
    )
    def test_every_entry_fits_its_network(self, blocks: Blocks, language: str, channels: list[Channel], hashtags: int, url: str) -> None:
        more = {"channels": ",".join(channels), "hashtags": hashtags, "weeks": 1, "per_week": 2}
        options = CalendarInput.model_validate({**({"url": url} if url else {"text": "x"}), **more})
        slots = cadence.slots(datetime.date(2026, 11, 30), 1, 2, options.channels, cadence.parse_times(""))
        made = calendars.write(document(blocks, language), options, slots, "")
        assert len(made.entries) <= len(slots)
        for entry in made.entries:
            assert entry.text.strip() and entry.title.strip()
            assert networks.fits(entry.channel, entry.text), entry
            assert len(networks.graphemes(entry.title)) <= (NETWORKS[entry.channel].title or 70), entry


class TestNewsletter:
    @ANY
    @given(BLOCKS, LANGUAGES, st.one_of(st.none(), st.integers(3, 6)))
    def test_every_line_fits_an_inbox(self, blocks: Blocks, language: str, sections: int | None) -> None:
        letter = newsletters.write(document(blocks, language), NewsletterInput(text="x", sections=sections)).letter
        assert all(0 < len(networks.graphemes(s.text)) <= SUBJECT_LIMIT and "\n" not in s.text for s in letter.subjects)
        assert len(networks.graphemes(letter.preheader)) <= PREHEADER_LIMIT
        assert "\n" not in letter.preheader + letter.title
        assert len(letter.sections) <= (sections or 6)


class TestTalks:
    @ANY
    @given(BLOCKS, LANGUAGES, st.sampled_from(list(Length)), st.sampled_from(["", "Come in."]))
    def test_every_title_fits(self, blocks: Blocks, language: str, length: Length, closing: str) -> None:
        source = document(blocks, language)
        article, summary = articles.blocks(source, length, closing), podcasts.blocks(source, length, closing)
        for made, limit in ((article, ARTICLE_TITLE), (summary, podcasts.MOST_TITLE)):
            titles = [b.text for b in made if b.kind is PartKind.TITLE]
            assert len(titles) == bool(made)
            assert all(0 < len(t) <= limit and "\n" not in t for t in titles)
