"""A picture that somebody uploaded, made anew: decoded, turned upright, cut to a square, and written as WebP without anything else.

`make` runs apart (`isolated.py`), since decoders are what attackers aim at; services call it. Nothing of the upload survives but its
pixels: no metadata, no place, no second file behind the first.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import replace
from typing import Final

from pydantic import BaseModel, ConfigDict

from coexai_app.errors import InvalidInput, TooLarge
from coexai_app.extract import isolated
from coexai_app.extract.limits import PROCESS_LIMITS, ProcessLimits

SIDE: Final = 256
MAX_BYTES: Final = 2_000_000
MAX_PIXELS: Final = 40_000_000
"""More than a phone's camera takes (8,000 × 5,000); decoded that is 160 MB."""
KINDS: Final = ("PNG", "JPEG", "WEBP")
LIMITS: Final[ProcessLimits] = replace(PROCESS_LIMITS, memory_bytes=800_000_000, cpu_seconds=10, wall_seconds=40, answer_bytes=1_000_000)
_QUALITY: Final = 86
_WHAT: Final = "Add a PNG, JPEG or WebP picture of at most 2 MB."


class Picture(BaseModel):
    """A square WebP picture. `make` is the only place where one comes from."""

    model_config = ConfigDict(frozen=True, ser_json_bytes="base64", val_json_bytes="base64")

    webp: bytes


def make(data: bytes, *, name: str = "", whole: bool = False) -> Picture:
    """The upload as a picture of 256 × 256 pixels: its middle, or with `whole` all of it with transparent margins (a logo).

    Raises InvalidInput (field "file") for what is no such picture or is damaged, TooLarge past 2 MB or 40 million pixels.
    """
    check_size(len(data))
    options = {"fit": "whole" if whole else "middle"}
    try:
        return isolated.call("coexai_app.extract.picture:read", data, options, returns=Picture, name=name or "The picture", limits=LIMITS)
    except TooLarge as error:
        raise TooLarge(error.message, **{**error.details, "field": "file"}) from None
    except InvalidInput as error:
        message = error.message if error.field else f"This picture cannot be read: it is damaged, or too much to decode. {_WHAT}"
        raise InvalidInput(message, field="file") from None


def check_size(size: int) -> None:
    """Raises TooLarge; the door calls it for every piece that arrives."""
    if size > MAX_BYTES:
        raise TooLarge("A picture may have at most 2 MB. Save it smaller, then add it again.", field="file", limit=MAX_BYTES)


def read(data: bytes, *, fit: str) -> Picture:
    """In the process apart: what `make` returns."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(io.BytesIO(data), formats=KINDS) as looked_at:
            _check_pixels(*looked_at.size)
            looked_at.verify()
        with Image.open(io.BytesIO(data), formats=KINDS) as opened:  # verify() leaves nothing to decode
            opened.draft("RGB", (4 * SIDE, 4 * SIDE))
            opened.load()
            upright = ImageOps.exif_transpose(opened).convert("RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many() from None
    except UnidentifiedImageError:
        raise InvalidInput(f"This is not a picture that can be used here. {_WHAT}", field="file") from None
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, OverflowError):
        raise InvalidInput(f"This picture is damaged. Save it again, then add it. {_WHAT}", field="file") from None
    size = (SIDE, SIDE)
    method = Image.Resampling.LANCZOS
    square = ImageOps.pad(upright, size, method, color=(0, 0, 0, 0)) if fit == "whole" else ImageOps.fit(upright, size, method)
    made = io.BytesIO()
    Image.frombytes("RGBA", size, square.tobytes()).save(made, "WEBP", quality=_QUALITY, method=4)
    return Picture(webp=made.getvalue())


def _check_pixels(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise _too_many()


def _too_many() -> TooLarge:
    return TooLarge("This picture has more than 40 million pixels. Save it smaller, then add it again.", field="file", limit=MAX_PIXELS)
