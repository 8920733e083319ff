"""Which language a text is written in. `Builder.document` calls it for every document; agents may call it for a part."""

from __future__ import annotations

import re
from functools import cache
from threading import Lock
from typing import Any

from coexai_app.extract.limits import LIMITS

UNDETERMINED = "und"
_NO_LANGUAGE = "zxx"

# Languages without spaces between words say enough in a few characters; the others need a few words.
_MIN_LETTERS = 12
# Below this probability the runner-up is a real possibility: mixed texts and lists of names stay under it, sentences of ten words pass it.
_MIN_CONFIDENCE = 0.6
_SLICES = 4
_NOISE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|[\d\W_]+", re.IGNORECASE)

_lock = Lock()


def detect(text: str) -> str:
    """ISO 639-1 code of the language of `text`, or "und" when it is too short or too mixed to tell.

    Reads a bounded sample (`LIMITS.language_sample` characters, from several places). The first call loads a model of 0.7 s.
    """
    sample = _NOISE.sub(" ", _sample(text)).strip()
    if sum(c.isalpha() for c in sample) < _MIN_LETTERS:
        return UNDETERMINED
    with _lock:
        code, confidence = _identifier().classify(sample.lower())
    return code if code != _NO_LANGUAGE and confidence >= _MIN_CONFIDENCE else UNDETERMINED


def _sample(text: str) -> str:
    size = LIMITS.language_sample
    if len(text) <= size:
        return text
    step, width = len(text) // _SLICES, size // _SLICES
    return " ".join(text[i * step : i * step + width] for i in range(_SLICES))


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([code for code in identifier.labels if len(code) == 2 or code == _NO_LANGUAGE])
    return identifier
