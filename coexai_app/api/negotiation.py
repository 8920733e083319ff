"""Which of the formats that can be made a client would like best (RFC 9110 §12.5.1)."""

from __future__ import annotations

from collections.abc import Mapping


def choose(accept: str, offers: Mapping[str, str]) -> str | None:
    """The name of the best offer for an Accept header, None when none is acceptable. `offers` are media types by name, best first.

    Without a header everything is welcome. Of equal offers the earlier one is chosen.
    """
    ranges = [parsed for part in accept.split(",") if (parsed := _range(part))]
    if not ranges:
        return next(iter(offers)) if not accept.strip() else None
    weights = {name: _weight(media.partition(";")[0].strip().lower(), ranges) for name, media in offers.items()}
    best = max(weights, key=lambda name: weights[name], default=None)
    return best if best is not None and weights[best] > 0 else None


def _range(part: str) -> tuple[str, float] | None:
    media, *parameters = (piece.strip().lower() for piece in part.split(";"))
    if media.count("/") != 1:
        return None
    quality = next((value for name, _, value in (p.partition("=") for p in parameters) if name.strip() == "q"), "1")
    try:
        return media, min(1.0, max(0.0, float(quality)))
    except ValueError:
        return None


def _weight(media: str, ranges: list[tuple[str, float]]) -> float:
    """The quality of the most specific range that fits."""
    for wanted in (media, f"{media.partition('/')[0]}/*", "*/*"):
        found = [quality for name, quality in ranges if name == wanted]
        if found:
            return max(found)
    return 0.0
