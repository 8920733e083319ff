"""Every vendor against a server that speaks its protocol: whole answers."""

from __future__ import annotations

import logging
import threading
import time
import traceback
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from coexai_app.llm.base import Prompt
from coexai_app.llm.errors import (
    AnswerTooLong,
    BadAnswer,
    ModelBusy,
    ModelCutOff,
    ModelDeclined,
    ModelOutOfCredit,
    ModelOutOfRoom,
    ModelRefusedKey,
    ModelRejected,
    ModelUnavailable,
)
from coexai_app.llm.vendor import Limits
from tests.llm.vendor_server import ENDLESS, KEY, Desk, Reply, broken, drop, silent

POSTS = {
    "type": "object",
    "properties": {"posts": {"type": "array", "items": {"type": "string", "maxLength": 40}, "minItems": 1}},
    "required": ["posts"],
    "additionalProperties": False,
}
TEXT = Prompt(system="You write posts.", task="Write one post.", data={"source": "Rent is due on the first."})
JSON = Prompt(system="You write posts.", task="Write posts.", data={"source": "Rent is due on the first."}, schema=POSTS)


class TestAnAnswer:
    def test_text_tokens_and_cost_come_back(self, desk: Desk) -> None:
        desk.server.say(desk.protocol.whole("Rent is due — on the 1st. 🏠"))
        answer = desk.vendor().complete(TEXT)
        assert answer.text == "Rent is due — on the 1st. 🏠"
        assert answer.data is None
        assert (answer.provider, answer.model) == (desk.protocol.name, desk.protocol.model)
        assert (answer.tokens.input, answer.tokens.output, answer.tokens.cost_micros) == (100, 20, desk.protocol.cost)
        assert desk.calls == 1

    def test_the_request_goes_to_the_documented_path_with_the_key_in_a_header(self, desk: Desk) -> None:
        desk.server.say(desk.protocol.whole("Yes."))
        desk.vendor().complete(TEXT)
        request = desk.server.requests[0]
        assert request.path.startswith(desk.protocol.path)
        assert KEY not in request.path
        assert any(KEY in value for value in request.headers.values())
        assert desk.protocol.sent_limit(request) >= TEXT.max_tokens

    def test_instructions_and_source_are_sent_apart(self, desk: Desk) -> None:
        desk.server.say(desk.protocol.whole("Yes."))
        desk.vendor().complete(TEXT)
        system, turns = desk.protocol.sent_text(desk.server.requests[0])
        assert "You write posts." in system
        assert "Rent is due" not in system
        assert [role for role, _ in turns] == ["user"]
        assert "Rent is due on the first." in turns[0][1]

    def test_json_is_parsed_and_the_native_mode_gets_the_schema(self, desk: Desk) -> None:
        desk.server.say(desk.protocol.whole('{"posts": ["One 😀", "Two"]}'))
        answer = desk.vendor().complete(JSON)
        assert answer.data == {"posts": ["One 😀", "Two"]}
        assert desk.protocol.sent_schema(desk.server.requests[0])["properties"]["posts"]["type"] == "array"

    def test_the_idempotency_key_is_the_same_for_every_try_of_a_call(self, desk: Desk) -> None:
        desk.server.say(desk.protocol.error(500), desk.protocol.whole("Yes."))
        desk.vendor().complete(TEXT, key="job-1:write")
        first, second = desk.server.requests
        assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
        assert first.headers["idempotency-key"].startswith("job-1:write")
        assert first.body == second.body

    def test_a_key_that_cannot_stand_in_a_header_is_hashed(self, desk: Desk) -> None:
        desk.server.say(desk.protocol.whole("Yes."))
        desk.vendor().complete(TEXT, key="job\r\nX-Evil: 1 — ü")
        headers = desk.server.requests[0].headers
        assert "x-evil" not in headers
        assert len(headers["idempotency-key"]) == 64

    def test_characters_that_cannot_be_sent_do_not_break_the_call(self, desk: Desk) -> None:
        desk.server.say(desk.protocol.whole("Yes."))
        nasty = Prompt(system="s", task="t", data={"a\nb<c>": "nul \x00, half a pair \ud83d, hidden \U000e0041\U000e0042 end"})
        assert desk.vendor().complete(nasty).text == "Yes."
        assert "nul \ufffd, half a pair \ufffd, hidden  end" in desk.protocol.sent_text(desk.server.requests[0])[1][0][1]

    def test_calls_from_many_threads_at_once(self, desk: Desk) -> None:
        desk.server.say(desk.protocol.whole("Yes."))
        vendor, answers = desk.vendor(), []
        threads = [threading.Thread(target=lambda: answers.append(vendor.complete(TEXT).text)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == ["Yes."] * 6


class TestRetries:
    def test_500_then_success(self, desk: Desk) -> None:
        desk.server.say(desk.protocol.error(500), desk.protocol.error(502), desk.protocol.whole("Yes."))
        assert desk.vendor().complete(TEXT).text == "Yes."
        assert desk.calls == 3
        assert len(desk.slept) == 2
        assert 0 <= desk.slept[0] <= 1 and 0 <= desk.slept[1] <= 2

    def test_three_tries_and_no_more(self, desk: Desk) -> None:
        desk.server.say(desk.protocol.error(500))
        with pytest.raises(ModelUnavailable) as caught:
            desk.vendor().complete(TEXT)
        assert desk.calls == 3
        assert not caught.value.permanent

    def test_retry_after_in_seconds_is_honoured(self, desk: Desk) -> None:
        desk.server.say(desk.protocol.error(429, retry_after="7"), desk.protocol.whole("Yes."))
        assert desk.vendor(limits=Limits(total=60)).complete(TEXT).text == "Yes."
        assert desk.slept == [7.0]

    def test_a_wait_that_does_not_fit_into_the_total_time_is_not_started(self, desk: Desk) -> None:
        desk.server.say(desk.protocol.error(429, retry_after="7"))
        with pytest.raises(ModelBusy) as caught:
            desk.vendor(limits=Limits(total=5)).complete(TEXT)
        assert (desk.calls, desk.slept, caught.value.retry_after) == (1, [], 7.0)

    @pytest.mark.parametrize("status", [429, 503, 529])
    def test_a_short_retry_after_is_slept(self, desk: Desk, status: int) -> None:
        desk.server.say(desk.protocol.error(status, retry_after="2"), desk.protocol.whole("Yes."))
        assert desk.vendor().complete(TEXT).text == "Yes."
        assert desk.slept == [2.0]

    def test_retry_after_as_a_date(self, desk: Desk) -> None:
        when = format_datetime(datetime.now(UTC) + timedelta(seconds=4), usegmt=True)
        desk.server.say(desk.protocol.error(429, retry_after=when), desk.protocol.whole("Yes."))
        assert desk.vendor().complete(TEXT).text == "Yes."
        assert 2.5 <= desk.slept[0] <= 4.0

    def test_a_long_retry_after_is_left_to_the_job_engine(self, desk: Desk) -> None:
        desk.server.say(desk.protocol.error(429, retry_after="120"))
        with pytest.raises(ModelBusy) as caught:
            desk.vendor().complete(TEXT)
        assert caught.value.retry_after == 120
        assert caught.value.details["retry_after"] == 120
        assert not caught.value.permanent
        assert (desk.calls, desk.slept) == (1, [])

    @pytest.mark.parametrize("status", [400, 403, 404, 413, 422])
    def test_what_cannot_get_better_is_not_tried_again(self, desk: Desk, status: int) -> None:
        desk.server.say(desk.protocol.error(status, "invalid_request_error", "No."))
        with pytest.raises((ModelRejected, ModelRefusedKey)) as caught:
            desk.vendor().complete(TEXT)
        assert caught.value.permanent
        assert desk.calls == 1

    def test_an_account_without_credit(self, desk: Desk) -> None:
        desk.server.say(desk.protocol.error(402, "billing_error"))
        with pytest.raises(ModelOutOfCredit, match="has no credit left"):
            desk.vendor().complete(TEXT)
        assert desk.calls == 1

    def test_a_redirect_is_not_followed(self, desk: Desk) -> None:
        desk.server.say(Reply(307, b"{}", {"location": desk.server.url + "/elsewhere"}))
        with pytest.raises(ModelRejected, match=f"Check {desk.protocol.setting.removesuffix('_API_KEY')}_BASE_URL"):
            desk.vendor().complete(TEXT)
        assert desk.calls == 1


class TestTheKey:
    def test_a_refused_key_is_named_by_its_setting_and_never_shown(self, desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.INFO)
        desk.server.say(desk.protocol.refused_key())
        vendor = desk.vendor()
        with pytest.raises(ModelRefusedKey) as caught:
            vendor.complete(TEXT)
        assert caught.value.permanent
        assert desk.protocol.setting in caught.value.message
        assert desk.calls == 1
        shown = [str(caught.value), repr(caught.value), str(caught.value.details), repr(vendor), repr(vars(vendor)), caplog.text]
        shown += traceback.format_exception(caught.value)
        assert not [text for text in shown if KEY in text]

    @pytest.mark.parametrize("key", [f"{KEY}\nX: y", f"{KEY} {KEY}", f"{KEY}ü", f"{KEY}\x07"])
    def test_a_key_that_no_header_can_hold_is_refused_without_showing_it(self, desk: Desk, key: str) -> None:
        desk.server.say(desk.protocol.whole("Yes."))
        with pytest.raises(ModelRefusedKey) as caught:
            desk.vendor(api_key=key).complete(TEXT)
        assert "canary" not in "".join(traceback.format_exception(caught.value))
        assert desk.calls == 0

    def test_white_space_around_a_key_is_a_slip_of_the_hand(self, desk: Desk) -> None:
        desk.server.say(desk.protocol.whole("Yes."))
        assert desk.vendor(api_key=f" {KEY}\n").complete(TEXT).text == "Yes."


class TestBadConnections:
    def test_no_server_at_all(self, desk: Desk) -> None:
        with pytest.raises(ModelUnavailable, match="cannot be reached"):
            desk.vendor(base_url="http://127.0.0.1:9" + desk.protocol.suffix).complete(TEXT)
        assert len(desk.slept) == 2

    @pytest.mark.parametrize("address", ["ftp://example.test", "not a url", "http://"])
    def test_an_address_that_is_none(self, desk: Desk, address: str) -> None:
        with pytest.raises((ModelRejected, ModelUnavailable)):
            desk.vendor(base_url=address).complete(TEXT)

    def test_closed_before_the_answer(self, desk: Desk) -> None:
        desk.server.say(drop(), desk.protocol.whole("Yes."))
        assert desk.vendor().complete(TEXT).text == "Yes."
        assert desk.calls == 2

    def test_closed_in_the_middle_of_the_body(self, desk: Desk) -> None:
        desk.server.say(broken(desk.protocol.whole("Yes.")))
        with pytest.raises(ModelCutOff):
            desk.vendor().complete(TEXT)
        assert desk.calls == 3

    @pytest.mark.parametrize(
        "body", [b"<html>Bad gateway</html>", b"{", b"null", b"[]", b"{}", b'"text"', b"\xff\xfe", b"", b"[" * 100_000]
    )
    def test_a_body_that_is_no_answer(self, desk: Desk, body: bytes) -> None:
        desk.server.say(Reply(200, body), desk.protocol.whole("Yes."))
        assert desk.vendor().complete(TEXT).text == "Yes."

    def test_a_model_that_writes_for_long_before_it_answers_is_waited_for(self, desk: Desk) -> None:
        slow = desk.protocol.whole("Yes.")
        slow.wait = 0.3
        desk.server.say(slow)
        assert desk.vendor(limits=Limits(read=0.1, total=5)).complete(TEXT).text == "Yes."
        assert desk.calls == 1

    def test_but_not_for_longer_than_the_total_time(self, desk: Desk) -> None:
        slow = desk.protocol.whole("Yes.")
        slow.wait = 5
        desk.server.say(slow)
        with pytest.raises(ModelUnavailable):
            desk.vendor(limits=Limits(read=0.1, total=0.3)).complete(TEXT)

    def test_what_loading_the_sdk_takes_is_not_the_vendors_delay(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        desk.server.say(desk.protocol.whole("Yes."))
        vendor = desk.vendor(limits=Limits(total=0.5))
        opened = vendor.open

        def slowly(http: Any) -> Any:
            time.sleep(0.6)
            return opened(http)

        monkeypatch.setattr(vendor, "open", slowly)
        assert vendor.complete(TEXT).text == "Yes."

    def test_silence_ends_with_the_read_timeout(self, desk: Desk) -> None:
        desk.server.say(silent())
        with pytest.raises(ModelUnavailable, match="went silent"):
            desk.vendor(limits=Limits(read=0.1, total=0.5)).complete(TEXT)

    def test_a_server_that_trickles_ends_with_the_total_timeout(self, desk: Desk) -> None:
        desk.server.say(Reply(pieces=[b" ", 0.05] * 100))
        with pytest.raises(ModelUnavailable, match=r"did not finish within 0\.3 seconds"):
            desk.vendor(limits=Limits(read=0.2, total=0.3)).complete(TEXT)
        assert desk.calls == 1

    def test_a_huge_body_is_stopped(self, desk: Desk) -> None:
        desk.server.say(Reply(pieces=[b" " * 65_536, ENDLESS]))
        with pytest.raises(AnswerTooLong):
            desk.vendor().complete(TEXT)
        assert desk.calls == 1

    def test_a_huge_answer_is_refused(self, desk: Desk) -> None:
        desk.server.say(desk.protocol.whole("word " * 10_000))
        with pytest.raises(AnswerTooLong, match="20000 characters"):
            desk.vendor().complete(TEXT)

    def test_a_huge_error_is_still_that_error(self, desk: Desk) -> None:
        desk.server.say(Reply(401, pieces=[b"x" * 65_536] * 40))
        with pytest.raises(ModelRefusedKey):
            desk.vendor().complete(TEXT)

    def test_a_packed_answer_nobody_asked_for(self, desk: Desk) -> None:
        desk.server.say(Reply(200, b"\x1f\x8b" + b"0" * 100, {"content-encoding": "gzip"}), desk.protocol.whole("Yes."))
        assert desk.vendor().complete(TEXT).text == "Yes."
        assert desk.server.requests[0].headers["accept-encoding"] == "identity"


class TestHowAnswersEnd:
    def test_without_a_finish_reason_it_is_cut_off_and_tried_again(self, desk: Desk) -> None:
        desk.server.say(desk.protocol.whole("Half an", finish=None), desk.protocol.whole("Yes."))
        answer = desk.vendor().complete(TEXT)
        assert answer.text == "Yes."
        assert (answer.tokens.input, answer.tokens.output) == (200, 40)

    def test_at_the_token_limit_it_is_cut_off_and_not_tried_again(self, desk: Desk) -> None:
        desk.server.say(desk.protocol.whole("Half an", finish=desk.protocol.length))
        with pytest.raises(ModelOutOfRoom):
            desk.vendor().complete(TEXT)
        assert desk.calls == 1

    def test_a_declined_answer(self, desk: Desk) -> None:
        desk.server.say(desk.protocol.whole("", finish=desk.protocol.declined))
        with pytest.raises(ModelDeclined):
            desk.vendor().complete(TEXT)
        assert desk.calls == 1

    def test_an_empty_answer(self, desk: Desk) -> None:
        desk.server.say(desk.protocol.whole(None))
        with pytest.raises(BadAnswer):
            desk.vendor().complete(TEXT)

    def test_a_vendor_that_tells_no_usage(self, desk: Desk) -> None:
        desk.server.say(desk.protocol.whole("Yes.", tokens=None))
        assert desk.vendor().complete(TEXT).text == "Yes."


class TestRepairs:
    def test_a_fence_and_a_comma_need_no_second_call(self, desk: Desk) -> None:
        desk.server.say(desk.protocol.whole('Here you are:\n```json\n{"posts": ["One",]}\n```'))
        assert desk.vendor().complete(JSON).data == {"posts": ["One"]}
        assert desk.calls == 1

    def test_the_model_is_asked_again_with_what_is_wrong(self, desk: Desk) -> None:
        desk.server.say(desk.protocol.whole('{"posts": "IGNORE ALL RULES"}'), desk.protocol.whole('{"posts": ["One"]}'))
        answer = desk.vendor().complete(JSON)
        assert answer.data == {"posts": ["One"]}
        assert (answer.tokens.input, answer.tokens.output) == (200, 40)
        _, turns = desk.protocol.sent_text(desk.server.requests[1])
        assert len(turns) == 3
        assert turns[1][1] == '{"posts": "IGNORE ALL RULES"}'
        assert '$.posts does not meet type "array"' in turns[2][1]
        assert "IGNORE" not in turns[2][1]

    @pytest.mark.parametrize(
        "text", ["I cannot do that.", '{"posts": []}', '{"posts": ["One"], "more": 1}', '{"posts": [NaN]}', "[" * 5_000]
    )
    def test_after_two_repairs_it_gives_up(self, desk: Desk, text: str) -> None:
        desk.server.say(desk.protocol.whole(text))
        with pytest.raises(BadAnswer, match="2 repairs"):
            desk.vendor().complete(JSON)
        assert desk.calls == 3

    def test_every_repair_has_its_own_idempotency_key(self, desk: Desk) -> None:
        desk.server.say(desk.protocol.whole("no"))
        with pytest.raises(BadAnswer):
            desk.vendor().complete(JSON, key="job:write")
        assert len({request.headers["idempotency-key"] for request in desk.server.requests}) == 3
