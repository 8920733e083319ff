"""Subtitles and transcripts: who said what and when, and nothing that nobody said."""

from __future__ import annotations

import pytest

from coexai_app.errors import InvalidInput
from coexai_app.extract import Document, SourceKind, read, read_text
from tests.extract.cues import said, sound

SRT = """1
00:00:01,000 --> 00:00:04,000
<i>Hello there,</i>
my friend

2
00:00:04,500 --> 00:00:06,000
- How are you?
- Fine &amp; well, 3 < 4.

3
00:00:07,000 --> 00:00:09,000
[MUSIC]
42

4
00:01:10,250 --> 00:01:12,000 X1:10 X2:20 Y1:1 Y2:2
{\\an8}That is all.
"""
VTT = """WEBVTT - the show
Kind: captions

STYLE
::cue { color: red }

NOTE
nobody says this

REGION
id:left
width:40%

first
00:01.000 --> 00:04.000 line:0 position:20% align:start
<v.loud Anna Ruiz>It&#39;s <c.yellow>me</c>, &lt;3 &#x41;nna.</v>
<v Bob>No.</v>

01:00:04.000 --> 01:00:05.000
<v Anna Ruiz>And <00:00:04.500>I am back.
"""
YOUTUBE = """WEBVTT
Kind: captions
Language: en

00:00:00.000 --> 00:00:02.000 align:start position:0%
\u0020
hello<00:00:00.500><c> and welcome</c>

00:00:02.000 --> 00:00:02.010 align:start position:0%
hello and welcome
\u0020

00:00:02.010 --> 00:00:04.000 align:start position:0%
hello and welcome
to the<00:00:03.000><c> show about</c>

00:00:04.000 --> 00:00:04.010 align:start position:0%
to the show about
\u0020

00:00:04.010 --> 00:00:06.000 align:start position:0%
to the show about
bread bread bread
"""


class TestSubtitles:
    def test_subrip(self) -> None:
        document = read(SRT.encode(), name="talk.srt")
        assert document.kind is SourceKind.TRANSCRIPT
        assert not document.draft
        assert said(document) == [
            ("", "Hello there, my friend"),
            ("", "How are you?"),
            ("", "Fine & well, 3 < 4."),
            ("", "42"),
            ("", "That is all."),
        ]
        assert [(cue.at, cue.until) for cue in document.cues] == [(1, 4), (4.5, 5.25), (5.25, 6), (7, 9), (70.25, 72)]
        sound(document)

    def test_webvtt_with_voices_notes_styles_and_regions(self) -> None:
        document = read(VTT.encode(), name="talk.vtt")
        assert said(document) == [("Anna Ruiz", "It's me, <3 Anna."), ("Bob", "No."), ("Anna Ruiz", "And I am back.")]
        assert document.cues[-1].at == 3_604
        assert [document.block_text(block) for block in document.blocks] == ["It's me, <3 Anna.", "No.", "And I am back."]
        sound(document)

    def test_rolled_captions_are_told_once(self) -> None:
        document = read_text(YOUTUBE)
        assert document.text == "hello and welcome to the show about bread bread bread"
        assert [cue.at for cue in document.cues] == [0, 2.01, 4.01]
        sound(document)

    def test_a_word_that_somebody_says_twice_stays(self) -> None:
        cues = ["No.", "No.", "Never again.", "Never again, I said.", "Well then, let us go.", "To the bakery it is."]
        text = "\n".join(f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{cue}\n" for n, cue in enumerate(cues, 1))
        assert [words for _, words in said(read_text(text))] == cues

    def test_labels_in_cues_are_speakers(self) -> None:
        cues = ["ANNA: Hello and", "welcome.", "BOB: Thank you.", "ANNA: Shall we?"]
        text = "WEBVTT\n\n" + "".join(f"00:0{n}.000 --> 00:0{n}.900\n{cue}\n\n" for n, cue in enumerate(cues))
        document = read_text(text)
        assert said(document) == [("ANNA", "Hello and"), ("ANNA", "welcome."), ("BOB", "Thank you."), ("ANNA", "Shall we?")]
        assert document.block_text(document.blocks[0]) == "Hello and welcome."

    def test_sentences_over_several_cues_are_whole_in_the_text(self) -> None:
        text = "".join(
            f"{n}\n00:00:{n:02},000 --> 00:00:{n:02},900\n{w}\n\n" for n, w in enumerate(["We", "bake", "bread", "every", "day."], 1)
        )
        document = read_text(text)
        assert document.text == "We bake bread every day."
        assert len(document.cues) == 5

    def test_what_is_said_in_japanese_needs_no_spaces(self) -> None:
        document = read_text("1\n00:00:01,000 --> 00:00:02,000\n毎朝早くパンを\n\n2\n00:00:02,000 --> 00:00:03,000\n焼いています。\n")
        assert document.text == "毎朝早くパンを焼いています。"
        sound(document)

    def test_youtube_sbv_and_windows_line_ends(self) -> None:
        document = read(
            b"\xef\xbb\xbf0:00:01.000,0:00:02.500\r\nHello there.\r\n\r\n0:00:03.000,0:00:04.000\r\nGood bye.\r\n", name="x.sbv"
        )
        assert [(c.at, c.until) for c in document.cues] == [(1, 2.5), (3, 4)]

    def test_a_long_monologue_is_cut_where_sentences_end(self) -> None:
        cue = "The oven is hot and the bread is in it since five in the morning."
        text = "WEBVTT\n\n" + "".join(
            f"{n // 60:02}:{n % 60:02}.000 --> {n // 60:02}:{n % 60:02}.990\n<v Anna>{cue}\n\n" for n in range(200)
        )
        document = read_text(text)
        assert len(document.cues) == 200
        assert 5 < len(document.blocks) < 20
        assert all(document.block_text(block).endswith(".") for block in document.blocks)
        assert all(block.end - block.start <= 1_400 for block in document.blocks)

    @pytest.mark.parametrize(
        ("text", "name", "message"),
        [
            ("[Script Info]\nTitle: x\n\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,Hi", "a.ass", "form ASS"),
            ('<?xml version="1.0"?>\n<tt xmlns="http://www.w3.org/ns/ttml"><body><p begin="1s">Hi</p></body></tt>', "a.xml", "form TTML"),
            ("{10}{50}Hello\n{60}{90}there\n", "a.sub", "form MicroDVD"),
            ("nothing with times", "a.srt", "no line with times"),
            ("WEBVTT\n\nNOTE nothing\n", "a.vtt", "no line with times"),
            ("1\n00:00:01,000 --> 00:00:02,000\n[MUSIC]\n", "a.srt", "Nobody says a word"),
        ],
    )
    def test_what_cannot_be_read_is_told(self, text: str, name: str, message: str) -> None:
        with pytest.raises(InvalidInput, match=message):
            read(text.encode(), name=name)

    def test_an_article_about_subtitles_is_an_article(self) -> None:
        text = "WEBVTT is a form for subtitles. A cue looks like this:\n\n00:01.000 --> 00:02.000\n\nand then come the words."
        assert read_text("How subtitles work\n\n" + text).kind is SourceKind.TEXT

    def test_hostile_subtitles_end_in_time(self) -> None:
        for text in (
            "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "<v " * 50_000,
            "1\n00:00:01,000 --> 00:00:02,000\n" + "[(<{\\" * 40_000 + "x",
        ):
            assert read(text.encode()).kind is SourceKind.TRANSCRIPT


class TestTranscripts:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (
                "ANNA: Hello and welcome.\nBOB: Thanks for having me.\nANNA: Let us begin.\n",
                [("ANNA", 0), ("BOB", 0), ("ANNA", 0)],
            ),
            ("[00:12:03] Anna Ruiz: Hello.\n\n[00:12:10] Bob: Thanks.\n", [("Anna Ruiz", 723), ("Bob", 730)]),
            ("Anna (00:12): Hello there.\nBob (00:15): Fine.\n", [("Anna", 12), ("Bob", 15)]),
            (
                "Board meeting\n\nAnna Ruiz  0:12\nHello and welcome.\nTo all.\n\nBob Ray  0:20\nThanks.\n",
                [("Anna Ruiz", 12), ("Bob Ray", 20)],
            ),
            ("00:00:12 Anna Ruiz\nHello all\n\n00:00:19 Bob\nhi there.\n", [("Anna Ruiz", 12), ("Bob", 19)]),
            ("Speaker 1 [00:00:01]\nHello all.\n\nSpeaker 2 [00:00:19]\nHi.\n", [("Speaker 1", 1), ("Speaker 2", 19)]),
            ("0:00\nhello and welcome\n0:03\nto the show\n0:07\nof bread\n", [("", 0), ("", 3), ("", 7)]),
            ("安娜：你好，欢迎收看。\n鲍勃：谢谢你的邀请。\n安娜：我们开始吧。\n", [("安娜", 0), ("鲍勃", 0), ("安娜", 0)]),
            ("Анна: Привет, как дела?\nБорис: Хорошо, спасибо.\nАнна: Отлично.\n", [("Анна", 0), ("Борис", 0), ("Анна", 0)]),
            (
                "**Anna:** Hello my friend.\n\n**Bob:** Hi, good to see you.\n\n**Anna:** Let us start.",
                [("Anna", 0), ("Bob", 0), ("Anna", 0)],
            ),
        ],
    )
    def test_speakers_and_times(self, text: str, expected: list[tuple[str, float]]) -> None:
        document = read_text(text)
        assert document.kind is SourceKind.TRANSCRIPT
        assert [(cue.speaker, cue.at) for cue in document.cues] == expected
        assert len(document.blocks) == (len(expected) if expected[0][0] else 1)
        sound(document)

    def test_the_title_ahead_is_the_title(self) -> None:
        document = read_text("Board meeting\n\nAnna Ruiz  0:12\nHello and welcome.\n\nBob Ray  0:20\nThanks.\n")
        assert document.title == "Board meeting"
        assert document.text == "Hello and welcome.\n\nThanks."

    def test_a_very_long_turn_is_cut_and_its_time_shared_out(self) -> None:
        long = "We bake bread every single day of the week. " * 80
        document = read_text(f"[00:00:00] Anna: {long}\n[00:10:00] Bob: Thank you very much.\n")
        assert len(document.blocks) > 3
        assert [cue.speaker for cue in document.cues[-2:]] == ["Anna", "Bob"]
        assert 0 < document.cues[1].at < 600
        assert all(document.block_text(block).endswith(".") for block in document.blocks)
        sound(document)

    @pytest.mark.parametrize(
        "text",
        [
            "Apple cake\n\nIngredients: 3 apples, flour.\nMethod: Mix it.\nNote: Use fresh apples.\nTip: Serve warm.\nNote: Keep cool.\n",
            "Bread is old.\n\nNote: Use fresh flour.\n\nThe oven is hot.\n\nNote: Do not burn it.\n\nMore prose.\n\nNote: End.",
            "09:00 Registration\n09:30 Opening\n10:15 Talk by Anna: Bread\n12:00 Lunch\n",
            "Opening hours\nMonday: 9 to 5.\nTuesday: 9 to 5.\nMonday: closed.\nWednesday: 9 to 5.\n",
            "Step 1: Mix the flour.\nStep 2: Bake the bread.\nStep 1: Mix again.\nStep 2: Bake.\n",
            "For the dough: flour and water.\nFor the filling: two apples.\nFor the dough: salt.\nFor the filling: sugar.\n",
            "Name: Anna\nEmail: anna@bakery.example\nName: Bob\nEmail: bob@bakery.example\n",
            "The bakery opens at 7:30 and closes at 18:00.\nOn Sunday it opens at 8:00, as it has for years.\n",
        ],
    )
    def test_a_text_that_nobody_speaks_is_none(self, text: str) -> None:
        assert read_text(text).kind is not SourceKind.TRANSCRIPT

    def test_by_content_whatever_the_name(self) -> None:
        assert read(SRT.encode(), name="notes.txt").cues
        assert read(VTT.encode(), content_type="text/plain").cues
        assert read(b"ANNA: Hello to you all.\nBOB: Thanks a lot.\nANNA: Let us begin.", name="a.md").cues


def test_cues_need_no_words_of_their_own_language() -> None:
    document: Document = read_text("WEBVTT\n\n00:01.000 --> 00:02.000\n<v آنا>أهلا وسهلا بكم في البرنامج.\n")
    assert said(document) == [("آنا", "أهلا وسهلا بكم في البرنامج.")]
