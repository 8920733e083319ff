"""The input of a capability that takes several sources: `SourceInput` and up to nine beside its own."""

from __future__ import annotations

import re
from typing import Any, Final

from pydantic import Field, field_validator, model_validator

from coexai_app.agents.maya.sources import Given, SourceInput, web_address

MOST: Final = 10
_LONGEST_NAME: Final = 300
# Between two addresses: white space, which none holds, or a comma with the next one's scheme behind it.
_BETWEEN: Final = re.compile(r"\s*,?\s+|,(?=https?://)", re.IGNORECASE)


class SeveralInput(SourceInput):
    """One source, and up to nine beside it."""

    more_urls: tuple[str, ...] = Field(
        default=(),
        title="More links",
        description="One address on each line.",
        max_length=MOST,
        json_schema_extra={"format": "lines", "placeholder": "https://example.com/blog/second-post"},
    )
    more_files: tuple[str, ...] = Field(
        default=(),
        title="More files",
        description="Files of the same kinds.",
        max_length=MOST,
        json_schema_extra={"format": "files"},
    )

    @field_validator("more_urls", mode="before")
    @classmethod
    def _addresses(cls, value: Any) -> Any:
        """Forms send lines, the command line commas, API clients a list; each address counts once."""
        listed = _BETWEEN.split(value.strip()) if isinstance(value, str) else value
        return _each(listed, "a list of web addresses", lambda text: text.rstrip(",") if isinstance(value, str) else text)

    @field_validator("more_urls")
    @classmethod
    def _web_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for number, address in enumerate(value, 1):
            try:
                if len(address) > 2_048:
                    raise ValueError("This address is longer than 2,048 characters.")
                web_address(address)
            except ValueError as error:
                raise ValueError(f"Link {number}, “{address[:60]}”: {error}") from None
        return value

    @field_validator("more_files", mode="before")
    @classmethod
    def _references(cls, value: Any) -> Any:
        """Forms send the files' ids with commas between them, API clients a list; each file counts once."""
        listed = re.split(r"[,\n]", value) if isinstance(value, str) else value
        return _each(listed, "a list of file ids", str)

    @model_validator(mode="after")
    def _not_too_many(self) -> SeveralInput:
        if (count := len(self.given())) > MOST:
            raise ValueError(f"You gave {count} sources; {MOST} is the most. Take some out.")
        return self

    def beside(self) -> tuple[Given, ...]:
        return (
            *(Given("more_urls", "url", address) for address in self.more_urls if address != self.url),
            *(Given("more_files", "file", ref) for ref in self.more_files if ref != self.file),
        )


def _each(value: Any, what: str, clean: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)) or not all(isinstance(one, str) for one in value):
        raise ValueError(f"This is not {what}.")
    if any(len(one) > _LONGEST_NAME * 10 for one in value):
        raise ValueError(f"This is not {what}: one of them is too long.")
    return tuple(dict.fromkeys(text for one in value if (text := clean(one.strip()))))
