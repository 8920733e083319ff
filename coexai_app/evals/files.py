"""Golden cases as TOML files: read with the file, line and field of what is wrong, written so that they read back as the same case.

`coexai eval` reads folders of them, `services/eval_cases.py` writes the downloads.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from coexai_app.errors import InvalidInput
from coexai_app.evals.cases import LONGEST_SOURCE, Case

_SUFFIX: Final = ".toml"
_BYTES: Final = 8 * LONGEST_SOURCE
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_TABLE: Final = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY: Final = re.compile(r"\s*([A-Za-z0-9_-]+|\"[^\"]*\")\s*=")
_UNSAFE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Named:
    """A case, what it is called in tables and by `--case`, and the folder that its `source_file` stands in (None: it has none)."""

    id: str
    case: Case
    folder: Path | None = None


def read_folder(folder: Path) -> tuple[Named, ...]:
    """Every case of a folder, in the order of their names. Raises InvalidInput for the first file that is none, or a folder without one."""
    if not folder.is_dir():
        raise InvalidInput(f"There is no folder {folder}.")
    found = tuple(read_file(path) for path in sorted(folder.glob(f"*{_SUFFIX}")))
    if not found:
        raise InvalidInput(f"{folder} holds no case: a case is a file that ends in {_SUFFIX}.")
    return found


def read_file(path: Path) -> Named:
    """One case. Raises InvalidInput that names the file, the line and the field."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from None
    case = read(data, str(path))
    if case.source_file and not (path.parent / case.source_file).is_file():
        raise _wrong(str(path), data.decode(), "source_file", f"There is no file {case.source_file} beside the case.")
    return Named(path.name.removesuffix(_SUFFIX), case, path.parent)


def read(data: bytes, name: str) -> Case:
    """A case in the bytes of a file. Raises InvalidInput as `read_file`."""
    if len(data) > _BYTES:
        raise InvalidInput(f"{name} is too large for a case.")
    try:
        text = data.decode("utf-8-sig")
        found = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{name}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{name}: this is no TOML: {error}.") from None
    except RecursionError:
        raise InvalidInput(f"{name}: this is nested too deep for a case.") from None
    try:
        return Case.parse(found)
    except InvalidInput as error:
        raise _wrong(name, text, error.field or "case", error.message) from None


def written(case: Case) -> str:
    """The case as a file: the short fields, the source, the tables."""
    data = case.data()
    tables = ("input", "business", "expect", "parts")
    lines = [f"{key} = {_value(value)}" for key, value in data.items() if key not in tables and key != "source"]
    if "source" in data:
        lines.append(f"source = {_value(data['source'])}")
    for key in tables:
        value = data.get(key)
        if isinstance(value, Mapping):
            lines += _table((key,), value)
        elif value:
            for row in value:
                lines += ["", f"[[{key}]]", *(f"{_key(name)} = {_value(said)}" for name, said in row.items())]
    return "\n".join(lines) + "\n"


def line_of(text: str, place: str) -> int:
    """The line of a field ("expect.2.text") in a file, from 1; 0 where the file does not say it. Texts over lines are passed over."""
    wanted = place.split(".")
    counts: dict[str, int] = {}
    table: list[str] = []
    best, depth = 0, 0
    for number, line in _outside(text):
        if head := _TABLE.match(line):
            name = head[1].strip().strip('"')
            table = name.split(".")
            if line.lstrip().startswith("[["):
                counts[name] = counts.get(name, -1) + 1
                table.append(str(counts[name]))
            found = table
        elif key := _KEY.match(line):
            found = [*table, key[1].strip('"')]
        else:
            continue
        if len(found) > depth and wanted[: len(found)] == found:
            best, depth = number, len(found)
    return best


def _outside(text: str) -> Iterator[tuple[int, str]]:
    """The numbered lines that begin outside a text over several lines."""
    fence = ""
    for number, line in enumerate(text.split("\n"), 1):
        if not fence:
            yield number, line
        rest = line
        while True:
            if fence:
                place = rest.find(fence)
                if place < 0:
                    break
                rest, fence = rest[place + 3 :], ""
            else:
                starts = [(at, mark) for mark in ('"""', "'''") if (at := rest.find(mark)) >= 0]
                if not starts:
                    break
                at, fence = min(starts)
                rest = rest[at + 3 :]


def _wrong(name: str, text: str, field: str, message: str) -> InvalidInput:
    line = line_of(text, field)
    place = f"{name}:{line}" if line else name
    return InvalidInput(f"{place}: {field}: {message}", field=field)


def _table(path: tuple[str, ...], value: Mapping[str, Any]) -> list[str]:
    """A table with its plain fields first, and the tables in it behind."""
    lines = ["", f"[{'.'.join(map(_key, path))}]"]
    lines += [f"{_key(name)} = {_value(said)}" for name, said in value.items() if not isinstance(said, Mapping) and said is not None]
    for name, said in value.items():
        if isinstance(said, Mapping):
            lines += _table((*path, name), said)
    return lines


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _quoted(name)


def _value(value: object) -> str:
    """A value in TOML 1.0; a text of several lines stays one."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(name)} = {_value(said)}" for name, said in value.items() if said is not None)
        return f"{{ {inside} }}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(_value(one) for one in value if one is not None)}]"
    text = str(value)
    if "\n" not in text:
        return _quoted(text)
    escaped = _controls(text.replace("\\", "\\\\")).replace('"""', '""\\"')
    ending = "\\" if escaped.endswith('"') else ""
    return f'"""\n{escaped[:-1]}{ending}{escaped[-1:]}"""' if ending else f'"""\n{escaped}"""'


def _quoted(text: str) -> str:
    escaped = _controls(text.replace("\\", "\\\\").replace('"', '\\"'))
    return '"' + escaped.replace("\n", "\\n") + '"'


def _controls(text: str) -> str:
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
