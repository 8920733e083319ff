"""The `coexai` command: serve, worker, build, migrate, `coexai run maya blog-to-thread --file post.md`, `coexai check post.txt --source …`,
`coexai eval maya`.

Results go to stdout, everything else to stderr. Exit codes: 0 done, 1 it failed, 2 the command or the input was wrong.
"""

from __future__ import annotations

import argparse
import mimetypes
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coexai_app import cli_account, cli_audit, cli_check, cli_eval, cli_keys, cli_mail, cli_plan
from coexai_app.errors import CoexaiError, InvalidInput, NotFound

if TYPE_CHECKING:
    from coexai_app.agents.pipeline import Capability, InputFile, StepEvent

DEFAULT_FORMAT = "md"
# What a terminal cannot show.
_BINARY = {"docx": "A Word document", "zip": "An archive"}


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except (InvalidInput, NotFound) as error:
        return _complain(error.message, 2, error.details.get("fields"))
    except CoexaiError as error:
        return _complain(error.message, 1)
    except KeyboardInterrupt:
        return _complain("stopped", 130)
    except BrokenPipeError:
        return 1
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="coexai", description="Four AI coworkers for small businesses and agencies.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser(
        "run",
        help="run a coworker here, without a server",
        description="Runs a coworker on one source, without a server.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=False,
    )
    run.add_argument("-h", "--help", action=_RunHelp, help="show this help message and exit")
    run.add_argument("agent", help="who works, such as maya")
    run.add_argument("capability", help="at what, such as blog-to-thread; all are below")
    source = run.add_mutually_exclusive_group()
    source.add_argument(
        "--file",
        type=Path,
        action="append",
        help="a file: text, Markdown, HTML, Word, PDF, e-mail, subtitles, audio or video; once more for each further source",
    )
    source.add_argument("--url", action="append", help="a web page; once more for each further source")
    source.add_argument("--text", help="the text itself; - reads standard input")
    run.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="another field of the input, such as posts=7")
    run.add_argument("--format", metavar="FORMAT", help="one of the capability's formats below; Markdown where it has that, else its first")
    run.add_argument("-o", "--output", type=Path, metavar="FILE", help="write here instead of standard output")
    run.set_defaults(run=_run)

    for name, call, text in (
        ("serve", _serve, "serve pages, API and worker"),
        ("worker", _worker, "run only the worker"),
        ("web", _web, "run only pages and API"),
        ("build", _build, "build the pages, if their input changed"),
        ("migrate", _migrate, "bring the database to this version"),
        ("version", _version, "print the version"),
    ):
        commands.add_parser(name, help=text, description=text).set_defaults(run=call)
    cli_check.add(commands)
    cli_eval.add(commands)
    cli_mail.add_to(commands)
    cli_account.add(commands)
    cli_audit.add(commands)
    cli_plan.add(commands)
    cli_keys.add(commands)
    part = commands.add_parser("part")
    part.add_argument("name", choices=("web", "worker"))
    part.set_defaults(run=_part)
    return parser


class _RunHelp(argparse.Action):
    """Help with the table of who can do what in which formats; the agents are imported only when somebody asks."""

    def __init__(self, option_strings: Sequence[str], dest: str, **more: Any) -> None:
        super().__init__(option_strings, argparse.SUPPRESS, nargs=0, default=argparse.SUPPRESS, **more)

    def __call__(self, parser: argparse.ArgumentParser, *args: Any, **more: Any) -> None:
        from coexai_app import agents

        rows = [
            (f"{agent.slug} {skill.slug}", ", ".join(sorted(skill.exports, key=lambda form: form != _default_format(skill))))
            for agent in agents.AGENTS.values()
            for skill in agent.capabilities.values()
        ]
        width = max(len(name) for name, _ in rows)
        parser.epilog = "\n".join(["capabilities and their formats, the default first:", *(f"  {n:{width}}  {f}" for n, f in rows)])
        parser.print_help()
        parser.exit()


def _default_format(capability: Capability) -> str:
    return DEFAULT_FORMAT if DEFAULT_FORMAT in capability.exports else next(iter(capability.exports))


def _run(options: argparse.Namespace) -> int:
    from functools import partial

    from coexai_app import agents, extract, settings
    from coexai_app.agents.pipeline import StepContext
    from coexai_app.agents.pipeline import run as run_pipeline
    from coexai_app.llm import router, transcription
    from coexai_app.llm.meter import MICROS_PER_CENT, Meter

    agent = agents.AGENTS.get(options.agent)
    if agent is None or not agent.available:
        ready = ", ".join(a.slug for a in agents.AGENTS.values() if a.available)
        raise NotFound(f"There is no coworker named “{options.agent}” to run. There are: {ready}.")
    capability = agent.capabilities.get(options.capability)
    if capability is None:
        raise NotFound(f"{agent.name} cannot do “{options.capability}”. {agent.name} can: {', '.join(agent.capabilities)}.")
    form = options.format or _default_format(capability)
    if form not in capability.exports:
        raise InvalidInput(f"{capability.title} has no format “{form}”. It has: {', '.join(capability.exports)}.")
    if form in _BINARY and options.output is None and sys.stdout.isatty():
        raise InvalidInput(f"{_BINARY[form]} needs a file: add -o FILE.{form}")
    config = settings.get()
    model = router.from_settings(config)
    context = StepContext(
        model=model,
        transcriber=transcription.from_settings(
            config, meter=model.meter if model else Meter(config.model_spend_cap_cents * MICROS_PER_CENT)
        ),
        open_file=_open_file,
        fetch=partial(extract.fetch, allow_hosts=config.fetch_allow_hosts),
    )
    data = capability.parse(_input(options, capability))
    report = run_pipeline(agent, capability, data, context, on_step=_Progress(len(capability.steps_for(data))))
    made = capability.exports[form](report)
    if options.output is not None:
        options.output.write_bytes(made)
    else:
        sys.stdout.buffer.write(made)
        sys.stdout.buffer.flush()
    return 0


def _input(options: argparse.Namespace, capability: Capability) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for pair in options.set:
        key, separator, value = pair.partition("=")
        if not separator or not key:
            raise InvalidInput(f"--set wants KEY=VALUE, not “{pair}”.")
        found[key.replace("-", "_")] = value
    for name, more, values in (("file", "more_files", options.file), ("url", "more_urls", options.url)):
        if not values:
            continue
        if values[1:] and more not in capability.input.model_fields:
            raise InvalidInput(f"{capability.title} takes one source. Give --{name} once.")
        if values[1:] and more in found:
            raise InvalidInput(f"Give further sources with --{name} or with --set {more}=…, not both ways.")
        found[name] = str(values[0])
        if values[1:]:
            found[more] = [str(value) for value in values[1:]]
    if options.text is not None:
        found["text"] = sys.stdin.read() if options.text == "-" else options.text
    return found


def _open_file(ref: str) -> InputFile:
    from coexai_app.agents.pipeline import InputFile

    path = Path(ref)
    try:
        path.open("rb").close()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.", field="file") from None
    return InputFile(name=path.name, content_type=mimetypes.guess_type(path.name)[0] or "", opened=lambda: nullcontext(path))


class _Progress:
    """A bar on a terminal, a line per step elsewhere; always on stderr."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.bar = sys.stderr.isatty()

    def __call__(self, event: StepEvent) -> None:
        done = event.position + (event.status in ("done", "kept"))
        if self.bar:
            filled = round(24 * done / self.total)
            line = f"\r\x1b[2K{'█' * filled}{'░' * (24 - filled)} {event.label}"
            print(line, end="\n" if done == self.total or event.status == "failed" else "", file=sys.stderr, flush=True)
        elif event.status in ("done", "failed"):
            print(f"{done}/{self.total} {event.label}: {event.summary or event.status} ({event.ms} ms)", file=sys.stderr, flush=True)


def _serve(_options: argparse.Namespace) -> int:
    from coexai_app import serve

    return serve.serve()


def _worker(_options: argparse.Namespace) -> int:
    from coexai_app import serve

    return serve.serve(("worker",))


def _web(_options: argparse.Namespace) -> int:
    from coexai_app import serve

    return serve.serve(("web",))


def _part(options: argparse.Namespace) -> int:
    from coexai_app import serve

    serve.PARTS[options.name]()
    return 0


def _build(_options: argparse.Namespace) -> int:
    from coexai_app import frontend

    if frontend.current():
        return 0
    print("  pages    building; this happens again only when they change", flush=True)
    try:
        frontend.build()
    except frontend.BuildFailed as error:
        return _complain(f"The pages could not be built.\n{error}", 1)
    return 0


def _migrate(_options: argparse.Namespace) -> int:
    from coexai_app import db, migrations

    migrations.upgrade()
    db.close()
    return 0


def _version(_options: argparse.Namespace) -> int:
    print("coexai 0.1.0")
    return 0


def _complain(message: str, code: int, fields: Any = None) -> int:
    print(f"coexai: {message}", file=sys.stderr)
    for name, problem in (fields or {}).items():
        if problem != message:
            print(f"  {name}: {problem}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
