"""What an editor would strike out: each class of fault on sources of its own, so that no rule fits only the post it was found in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from coexai_app.agents.maya import blog, layout, noise, outline, passages, tags, writing
from coexai_app.agents.text import sentences
from coexai_app.extract import read, read_text
from tests.agents.maya.posts import texts, thread_of

FILLER = (
    "The harbour café in Brest serves breakfast from six in the morning. The owner bought a second oven in March for 4,200 euros. "
    "Fishermen eat two crêpes each and pay with coins. Tourists stay for an hour and order a third coffee.\n\n"
    "Rain empties the terrace within five minutes. A striped awning keeps eleven tables dry since July. "
    "Takings on wet days rose from 180 to 310 euros. Nobody misses the old umbrellas."
)


def joined(text: str) -> str:
    return "\n---\n".join(texts(thread_of(text)))


class TestQuotations:
    @pytest.mark.parametrize(("a", "b"), [("“", "”"), ('"', '"'), ("« ", " »"), ("„", "“")])
    def test_no_line_breaks_inside_one(self, a: str, b: str) -> None:
        said = "I asked the developer for features. I should have asked my customers for the reasons why they came back to us at all"
        post = layout.airier(f"{a}{said}{b}, said Ana Ruiz. The shop in Porto sells twelve sorts of bread and closes at noon.", "en")
        start, end = post.find(a), post.find(b, post.find(a) + 1)
        assert "\n" not in post[start:end]

    def test_one_over_two_paragraphs_stays_in_one_piece(self) -> None:
        document = read_text(f'{FILLER}\n\nAna Ruiz laughed.\n\n"You ring me first.\n\nNobody else does that."\n\nThe café closes at noon.')
        blocks = list(enumerate(document.blocks))
        found = [s.text for p in passages.of_blocks(document, blocks) for s in p.sentences]
        assert any(re.fullmatch(r'"You ring me first\.\s+Nobody else does that\."', s) for s in found)
        assert "Nobody else does that." not in joined(document.text).replace('first. Nobody else does that."', "")

    def test_a_mark_that_never_closes_costs_one_sentence_only(self) -> None:
        document = read_text(f'The "shelf is broken and stays so.\n\n{FILLER}')
        found = [s.text for p in passages.of_blocks(document, list(enumerate(document.blocks))) for s in p.sentences]
        assert len(found) == 9


class TestThePageItself:
    @pytest.mark.parametrize(
        "line",
        [
            "Subscribe to our newsletter for more tips.",
            "Click here to download the full report.",
            "Follow her on Twitter for more stories.",
            "Photo: Dan Ruiz/Inlet Post",
            "Correction, Nov. 15, 2019: This article misnamed the owner.",
            "Updated on 3 May 2021 with new figures.",
            "The views and opinions expressed here are the author's own.",
            "[1] Eleven panels of 410 W each on the south side.",
            "[^2]: All figures from the export meter.",
            "Write to tips@example.com if you know more.",
            "About the author: Jamie has worked with 200 brands.",
        ],
    )
    def test_lines_about_it_stay_out(self, line: str) -> None:
        assert noise.is_page_line(line)
        assert line[:25] not in joined(f"{FILLER}\n\n{line}")

    @pytest.mark.parametrize(
        "sentence",
        [
            "Figure 1 shows how uneven the whole year is.",
            "The table below lists every month of the year.",
            "As shown in Table 3 the winter is hard for us.",
            "Die folgende Tabelle zeigt alle Monate im Jahr.",
            "La tabla siguiente muestra todos los meses del año.",
            "Le tableau 2 montre tous les mois de cette année.",
        ],
    )
    def test_sentences_that_need_a_figure_stay_out(self, sentence: str) -> None:
        assert sentence not in joined(f"{sentence} {FILLER}")

    def test_a_sentence_whose_point_is_a_link_stays_out(self) -> None:
        link = "<p>The recipes of the owner are <a href='https://example.com/r'>here</a>!</p>"
        html = f"<html><body><article><h1>Harbour café</h1><p>{FILLER}</p>{link}</article></body></html>"
        document = read(html.encode(), name="page.html", content_type="text/html")
        assert all("recipes" not in p.text for p in writing.material_of(document, 260).pieces)

    @pytest.mark.parametrize(
        ("marked", "bare"),
        [
            ("We put up eleven panels.[1]", "We put up eleven panels."),
            ("The tree is tall (see section 4).", "The tree is tall."),
            ("As mentioned above, December is hard.", "December is hard."),
            ("As shown in the table below, most firms send too much.", "Most firms send too much."),
            ("The list [x] stays (seen from here).", "The list [x] stays (seen from here)."),
        ],
    )
    def test_pointers_inside_a_sentence_go(self, marked: str, bare: str) -> None:
        assert noise.without_pointers(marked) == bare


class TestHeadings:
    def test_capitals_are_calmed_with_the_text_s_own_spelling(self) -> None:
        assert outline.calm("WHY NASA SENDS EMAILS FROM PARIS", "Our emails go from Paris to NASA.") == "Why NASA sends emails from Paris"
        assert outline.calm("Why NASA sends mail", "") == "Why NASA sends mail"

    def test_a_title_that_promises_stands_above_the_hook(self) -> None:
        first = texts(thread_of(f"# How a harbour café sells more on rainy days\n\n{FILLER}"))[0]
        assert first.startswith("How a harbour café sells more on rainy days\n\n")

    def test_a_first_line_that_only_names_is_no_sentence(self) -> None:
        document = read_text("HL7\nHL7 is a group that writes standards for hospitals in all of Europe.")
        found = [s.text for p in passages.of_blocks(document, list(enumerate(document.blocks))) for s in p.sentences]
        assert found[-1].startswith("HL7 is a group")

    def test_every_short_question_gets_its_post(self) -> None:
        body = "\n\n".join(
            f"## {q}\n\n{a}"
            for q, a in [
                ("Does it attract rats?", "Rats follow food and shelter, and a compost heap offers far more of both than grass."),
                ("How often should I mow?", "Twice a year is enough for a meadow, once in late March and once in September."),
                ("What does it cost?", "Our team spent 640 hours a year on one park before, and 210 hours afterwards."),
                ("Can children play there?", "Paths and a clearing of the size of a tennis court are full every afternoon."),
                ("Which flowers come first?", "Daisies and trefoil were there all along, and orchids took us six years."),
            ]
        )
        text = joined(f"# Should you let your lawn grow?\n\nI have looked after parks in Bristol for eighteen years.\n\n{body}")
        assert text.count("?\n\n") >= 6

    def test_each_point_of_a_list_told_in_paragraphs_keeps_its_name(self) -> None:
        points = {
            "Paper straws": "We went through 900 a week, and most of them ended up in the bin.",
            "Branded cups": "Printing added seven cents, and a rubber stamp cost 18 euros once.",
            "Fancy syrups": "Only three of the eleven bottles ever moved from the shelf.",
            "Window cleaning": "The contract ran at 85 euros, and our team takes turns with a bucket.",
            "Delivery apps": "In a good month they brought 30 orders for a fee of 210 euros.",
        }
        text = joined("\n\n".join(f"**{name}.** {what}" for name, what in points.items()))
        assert all(f"{name}." in text for name in points)


class TestHashtags:
    @pytest.mark.parametrize(
        "name", sorted((Path(__file__).parents[2] / "data" / "posts").iterdir(), key=lambda p: p.name), ids=lambda p: p.name
    )
    def test_none_is_generic_or_shouts(self, name: Path) -> None:
        document = read(name.read_bytes(), name=name.name)
        from coexai_app.agents.maya.schemas import ThreadInput

        for tag in writing.tags(document, ThreadInput(text="x" * 20, hashtags=3)):
            assert not tag[1:].isupper() or len(tag) <= 5
            assert tag[1:].lower() not in [
                "file",
                "files",
                "answer",
                "answers",
                "first",
                "second",
                "order",
                "orders",
                "step",
                "steps",
                "start",
                "left",
                "send",
                "play",
                "known",
                "items",
            ]

    def test_a_bare_first_name_is_none(self) -> None:
        text = "Marta opened early. “We bake,” Marta said. People like Marta. Bread is what Marta sells, and our bread is rye bread."
        document = read_text(f"# Marta and the bread\n\n{text}")
        assert "#Marta" not in tags.choose(writing.key_phrases(document), document.text, document.title, [], 3, "en")

    def test_a_weekday_is_none(self) -> None:
        document = read_text(blog.EXAMPLE)
        found = tags.choose(writing.key_phrases(document), document.text, document.title, [], 5, "en")
        assert found and not {"#Monday", "#Mondays", "#Saturday"} & set(found)


class TestRepeats:
    def test_a_refrain_is_told_once(self) -> None:
        refrain = "The clock stopped at ten past four, and nobody noticed until evening."
        assert joined(f"{refrain} {FILLER}\n\n{refrain} {FILLER.replace('Brest', 'Nantes')}").count(refrain) == 1


class TestSentences:
    def test_a_lost_space_is_an_end(self) -> None:
        found = [s.text for s in sentences.split("He spoke on Wednesday.The police came. See example.Com or report.Final now.", "en")]
        assert found[:2] == ["He spoke on Wednesday.", "The police came."]
