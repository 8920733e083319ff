"""Every vendor against a server that speaks its protocol: answers in pieces."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest

from coexai_app.llm.base import Chunk, Prompt
from coexai_app.llm.errors import (
    AnswerTooLong,
    BadAnswer,
    ModelBusy,
    ModelCutOff,
    ModelDeclined,
    ModelError,
    ModelOutOfRoom,
    ModelRefusedKey,
    ModelUnavailable,
)
from coexai_app.llm.vendor import Limits
from tests.llm.vendor_server import BREAK, ENDLESS, STALL, Desk, drop, stream

TEXT = Prompt(system="You write posts.", task="Write one post.", data={"source": "Rent is due on the first."})
NUMBER = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}


def read(chunks: Iterator[Chunk]) -> tuple[str, ModelError | None]:
    """The text that was handed out, and the error that ended it."""
    text = ""
    try:
        for chunk in chunks:
            text += chunk.text
    except ModelError as error:
        return text, error
    return text, None


class TestAStream:
    def test_the_pieces_come_in_order_and_the_last_one_has_the_tokens(self, desk: Desk) -> None:
        desk.server.say(stream(desk.protocol.pieces(["Rent ", "is ", "due."])))
        chunks = list(desk.vendor().stream(TEXT))
        assert [chunk.text for chunk in chunks] == ["Rent ", "is ", "due.", ""]
        assert [chunk.done for chunk in chunks] == [False, False, False, True]
        tokens = chunks[-1].tokens
        assert (tokens.input, tokens.output, tokens.cost_micros) == (100, 20, desk.protocol.cost)

    def test_it_comes_piece_by_piece_and_not_at_the_end(self, desk: Desk) -> None:
        desk.server.say(stream([*desk.protocol.pieces(["First"], finish=None), STALL]))
        chunks = desk.vendor(limits=Limits(read=0.2, total=1)).stream(TEXT)
        assert next(chunks).text == "First"
        with pytest.raises(ModelUnavailable, match="went silent"):
            next(chunks)

    @pytest.mark.parametrize("size", [1, 2, 3, 7])
    def test_characters_split_between_packets(self, desk: Desk, size: int) -> None:
        whole = b"".join(desk.protocol.pieces(["Miete: 1.200 € – ", "überweisen 😀", "日本"]))
        desk.server.say(stream([whole[at : at + size] for at in range(0, len(whole), size)]))
        assert read(desk.vendor().stream(TEXT)) == ("Miete: 1.200 € – überweisen 😀日本", None)

    def test_an_emoji_split_between_two_events_as_escapes(self, desk: Desk) -> None:
        desk.server.say(
            stream([piece.replace(b"@1", b"\\ud83d").replace(b"@2", b"\\ude00") for piece in desk.protocol.pieces(["a @1", "@2 b"])])
        )
        assert read(desk.vendor().stream(TEXT)) == ("a 😀 b", None)

    def test_half_an_emoji_at_the_end_is_marked(self, desk: Desk) -> None:
        desk.server.say(stream([piece.replace(b"@1", b"\\ud83d") for piece in desk.protocol.pieces(["a ", "@1"])]))
        text, error = read(desk.vendor().stream(TEXT))
        assert error is None
        text.encode()

    def test_a_reader_that_stops_early_leaves_nothing_open(self, desk: Desk) -> None:
        desk.server.say(stream([*desk.protocol.pieces(["word "], finish=None), ENDLESS]))
        chunks = desk.vendor().stream(TEXT)
        assert next(chunks).text == "word "
        chunks.close()
        gc.collect()  # an open socket would warn here, and warnings are errors

    def test_nothing_is_sent_before_somebody_reads(self, desk: Desk) -> None:
        desk.vendor().stream(TEXT)
        assert desk.calls == 0


class TestTheEnd:
    @pytest.mark.parametrize("end", [(), (BREAK,)], ids=["clean close", "broken connection"])
    def test_a_stream_without_its_end_mark_is_cut_off(self, desk: Desk, end: tuple[Any, ...]) -> None:
        desk.server.say(stream(desk.protocol.pieces(["Half an ", "ans"], finish=None, end=end)))
        text, error = read(desk.vendor().stream(TEXT))
        assert text == "Half an ans"
        assert isinstance(error, ModelCutOff)
        assert not error.permanent
        assert desk.calls == 1

    def test_an_empty_stream_is_tried_again(self, desk: Desk) -> None:
        desk.server.say(stream([]), stream(desk.protocol.pieces(["Yes."])))
        assert read(desk.vendor().stream(TEXT)) == ("Yes.", None)

    def test_the_token_limit(self, desk: Desk) -> None:
        desk.server.say(stream(desk.protocol.pieces(["Half"], finish=desk.protocol.length)))
        assert isinstance(read(desk.vendor().stream(TEXT))[1], ModelOutOfRoom)

    def test_a_declined_answer(self, desk: Desk) -> None:
        desk.server.say(stream(desk.protocol.pieces([], finish=desk.protocol.declined)))
        assert isinstance(read(desk.vendor().stream(TEXT))[1], ModelDeclined)

    def test_an_endless_stream_is_stopped(self, desk: Desk) -> None:
        desk.server.say(stream([*desk.protocol.pieces(["word " * 200], finish=None), ENDLESS]))
        text, error = read(desk.vendor().stream(TEXT))
        assert isinstance(error, AnswerTooLong)
        assert len(text) <= 20_000

    def test_endless_events_without_text_are_stopped(self, desk: Desk) -> None:
        desk.server.say(stream([desk.protocol.pieces([""], finish=None)[-1] * 50, ENDLESS]))
        assert isinstance(read(desk.vendor(limits=Limits(max_bytes=200_000)).stream(TEXT))[1], AnswerTooLong)

    def test_a_schema_is_checked_at_the_end(self, desk: Desk) -> None:
        wanted = TEXT.model_copy(update={"schema_": NUMBER})
        desk.server.say(stream(desk.protocol.pieces(['{"n": ', "1}"])), stream(desk.protocol.pieces(['{"n": ', '"one"}'])))
        assert read(desk.vendor().stream(wanted)) == ('{"n": 1}', None)
        assert isinstance(read(desk.vendor().stream(wanted))[1], BadAnswer)


class TestFaults:
    @pytest.mark.parametrize("fault", ["500", "429", "closed", "error event"])
    def test_before_the_first_piece_it_is_tried_again(self, desk: Desk, fault: str) -> None:
        replies = {
            "500": desk.protocol.error(500),
            "429": desk.protocol.error(429, retry_after="1"),
            "closed": drop(),
            "error event": stream(desk.protocol.broke_in_stream()),
        }
        desk.server.say(replies[fault], stream(desk.protocol.pieces(["Yes."])))
        assert read(desk.vendor().stream(TEXT)) == ("Yes.", None)
        assert desk.calls == 2

    def test_after_the_first_piece_it_is_not(self, desk: Desk) -> None:
        desk.server.say(stream([*desk.protocol.pieces(["Yes, "], finish=None), *desk.protocol.broke_in_stream()]))
        text, error = read(desk.vendor().stream(TEXT))
        assert text == "Yes, "
        assert isinstance(error, ModelUnavailable | ModelBusy)
        assert desk.calls == 1

    def test_a_refused_key(self, desk: Desk) -> None:
        desk.server.say(desk.protocol.refused_key())
        assert isinstance(read(desk.vendor().stream(TEXT))[1], ModelRefusedKey)
        assert desk.calls == 1

    def test_broken_json_in_an_event(self, desk: Desk) -> None:
        name = b"event: content_block_delta\n" if desk.protocol.name == "anthropic" else b""
        desk.server.say(stream([name + b'data: {"broken": \n\n']), stream(desk.protocol.pieces(["Yes."])))
        assert read(desk.vendor().stream(TEXT)) == ("Yes.", None)

    def test_a_stream_that_does_not_begin_is_tried_again(self, desk: Desk) -> None:
        late = stream(desk.protocol.pieces(["Late."]))
        late.wait = 5
        desk.server.say(late, stream(desk.protocol.pieces(["Yes."])))
        assert read(desk.vendor(limits=Limits(read=0.1, total=5)).stream(TEXT)) == ("Yes.", None)

    def test_a_trickle_ends_with_the_total_timeout(self, desk: Desk) -> None:
        desk.server.say(stream([*desk.protocol.pieces(["word "], finish=None), *[b": ping\n\n", 0.05] * 100]))
        _, error = read(desk.vendor(limits=Limits(read=0.2, total=0.3)).stream(TEXT))
        assert isinstance(error, ModelUnavailable)
