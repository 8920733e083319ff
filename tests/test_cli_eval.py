"""`coexai eval`: cases × providers, asked at a real local server; the budget, the choices, and what the exit code says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from coexai_app import settings
from coexai_app.cli import main
from coexai_app.cli_eval import budget
from coexai_app.evals import providers, runner
from coexai_app.evals.files import Named
from coexai_app.evals.runner import Ended
from coexai_app.settings import Settings
from tests.evals.made import FOLDER, named
from tests.llm.vendor_server import OpenAIProtocol, Reply, VendorServer
from tests.people import People
from tests.reviewing import thread

OPENAI = OpenAIProtocol()
EVAL = ["eval", "maya"]
# Makes a thread of few calls: short enough for a plan and a text.
CASE = "thread-ten-sentences-en"


@pytest.fixture
def server() -> Iterator[VendorServer]:
    server = VendorServer()
    yield server
    server.close()


def config(server: VendorServer | None = None, **more: Any) -> Settings:
    keys = {"openai_api_key": "sk-x", "openai_base_url": f"{server.url}/v1"} if server else {}
    return Settings(_env_file=None, **keys, **more)


@pytest.fixture
def configured(server: VendorServer, monkeypatch: pytest.MonkeyPatch) -> VendorServer:
    """This process has a key for OpenAI, and for nobody else."""
    found = config(server)
    monkeypatch.setattr(settings, "get", lambda: found)
    return server


def openai(server: VendorServer, **more: Any) -> providers.Provider:
    return next(one for one in providers.configured(config(server, **more)) if one.name == "openai")


def case_file(folder: Path, name: str, *expect: str) -> Path:
    path = folder / f"{name}.toml"
    rules = "".join(f"[[expect]]\n{one}\n" for one in expect)
    source = (FOLDER / "ten-sentences-en.md").read_text()
    path.write_text(f'agent = "maya"\ncapability = "blog-to-thread"\nsource = """{source}"""\n{rules}')
    return path


class TestCommand:
    def test_the_builtin_engine_alone(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        target = tmp_path / "out.json"
        assert main([*EVAL, "--provider", "builtin", "--only", "content-calendar", "--json", str(target)]) == 0
        out = capsys.readouterr().out
        assert out.startswith("Provider  Model")
        assert "4 of 4" in out
        (found,) = json.loads(target.read_text())
        assert [case["case"] for case in found["cases"]] == sorted(case["case"] for case in found["cases"])
        assert {case["status"] for case in found["cases"]} == {"passed"}
        assert all(case["seconds"] > 0 and case["usage"]["cost_micros"] == 0 for case in found["cases"])

    def test_a_case_that_fails_makes_the_command_fail(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        case_file(tmp_path, "good", 'check = "says"\ntext = "Ilse Morgan"')
        assert main([*EVAL, "--cases", str(tmp_path), "--provider", "builtin"]) == 0
        case_file(tmp_path, "strict", 'check = "says"\ntext = "Ilsa Morgan"')
        assert main([*EVAL, "--cases", str(tmp_path), "--provider", "builtin"]) == 1
        assert "builtin  strict  says: It does not say “Ilsa Morgan”." in capsys.readouterr().out
        assert main([*EVAL, "--cases", str(tmp_path), "--provider", "builtin", "--case", "good"]) == 0

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            (["--case", "nonsense"], "There is no case “nonsense”."),
            (["--only", "nonsense"], "No case is for “nonsense”. There are cases for: blog-to-thread, "),
            (["--provider", "nonsense"], "There is no provider “nonsense”. There are: builtin, openai, anthropic, gemini, compatible."),
            (["--cases", "/no/such/folder"], "There is no folder /no/such/folder."),
            (["--provider", "builtin", "--case", CASE, "--json", "/no/such/folder/x.json"], "cannot be written"),
        ],
    )
    def test_what_is_wrong_is_told(self, capsys: pytest.CaptureFixture[str], given: list[str], told: str) -> None:
        assert main([*EVAL, *given]) == 2
        assert told in capsys.readouterr().err

    @pytest.mark.parametrize("agent", ["sam", "../maya", "maya/.."])
    def test_another_coworker(self, agent: str) -> None:
        assert main(["eval", agent]) == 2

    def test_a_file_that_is_none_is_told_with_its_place(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        path = case_file(tmp_path, "bad", 'check = "nonsense"')
        assert main([*EVAL, "--cases", str(tmp_path)]) == 2
        assert f"{path}:5: expect.0: There is no check “nonsense”." in capsys.readouterr().err

    def test_a_named_provider_without_a_key_is_a_failure(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        found = config()
        monkeypatch.setattr(settings, "get", lambda: found)
        assert main([*EVAL, "--provider", "gemini", "--case", CASE]) == 1
        assert "gemini: not asked. No key: set GEMINI_API_KEY." in capsys.readouterr().out

    def test_an_organisations_cases_are_run_too(self, people: People, capsys: pytest.CaptureFixture[str]) -> None:
        from uuid import UUID

        from coexai_app.services import eval_cases
        from tests.people import do

        output = thread(people)
        made = do(eval_cases.keep, people.bob, output_id=UUID(output.id), name="Ours", rules=["sourced"], never="took every order")
        id_ = f"ours-{made.hex[-8:]}"
        arguments = [*EVAL, "--organization", str(people.bob.organization_id), "--provider", "builtin"]
        assert main([*arguments, "--case", id_]) == 1
        assert f"builtin  {id_}  never: Post 1 says “took every order”." in capsys.readouterr().out
        assert main([*EVAL, "--organization", str(UUID(int=7)), "--provider", "builtin"]) == 2


class TestBudget:
    @pytest.mark.parametrize(
        ("text", "micros"), [("0", 0), ("250000", 250_000), ("0.25usd", 250_000), ("$1.5", 1_500_000), ("2eur", 2_000_000)]
    )
    def test_amounts(self, text: str, micros: int) -> None:
        assert budget(text) == micros

    @pytest.mark.parametrize("text", ["", "-1", "a lot", "1e9", "0.5gbp", "١"])
    def test_what_is_no_amount(self, text: str) -> None:
        with pytest.raises(SystemExit):
            main([*EVAL, "--budget", text])

    def test_nothing_is_asked_when_there_is_nothing_to_spend(self, server: VendorServer) -> None:
        (found,) = runner.run((named(CASE),), (openai(server),), budget_micros=0)
        assert [case.status for case in found.cases] == [Ended.SKIPPED]
        assert server.requests == []

    def test_it_is_never_overrun(self, server: VendorServer) -> None:
        server.say(OPENAI.whole('{"nothing": "of use"}', tokens=(2_000, 400)))
        cases = tuple(Named(f"c{n}", named(CASE).case, named(CASE).folder) for n in range(8))
        budget_micros = 30_000
        (found,) = runner.run(cases, (openai(server),), budget_micros=budget_micros)
        spent = sum(case.usage.cost_micros for case in found.cases)
        assert 0 < spent <= budget_micros
        ended = [case.status for case in found.cases]
        assert ended[-1] is Ended.SKIPPED
        assert "budget" in found.cases[-1].error
        asked = len(server.requests)
        assert asked == sum(case.usage.calls for case in found.cases)

    def test_without_one_the_cap_of_a_job_holds(self, server: VendorServer) -> None:
        server.say(OPENAI.whole("{}", tokens=(10, 10)))
        result = runner.one(named(CASE), openai(server, model_spend_cap_cents=0))
        assert result.status is Ended.FAILED
        assert "MODEL_SPEND_CAP_CENTS" in result.error
        assert server.requests == []


POSTS = [
    "Our village library closed its reading room in winter because the heating failed.",
    "Ilse Morgan found that a valve worth 14 pounds had rusted shut. The council had been quoted 6,500 pounds for a new boiler.",
    "Morgan replaced the valve on a Tuesday afternoon. The reading room was warm again by Thursday.",
    "A small repair, done by people who care, can keep a public place alive.",
]


def thread_by_model(*posts: str) -> list[Reply]:
    """A plan, and then its words for every later question."""
    plan = {"posts": [{"role": "body", "point": post[:60], "section": ""} for post in posts]}
    return [OPENAI.whole(json.dumps(plan)), OPENAI.whole(json.dumps({"posts": posts}))]


class TestModels:
    def test_its_words_are_judged_and_its_bill_is_counted(self, server: VendorServer) -> None:
        server.say(*thread_by_model(*POSTS))
        good = runner.one(named(CASE), openai(server))
        assert (good.error, good.failures, good.status) == ("", (), Ended.PASSED)
        calls = len(server.requests)
        assert (good.usage.calls, good.usage.input_tokens, good.usage.output_tokens) == (calls, 100 * calls, 20 * calls)
        assert good.usage.cost_micros == calls * (100 * 0.75 + 20 * 4.5)
        server.say(*thread_by_model(*(post.replace("Ilse Morgan", "She") for post in POSTS)))
        (why,) = [one.reason for one in runner.one(named(CASE), openai(server)).failures]
        assert why == "It does not say “Ilse Morgan”."

    def test_what_the_builtin_engine_made_in_its_place_does_not_count(self, server: VendorServer) -> None:
        server.say(OPENAI.whole('{"nothing": "of use"}'))
        result = runner.one(named(CASE), openai(server))
        assert (result.status, result.passed) == (Ended.FAILED, 0)
        assert result.error
        assert result.usage.calls == len(server.requests) > 0

    def test_a_model_that_errs_is_a_failed_case(self, server: VendorServer) -> None:
        server.say(OPENAI.refused_key())
        (found,) = runner.run((named(CASE), named("thread-bakery-en")), (openai(server),))
        assert [case.status for case in found.cases] == [Ended.FAILED] * 2
        assert all(case.error and case.passed == 0 for case in found.cases)

    def test_results_come_in_the_order_of_the_cases(self, server: VendorServer) -> None:
        server.say(OPENAI.refused_key())
        cases = tuple(Named(f"c{n}", named(CASE).case, named(CASE).folder) for n in range(9))
        heard: list[str] = []
        (found,) = runner.run(cases, (openai(server),), on_case=lambda provider, case: heard.append(case.case))
        assert [case.case for case in found.cases] == heard == [f"c{n}" for n in range(9)]

    def test_the_command_compares_and_only_the_builtin_engine_decides(
        self, configured: VendorServer, capsys: pytest.CaptureFixture[str]
    ) -> None:
        configured.say(OPENAI.refused_key())
        assert main([*EVAL, "--case", CASE]) == 0
        out = capsys.readouterr().out
        assert "gpt-5.4-mini" in out
        assert f"openai  {CASE}  error: " in out
        assert "anthropic: not asked." in out
        assert main([*EVAL, "--case", CASE, "--provider", "openai"]) == 1

    def test_nobody_stands_in_for_a_vendor(self, server: VendorServer) -> None:
        server.say(OPENAI.refused_key())
        both = config(server, compatible_base_url=f"{server.url}/other", compatible_model="m")
        only = next(one for one in providers.configured(both) if one.name == "openai")
        runner.one(named(CASE), only)
        assert {request.path for request in server.requests} == {"/v1/chat/completions"}

    def test_a_server_without_a_model_is_told(self) -> None:
        found = {one.name: one.why_not for one in providers.configured(config(compatible_base_url="http://127.0.0.1:9"))}
        assert found["compatible"].startswith("COMPATIBLE_MODEL is empty.")
