"""Sources to documents: `read_file` for a file of any kind, `read` for bytes, `read_text` for pasted text, `fetch` for an address.

The agents and the command line call these four. What came from outside is parsed in a process of its own (`isolated.py`);
the readers themselves, for this process, are in `reading.py`.
"""

from __future__ import annotations

from coexai_app.extract.document import Block, BlockKind, Cue, Document, Link, Section, SourceKind
from coexai_app.extract.fetch import FetchedPage, fetch
from coexai_app.extract.files import read_file
from coexai_app.extract.isolated import read, read_text, warm_up
from coexai_app.extract.limits import LIMITS

__all__ = [
    "LIMITS",
    "Block",
    "BlockKind",
    "Cue",
    "Document",
    "FetchedPage",
    "Link",
    "Section",
    "SourceKind",
    "fetch",
    "read",
    "read_file",
    "read_text",
    "warm_up",
]
