"""The language of twenty words or so."""

import pytest

from coexai_app.extract.language import detect

SENTENCES = {
    "en": "The shop opens at nine in the morning and we sell fresh bread, cakes and coffee to everybody who comes by on foot.",
    "es": "La tienda abre a las nueve de la mañana y vendemos pan fresco, pasteles y café a todas las personas que pasan.",
    "de": "Der Laden öffnet um neun Uhr morgens, und wir verkaufen frisches Brot, Kuchen und Kaffee an alle, die zu Fuß vorbeikommen.",
    "fr": "La boutique ouvre à neuf heures du matin et nous vendons du pain frais, des gâteaux et du café à tous les passants.",
    "it": "Il negozio apre alle nove del mattino e vendiamo pane fresco, torte e caffè a tutti quelli che passano di qui a piedi.",
    "pt": "A loja abre às nove da manhã e vendemos pão fresco, bolos e café para todas as pessoas que passam por aqui a pé.",
    "nl": "De winkel gaat om negen uur in de ochtend open en wij verkopen vers brood, taart en koffie aan iedereen die langskomt.",
    "ja": "店は朝九時に開店し、焼きたてのパンとコーヒーを販売しています。",
}


@pytest.mark.parametrize(("code", "text"), SENTENCES.items())
def test_a_sentence_is_enough(code, text):
    assert detect(text) == code


@pytest.mark.parametrize("code", ["en", "de", "es"])
def test_capitals_and_addresses_do_not_matter(code):
    assert detect(f"{SENTENCES[code].upper()} https://example.com/a/b-c?d=e info@example.com") == code


@pytest.mark.parametrize(
    "text", ["", "12 34 5656", "OK", "asdf qwer zxcv 1234 jkl", "Acme Widgets Ltd Berlin München Paris 2024 Q3 KPI ROI"]
)
def test_no_language_is_made_up(text):
    assert detect(text) == "und"


def test_a_long_text_is_sampled():
    assert detect(SENTENCES["fr"] * 10_000) == "fr"
