"""The envelope of every list that the API answers (founding document §12.2), and of a walk by cursor, which version 2 begins with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, Self, TypeVar

from pydantic import Field

from coexai_app.views.base import Page, View

T = TypeVar("T")


class Pagination(View):
    page: int = Field(ge=1, examples=[1])
    limit: int = Field(ge=1, examples=[20])
    total: int = Field(ge=0, examples=[156])
    total_pages: int = Field(ge=0, examples=[8])
    has_next: bool
    has_prev: bool


class Listing(View, Generic[T]):
    """A page of a list. Beyond the last page `data` is empty, so that a client that walks on comes to an end."""

    data: tuple[T, ...]
    pagination: Pagination

    @classmethod
    def of(cls, rows: Sequence[T], *, page: int, limit: int, total: int) -> Self:
        pages = -(-total // limit)
        return cls(
            data=tuple(rows),
            pagination=Pagination(
                page=page, limit=limit, total=total, total_pages=pages, has_next=page < pages, has_prev=page > 1 and total > 0
            ),
        )

    @classmethod
    def from_page(cls, found: Page[Any], rows: Sequence[T], *, asked: int) -> Self:
        """The rows of a page of our own screens, as the API shows them. A screen gets the last page when it asks beyond it."""
        return cls.of(rows if found.page == asked else (), page=asked, limit=found.limit, total=found.total)


class Cursor(View):
    """`next_cursor` goes into the next call, as it is and with the same filters; there is none behind the last page."""

    limit: int = Field(ge=1, examples=[20])
    next_cursor: str | None = Field(examples=["f3JvdW5kYWJvdXRpbnRoZW1pZGRsZW9mdGhlbGlzdA"])
    has_next: bool


class Walk(View, Generic[T]):
    """The next rows of a list that is walked by cursor: nothing is counted, and what is added meanwhile moves nothing."""

    data: tuple[T, ...]
    pagination: Cursor
