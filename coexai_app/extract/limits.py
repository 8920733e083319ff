"""How much a reader takes, in one table; every reader in this folder checks against it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from coexai_app.errors import InvalidInput, TooLarge


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes unless the name says otherwise; times in seconds."""

    characters: int = 2_000_000
    blocks: int = 50_000
    """A book has some 10,000 paragraphs; every one is an object in the worker's memory later on."""
    links: int = 50_000
    cues: int = 50_000
    """Six hours of speech have some 10,000 captions."""
    file_bytes: int = 50_000_000
    html_bytes: int = 10_000_000
    pdf_pages: int = 500
    pdf_characters_per_page: int = 100_000
    docx_entries: int = 5_000
    docx_part_bytes: int = 30_000_000
    docx_total_bytes: int = 200_000_000
    docx_ratio: int = 200
    """A part inflated to more than this many times its packed size is a bomb; prose packs to a tenth, empty cells to a fiftieth."""
    docx_ratio_free_bytes: int = 2_000_000
    """Parts smaller than this are not judged by their ratio."""
    language_sample: int = 4_000
    media_bytes: int = 500_000_000
    """The largest upload of any plan."""
    heard_seconds: int = 60 * 60
    """Longest recording for the embedded recogniser: a third of that in processor time, and up to all of it beside other work."""
    transcribed_seconds: int = 6 * 3_600
    """Longest recording for a transcription model."""
    subtitled_seconds: int = 24 * 3_600


@dataclass(frozen=True)
class ProcessLimits:
    """What the process that reads one source may use (`isolated.py`); the readers' own limits are there to say it more kindly, before."""

    memory_bytes: int = 1_000_000_000
    """Address space above what the process starts with: the largest source takes some 400 MB, and four may be read at a time."""
    cpu_seconds: int = 30
    """A page or a Word file of the largest size takes less than 5."""
    wall_seconds: int = 120
    """Four times the processor time: as many sources may share a processor, and a good one must not be refused for that."""
    answer_bytes: int = 32_000_000
    """The longest text in the widest characters takes 8 MB, its blocks and links as much again."""
    written_file_bytes: int = 0
    """No reader writes a file."""
    open_files: int = 64
    processes: int = 0
    """No reader starts a process or a thread."""


LIMITS = Limits()
PROCESS_LIMITS = ProcessLimits()
# 400 full pages took 54 s of processor time on a machine with much else to do.
# What a film or a recording may take: decoding is streamed, so memory holds the codec, its models, and one stretch of sound.
MEDIA_PROCESS_LIMITS = replace(PROCESS_LIMITS, cpu_seconds=300, wall_seconds=1_200)
PDF_PROCESS_LIMITS = replace(PROCESS_LIMITS, cpu_seconds=100, wall_seconds=400)


def label(name: str, default: str = "The text") -> str:
    """How a message calls the source: its file name, or `default`."""
    return name.strip() or default


def check_characters(count: int, name: str) -> None:
    """Raises `TooLarge` when a text has more characters than the limit."""
    if count > LIMITS.characters:
        raise TooLarge(
            f"{label(name)} has {count:,} characters; the limit is {LIMITS.characters:,}. Split it and add the parts one by one.",
            limit=LIMITS.characters,
            size=count,
        )


def check_parts(blocks: int, links: int, name: str) -> None:
    """Raises `TooLarge` when a document has more parts than the limits."""
    for count, limit, what in ((blocks, LIMITS.blocks, "paragraphs"), (links, LIMITS.links, "links")):
        if count > limit:
            raise TooLarge(
                f"{label(name)} has more than {limit:,} {what}, which is the limit. Split it and add the parts one by one.", limit=limit
            )


def check_bytes(count: int, limit: int, name: str) -> None:
    """Raises `TooLarge` when a file has more bytes than `limit`."""
    if count > limit:
        raise TooLarge(
            f"{label(name, 'The file')} has {megabytes(count)}; the limit is {megabytes(limit)}. Split it, or paste the text.",
            limit=limit,
            size=count,
        )


def megabytes(count: int) -> str:
    return f"{count / 1_000_000:.1f} MB"


def no_text(name: str, *, why: str = "Check the file, or paste the text.", default: str = "the source") -> InvalidInput:
    """The error for a source that holds no text at all."""
    return InvalidInput(f"There is no text in {label(name, default)}. {why}")
