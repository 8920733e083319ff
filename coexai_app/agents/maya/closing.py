"""The close's words: what the person asked to say, the link to the source, and neutral lines per language that claim nothing."""

from __future__ import annotations

from coexai_app.agents.text import limits

READ_ON = {
    "en": "Read the full post:",
    "es": "El artículo completo:",
    "de": "Der ganze Beitrag:",
    "fr": "L'article complet :",
    "it": "L'articolo completo:",
    "pt": "O artigo completo:",
    "nl": "Het hele artikel:",
    "zh": "全文：",
    "ja": "全文はこちら：",
}
_ENDS = ".!?…:。！？"


def lines(call_to_action: str, url: str, language: str) -> str:
    """The fixed part of the last post; "" when nobody asked for anything and there is no link."""
    said = call_to_action.strip()
    if said and said[-1] not in _ENDS and not limits.urls(said)[-1:] and said[-1].isalnum():
        said += "."
    if url and url in said:
        url = ""
    if said and url:
        return f"{said}\n\n{url}"
    if url:
        return f"{READ_ON.get(language, READ_ON['en'])} {url}"
    return said
