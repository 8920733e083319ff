"""If-Match for what has a version (RFC 9110 §13.1.1): the tag of a read begins with the version, and a change names the tag it read."""

from __future__ import annotations

import re
from typing import Annotated, Final

from fastapi import Depends, Header, Request

from coexai_app.api import conditional
from coexai_app.services.partner_outputs import ANY

_MINE: Final = re.compile(r'"v(\d{1,10})-[\w-]+"')


def versioned(request: Request, version: int) -> None:
    """Lets the answer's ETag begin with this version."""
    request.scope.setdefault("state", {})[conditional.PREFIX] = f"v{version}-"


def matching(
    given: Annotated[
        str | None,
        Header(
            alias="If-Match",
            max_length=1_000,
            description="The ETag that was read, instead of `version`: 412 when somebody changed it since.",
        ),
    ] = None,
) -> tuple[int, ...] | None:
    """The versions that the header names, ANY for `*`; None without it. A tag that is none of ours, or a weak one, names nothing."""
    if given is None:
        return None
    if given.strip() == "*":
        return (ANY,)
    return tuple(int(found[1]) for tag in given.split(",") if (found := _MINE.fullmatch(tag.strip())))


Matching = Annotated[tuple[int, ...] | None, Depends(matching)]
