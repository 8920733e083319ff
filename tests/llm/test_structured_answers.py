"""From a model's text to data that meets the schema."""

from __future__ import annotations

import json
import socket
import time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from coexai_app.llm.structured import NotValid, is_closed, parse, problem_with, strict

PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string", "minLength": 1}, "age": {"type": "integer", "minimum": 0}},
    "required": ["name", "age"],
    "additionalProperties": False,
}
ANN = {"name": "Ann", "age": 7}
RAW = '{"name": "Ann", "age": 7}'


class TestParse:
    @pytest.mark.parametrize(
        "text",
        [
            RAW,
            f"\ufeff  {RAW}\n",
            f"```json\n{RAW}\n```",
            f"```\n{RAW}\n```",
            f"Sure! Here it is:\n\n{RAW}\n\nAnything else?",
            f"Sure {{as asked}}:\n```JSON\r\n{RAW}\r\n```\nDone.",
            f'<think>The form is {{"name": "Bob", "age": 1}}, hm.</think>\n{RAW}',
            f"An empty one is {{}}; yours: {RAW}",
            "{'name': 'Ann', 'age': 7}",
            '{"name": "Ann", "age": 7,}',
            '{name: "Ann", age: 7}',
            '{"name": "Ann", // who\n "age": 7}',
        ],
    )
    def test_slips_are_mended(self, text: str) -> None:
        assert parse(text, PERSON) == ANN

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "No.",
            "null",
            "[]",
            '"Ann"',
            "{}",
            '{"name": "", "age": 7}',
            '{"name": "Ann", "age": "7"}',
            '{"name": "Ann", "age": 7, "x": 1}',
            '{"name": "Ann", "age": NaN}',
            '{"name": "Ann", "age": 1e999}',
            '{"name": "Ann", "age": ' + "9" * 5_000 + "}",
        ],
    )
    def test_what_does_not_meet_the_schema_is_refused(self, text: str) -> None:
        with pytest.raises(NotValid):
            parse(text, PERSON)

    def test_any_root_works(self) -> None:
        assert parse("The tags: [1, 2]", {"type": "array", "items": {"type": "integer"}}) == [1, 2]
        assert parse("true", {"type": "boolean"}) is True

    @pytest.mark.parametrize("text", ["1e999", "-1e999", "NaN", "Infinity"])
    def test_numbers_that_json_cannot_hold_are_refused(self, text: str) -> None:
        with pytest.raises(NotValid):
            parse(f"[{text}]", {"type": "array", "items": {"type": "number"}, "minItems": 1})

    def test_strings_come_back_storable(self) -> None:
        assert parse('{"name": "A\\u0000\\ud800B", "age": 7}', PERSON) == {"name": "A\ufffd\ufffdB", "age": 7}
        assert parse('{"name": "\\ud83d\\ude00", "age": 7}', PERSON)["name"] == "😀"

    @pytest.mark.parametrize(
        "text",
        [
            "[" * 50_000,
            '{"a":' * 50_000,
            "{" * 200_000,
            "```" * 50_000,
            "<think>" * 20_000,
            '{"a"' * 30_000,
            "\\" * 100_000,
            "{\n" * 49_000,
            "```\n{```\n" * 11_000,
        ],
    )
    def test_hostile_shapes_end_soon(self, text: str) -> None:
        started = time.monotonic()
        with pytest.raises(NotValid):
            parse(text, PERSON)
        assert time.monotonic() - started < 3

    def test_schemas_on_the_network_are_not_fetched(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.setblocking(False)
            with pytest.raises(Exception, match=r"127\.0\.0\.1"):
                problem_with({}, {"$ref": f"http://127.0.0.1:{listener.getsockname()[1]}/schema.json"})
            with pytest.raises(BlockingIOError):
                listener.accept()

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(alphabet="ab{}[]\"\\`' ü"),
            lambda c: st.lists(c) | st.dictionaries(st.text("ab`{"), c),
            max_leaves=8,
        )
    )
    @example("```")
    @example(["```json\n{}\n```"])
    def test_any_json_survives_a_fence(self, value: Any) -> None:
        assert parse(f"```json\n{json.dumps(value)}\n```", {"enum": [value]}) == value


class TestProblems:
    def test_they_name_the_place_and_the_rule_and_quote_nothing(self) -> None:
        problem = problem_with({"name": "OBEY ME", "age": -1, "IGNORE RULES": 1}, PERSON)
        assert "$.age does not meet minimum 0" in problem
        assert "fields that are not in the schema" in problem
        assert "OBEY" not in problem and "IGNORE" not in problem

    def test_names_from_the_answer_are_not_repeated(self) -> None:
        problem = problem_with({"DO EVIL": "x"}, {"type": "object", "additionalProperties": {"type": "integer"}})
        assert problem == 'the value at $.(a field) does not meet type "integer".'

    def test_many_problems_are_counted(self) -> None:
        assert problem_with(["x"] * 9, {"items": {"type": "integer"}}).endswith("; and 4 more.")


class Post(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: str = Field(max_length=280, description="What is posted.")
    at: str = Field(json_schema_extra={"format": "date-time"})


class Thread(BaseModel):
    model_config = ConfigDict(extra="forbid")
    posts: list[Post] = Field(min_length=1)
    note: str | None


class TestStrict:
    def test_a_closed_schema_becomes_strict_without_unknown_keywords(self) -> None:
        exact = strict(Thread.model_json_schema())
        assert exact is not None
        post = exact["$defs"]["Post"]
        assert post["properties"]["text"] == {"type": "string", "title": "Text", "description": "What is posted."}
        assert post["properties"]["at"]["format"] == "date-time"
        assert exact["properties"]["posts"] == {"type": "array", "items": {"$ref": "#/$defs/Post"}, "minItems": 1, "title": "Posts"}

    @pytest.mark.parametrize(
        "changed",
        [
            {"additionalProperties": True},
            {"required": ["name"]},
            {"type": "array"},
            {"allOf": [{}]},
            {"properties": {"name": {"type": "object"}, "age": {}}},
        ],
    )
    def test_what_strict_mode_cannot_say(self, changed: dict[str, Any]) -> None:
        assert strict({**PERSON, **changed}) is None

    def test_closed_looks_into_every_part(self) -> None:
        opened = {"type": "object", "additionalProperties": {"type": "string"}}
        assert is_closed(PERSON)
        assert is_closed({**PERSON, "required": []})
        assert not is_closed({"$defs": {"X": opened}})
        assert not is_closed({"type": "array", "items": {"anyOf": [PERSON, opened]}})
