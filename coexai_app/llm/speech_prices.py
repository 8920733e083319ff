"""List prices of transcription models, in millionths of a US dollar per hour of sound; read by the transcriber and the quote.

Collected on 2026-11-23 from public copies of the vendors' price pages (OpenAI, Groq), not from the pages themselves: they are for the
spending cap and the receipt, the vendor's bill decides. The gpt-4o models are billed by tokens; theirs is the vendor's estimate by the
minute. The same model elsewhere, on a server of one's own above all, has no known price, so a price belongs to a host and a model.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

SPEECH_PRICES_AS_OF: Final = date(2026, 11, 23)
_OPENAI: Final = "api.openai.com"
_GROQ: Final = "api.groq.com"
PER_HOUR: Final[Mapping[tuple[str, str], int]] = MappingProxyType(
    {
        (_OPENAI, "whisper-1"): 360_000,
        (_OPENAI, "gpt-4o-transcribe"): 360_000,
        (_OPENAI, "gpt-4o-transcribe-diarize"): 360_000,
        (_OPENAI, "gpt-4o-mini-transcribe"): 180_000,
        (_GROQ, "whisper-large-v3"): 111_000,
        (_GROQ, "whisper-large-v3-turbo"): 40_000,
    }
)
_HOUR: Final = 3_600


def cost_micros(base_url: str, model: str, seconds: float) -> int | None:
    """Micros of a dollar for so much sound, by the started second and rounded up; None where the price is not known."""
    try:
        host = urlsplit(base_url).hostname or ""
    except ValueError:
        return None
    price = PER_HOUR.get((host, model.strip().lower()))
    return None if price is None else -(-price * max(0, math.ceil(seconds)) // _HOUR)
