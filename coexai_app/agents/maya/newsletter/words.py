"""The few words of a newsletter that are not the source's: neutral lines per language that claim nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

READ_ALL: Final[Mapping[str, str]] = {
    "en": "Read the full text",
    "es": "Leer el texto completo",
    "de": "Den ganzen Text lesen",
    "fr": "Lire le texte complet",
    "it": "Leggi il testo completo",
    "pt": "Ler o texto completo",
    "nl": "Lees de hele tekst",
    "zh": "阅读全文",
    "ja": "全文を読む",
}
READ_MORE: Final[Mapping[str, str]] = {
    "en": "Read more",
    "es": "Leer más",
    "de": "Mehr dazu",
    "fr": "En savoir plus",
    "it": "Leggi di più",
    "pt": "Ler mais",
    "nl": "Lees meer",
    "zh": "了解更多",
    "ja": "詳しく読む",
}
REPLY: Final[Mapping[str, str]] = {
    "en": "Reply to this email and tell us what you think.",
    "es": "Responde a este correo y cuéntanos qué piensas.",
    "de": "Antworten Sie auf diese E-Mail und sagen Sie uns, was Sie denken.",
    "fr": "Répondez à cet e-mail et dites-nous ce que vous en pensez.",
    "it": "Rispondi a questa e-mail e dicci che cosa ne pensi.",
    "pt": "Responda a este e-mail e diga-nos o que pensa.",
    "nl": "Beantwoord deze e-mail en vertel ons wat je ervan vindt.",
    "zh": "回复这封邮件，告诉我们您的想法。",
    "ja": "このメールに返信して、ご意見をお聞かせください。",
}
UNSUBSCRIBE: Final[Mapping[str, str]] = {
    "en": "Unsubscribe",
    "es": "Darse de baja",
    "de": "Abmelden",
    "fr": "Se désabonner",
    "it": "Annulla l'iscrizione",
    "pt": "Cancelar a inscrição",
    "nl": "Afmelden",
    "zh": "退订",
    "ja": "配信停止",
}


def said(lines: Mapping[str, str], language: str) -> str:
    """The line in the language, in English where there is none."""
    return lines.get(language, lines["en"])
