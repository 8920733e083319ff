"""Any server that speaks OpenAI's Chat Completions: Ollama, vLLM, LM Studio, llama.cpp, gateways. A key is optional."""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING, Any, ClassVar, cast
from urllib.parse import urlsplit

from coexai_app.llm.openai import OpenAI

if TYPE_CHECKING:
    from openai import OpenAI as Client

    from coexai_app.llm.transport import BoundedClient


class Compatible(OpenAI):
    """A model behind a base URL. One without a path gets the usual "/v1"."""

    provider: ClassVar[str] = "compatible"
    title: ClassVar[str] = "The model server"
    setting: ClassVar[str] = "COMPATIBLE"
    default_url: ClassVar[str] = ""
    # The older name: every compatible server knows it, few know max_completion_tokens.
    limit_name: ClassVar[str] = "max_tokens"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        with suppress(ValueError):  # an address that is none is told when it is used
            if self.base_url and not urlsplit(self.base_url).path:
                self.base_url += "/v1"

    def open(self, http: BoundedClient) -> AbstractContextManager[Client]:
        """Without the organisation and project that the SDK takes from OPENAI_* in the environment: they are not for this server."""
        client = cast("Client", super().open(http))
        client.organization = client.project = None
        return client

    @property
    def thinks(self) -> bool:
        """Never by name: these models think as part of the text, and the servers do not know an effort."""
        return False
