"""Any server that speaks OpenAI's Chat Completions: Ollama, vLLM, LM Studio, llama.cpp, gateways. A key is optional."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlsplit

from coexai_app.llm.openai import OpenAI


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
        if self.base_url and not urlsplit(self.base_url).path:
            self.base_url += "/v1"

    @property
    def thinks(self) -> bool:
        """Never by name: these models think as part of the text, and the servers do not know an effort."""
        return False
