"""Sources to documents: `read` for bytes of any supported kind, `read_text` for pasted text, `fetch` for an address.

The agents and the command line call these three. What came from outside is parsed in a process of its own (`isolated.py`);
the readers themselves, for this process, are in `reading.py`.
"""

from __future__ import annotations

from coexai_app.extract.document import Block, BlockKind, Document, Link, Section, SourceKind
from coexai_app.extract.fetch import FetchedPage, fetch
from coexai_app.extract.isolated import read, read_text, warm_up
from coexai_app.extract.limits import LIMITS

__all__ = [
    "LIMITS",
    "Block",
    "BlockKind",
    "Document",
    "FetchedPage",
    "Link",
    "Section",
    "SourceKind",
    "fetch",
    "read",
    "read_text",
    "warm_up",
]
