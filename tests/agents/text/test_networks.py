"""Each network counts in its own way; what is cut is never cut through a word, an emoji or a link."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coexai_app.agents.parts import Part, PartKind
from coexai_app.agents.text import networks
from coexai_app.agents.text.networks import NETWORKS, Channel

FAMILY = "👩‍👩‍👧‍👦"
LINK = "https://example.com/a/very/long/path/that/goes/on/for/ever?with=a&query=string"


class TestTable:
    def test_every_channel_has_its_row_with_a_source(self) -> None:
        assert set(NETWORKS) == set(Channel)
        assert all(row.limit > 0 and row.source and row.label for row in NETWORKS.values())

    def test_what_could_not_be_verified_says_so(self) -> None:
        assert not NETWORKS[Channel.LINKEDIN].verified
        assert dict(NETWORKS[Channel.LINKEDIN].folds) == {"mobile": 140, "desktop": 210}


class TestLength:
    @pytest.mark.parametrize(
        ("channel", "text", "length"),
        [
            (Channel.X, LINK, 23),
            (Channel.X, "日本", 4),
            (Channel.X, FAMILY, 2),
            (Channel.MASTODON, LINK, 23),
            (Channel.MASTODON, "@ana@example.social hello", 10),
            (Channel.MASTODON, FAMILY, 1),
            (Channel.BLUESKY, FAMILY, 1),
            (Channel.BLUESKY, LINK, len(LINK)),
            (Channel.BLUESKY, "e\u0301", 1),
            (Channel.THREADS, "😀", 4),
            (Channel.THREADS, "café", 4),
            (Channel.LINKEDIN, "😀", 2),
            (Channel.LINKEDIN, LINK, len(LINK)),
            (Channel.INSTAGRAM, "a\nb", 3),
        ],
    )
    def test_counts_as_the_network_does(self, channel: Channel, text: str, length: int) -> None:
        assert networks.length(channel, text) == length

    def test_bluesky_bounds_the_bytes_too(self) -> None:
        assert networks.length(Channel.BLUESKY, FAMILY * 200) == 200
        assert not networks.fits(Channel.BLUESKY, FAMILY * 200)

    def test_a_smaller_limit_is_kept_to_and_a_larger_one_is_not(self) -> None:
        assert not networks.fits(Channel.X, "a" * 61, 60)
        assert not networks.fits(Channel.X, "a " * 200, 1_000)


class TestClipped:
    def test_what_fits_stays(self) -> None:
        assert networks.clipped(Channel.X, "  A short post. ") == "A short post."

    @pytest.mark.parametrize("channel", list(Channel))
    def test_a_word_an_emoji_and_a_link_stay_whole(self, channel: Channel) -> None:
        words = [f"word{i}" for i in range(40)]
        text = " ".join(f"{word} {FAMILY} {LINK}" for word in words)
        cut = networks.clipped(channel, text, 120)
        assert cut.endswith("…")
        assert networks.fits(channel, cut, 120)
        for piece in cut.removesuffix("…").split():
            assert piece in {*words, FAMILY, LINK}

    def test_japanese_is_cut_between_characters_and_not_before_a_full_stop(self) -> None:
        cut = networks.clipped(Channel.X, "小さな喫茶店が朝の時間を変えた。" * 20)
        assert networks.fits(Channel.X, cut)
        assert len(cut) > 100

    def test_one_word_that_is_too_long_leaves_nothing(self) -> None:
        assert networks.clipped(Channel.BLUESKY, "a" * 400) == ""

    @given(st.text(max_size=400), st.sampled_from(list(Channel)), st.integers(min_value=5, max_value=200))
    def test_always_fits_and_is_a_beginning(self, text: str, channel: Channel, limit: int) -> None:
        cut = networks.clipped(channel, text, limit)
        assert networks.fits(channel, cut, limit)
        assert text.strip().startswith(cut.removesuffix("…").rstrip()) or cut == text.strip()


class TestFormatted:
    PARTS = (
        Part(kind=PartKind.HEADING, text="Three changes"),
        Part(kind=PartKind.PARAGRAPH, text="We counted for two weeks. " * 12),
        Part(kind=PartKind.ITEM, text="Bake less on Monday"),
        Part(kind=PartKind.PARAGRAPH, text=LINK),
    )

    def test_a_long_text_becomes_a_thread_where_there_are_threads(self) -> None:
        posts = networks.formatted(self.PARTS, Channel.BLUESKY)
        assert len(posts) > 1
        assert all(networks.fits(Channel.BLUESKY, post) for post in posts)
        assert "• Bake less on Monday" in "\n".join(posts)

    def test_and_one_post_elsewhere(self) -> None:
        assert len(networks.formatted(self.PARTS, Channel.LINKEDIN)) == 1

    def test_a_dead_address_alone_on_its_line_goes(self) -> None:
        assert LINK not in networks.formatted(self.PARTS, Channel.INSTAGRAM)[0]
        assert LINK in networks.formatted(self.PARTS, Channel.FACEBOOK)[0]

    def test_posts_stay_posts(self) -> None:
        parts = [Part(kind=PartKind.POST, text="One."), Part(kind=PartKind.POST, text="Two.")]
        assert networks.formatted(parts, Channel.X) == ("One.", "Two.")

    def test_nothing_makes_nothing(self) -> None:
        assert networks.formatted([], Channel.X) == ()
