"""Whatever is pasted, into every capability: an output whose every part fits and has its sources, or an error that a person can read."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coexai_app.agents import AGENTS, output_of
from coexai_app.agents.maya.calendar.inputs import CalendarInput
from coexai_app.agents.maya.calendar.schemas import CalendarOutput
from coexai_app.agents.maya.repurpose.schemas import RepurposeOutput
from coexai_app.agents.parts import PartKind
from coexai_app.agents.pipeline import StepContext, run
from coexai_app.agents.text import networks
from coexai_app.agents.text.networks import NETWORKS, Channel
from coexai_app.errors import InvalidInput, TooLarge
from tests.agents.maya.test_thread_property import SENTENCE

FULL = os.environ.get("COEXAI_FAULTS") == "full"
EXAMPLES = 1_000 if FULL else 25
SKILLS = {slug: (agent, skill) for agent in AGENTS.values() for slug, skill in agent.capabilities.items()}
# Most sources are prose; some have everything that a text can have.
PLAIN = st.lists(SENTENCE, min_size=1, max_size=6).map(" ".join)
LINE = st.one_of(
    PLAIN,
    PLAIN,
    st.builds(
        "{}{}".format,
        st.sampled_from(["# ", "## ", "- ", "* ", "1. ", "> ", "```\n", "    ", "| a | ", "Anna: ", "[00:01:10] Tom: ", "<p>"]),
        PLAIN,
    ),
    PLAIN.map(str.upper),
    st.text(max_size=200),
)
TEXTS = st.lists(LINE, min_size=1, max_size=16).flatmap(
    lambda lines: st.sampled_from(["\n\n", "\n", "\r\n"]).map(lambda end: end.join(lines))
)
CALENDARS = st.fixed_dictionaries(
    {
        "channels": st.lists(st.sampled_from([c.value for c in Channel]), min_size=1, max_size=4, unique=True).map(",".join),
        "weeks": st.integers(1, 3),
        "per_week": st.integers(1, 3),
        "hashtags": st.integers(0, 3),
    }
)


def options(slug: str) -> st.SearchStrategy[dict[str, object]]:
    """Other wishes than the text: the example's, and those of a calendar for any network."""
    _, skill = SKILLS[slug]
    example = {name: value for name, value in skill.example.items() if name not in ("text", "url", "file")}
    return CALENDARS if skill.input is CalendarInput else st.just(example)


@pytest.mark.timeout(7_200 if FULL else 120)
@pytest.mark.parametrize("slug", SKILLS)
def test_it_fits_and_has_its_sources_or_the_person_is_told(slug: str) -> None:
    agent, skill = SKILLS[slug]

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(TEXTS, options(slug))
    def holds(text: str, more: dict[str, object]) -> None:
        try:
            report = run(agent, skill, skill.parse({**more, "text": text}), StepContext())
        except (InvalidInput, TooLarge) as error:
            assert error.message.endswith(".")
            return
        output = output_of(report)
        parts = output.parts()
        assert parts
        assert report.unsupported == ()
        for part in parts:
            assert part.text.strip()
            assert part.limit == 0 or part.length <= part.limit, part
            assert not part.channel or networks.fits(Channel(part.channel), part.text), part
            assert part.kind not in (PartKind.SUBJECT, PartKind.PREHEADER, PartKind.TITLE) or "\n" not in part.text
        if isinstance(output, CalendarOutput):
            for entry in output.entries:
                title = NETWORKS[entry.channel].title
                assert not title or len(networks.graphemes(entry.title)) <= title
        assert sum(c.points for c in report.checks) == report.score.points <= report.score.max_points
        assert report.score.max_points == 100 * (len(output.pieces) if isinstance(output, RepurposeOutput) else 1)

    holds()
