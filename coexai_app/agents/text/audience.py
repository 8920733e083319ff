"""A rough guess at who a text speaks to, with its reasons; "general" when the words do not tell."""

from __future__ import annotations

from collections import Counter

from pydantic import BaseModel, ConfigDict

from coexai_app.agents.text import words

# Words that people of a field use among themselves, per audience; English and its common loans in the other languages.
_FIELDS: dict[str, str] = {
    "small business owners": (
        "customer customers shop bakery cafe revenue invoice supplier suppliers payroll staff till margin margins cashflow stock owner "
        "owners sales "
        "kunden laden umsatz rechnung clientes tienda ventas proveedor proveedores clients magasin fournisseur chiffre clienti negozio "
        "fornitori klanten winkel omzet"
    ),
    "software developers": (
        "code function api python javascript library deploy server database bug repository compile runtime variable commit docker git "
        "query framework "
        "endpoint debug terminal"
    ),
    "marketers": (
        "campaign campaigns conversion conversions seo newsletter audience engagement funnel brand branding leads ctr impressions "
        "copywriting hashtag kampagne campaña "
        "campagne"
    ),
    "home cooks": (
        "oven dough flour butter tablespoon teaspoon recipe simmer knead bake onion garlic sauce pan salt ofen mehl teig harina horno "
        "masa farine four pâte farina forno"
    ),
    "investors": "shares investors dividend earnings portfolio equity stocks bonds ipo valuation shareholders yield fund funds",
    "parents and teachers": (
        "children child school teacher teachers parents homework classroom pupils students kids kinder schule eltern niños escuela "
        "enfants école"
    ),
    "patients and carers": "patients patient treatment doctor doctors hospital symptoms disease vaccine therapy clinical diagnosis",
    "travellers": "trip hotel flight flights travel travellers airport luggage tour tourists itinerary",
    "managers": "team teams meeting meetings manager managers employees leadership hiring stakeholders roadmap goals feedback",
}
_PER_THOUSAND = 8.0
_DISTINCT = 4


class Audience(BaseModel):
    """`guess` is a short name; `reasons` are the words of the text that led there."""

    model_config = ConfigDict(frozen=True)

    guess: str = "general"
    reasons: tuple[str, ...] = ()


def guess(text: str) -> Audience:
    """The field whose words occur most, if they occur often and variedly enough to say so."""
    counts = Counter(token.text.lower() for token in words.tokens(text))
    total = sum(counts.values())
    best, hits = "general", 0
    found: tuple[str, ...] = ()
    for name, vocabulary in _FIELDS.items():
        present = sorted((w for w in vocabulary.split() if w in counts), key=lambda w: (-counts[w], w))
        number = sum(counts[w] for w in present)
        if len(present) >= _DISTINCT and number * 1000 >= _PER_THOUSAND * total and number > hits:
            best, found, hits = name, tuple(present[:5]), number
    return Audience(guess=best, reasons=found)
