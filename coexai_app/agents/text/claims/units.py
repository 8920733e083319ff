"""Units, currencies and magnitudes as people write them, in English, Spanish, German, French, Italian, Portuguese and Dutch.

Called by `numbers`. Factors are exact: SI and the international yard and pound agreement of 1959.
"""

from __future__ import annotations

import re
from fractions import Fraction

from .mention import Unit

# canonical name: (dimension, factor to the dimension's base unit, aliases in words, symbols that are case-sensitive)
_MEASURES: dict[str, tuple[str, str, str, str]] = {
    "percent": (
        "percent",
        "1",
        "percent|per cent|pct|prozent|por ciento|pour cent|per cento|por cento|procent|prozentige|prozentiger|prozentigen",
        "%|٪",
    ),
    "point": (
        "percentage point",
        "1",
        "percentage points|percentage point|prozentpunkte|prozentpunkten|prozentpunkt|puntos porcentuales|punto porcentual"
        "|points de pourcentage"
        "|punti percentuali|pontos percentuais|procentpunten",
        "pp",
    ),
    "second": ("time", "1", "seconds|second|secs|sec|sekunden|sekunde|segundos|segundo|secondes|seconde|secondi|secondo|seconden", "s"),
    "millisecond": ("time", "1/1000", "milliseconds|millisecond|millisekunden|milisegundos", "ms"),
    "minute": ("time", "60", "minutes|minute|mins|min|minuten|minütige|minütigen|minutos|minuto|minuti|minuut", "′"),
    "hour": ("time", "3600", "hours|hour|hrs|hr|stunden|stunde|stündige|stündigen|std|horas|hora|heures|heure|ore|ora|uren|uur", "h"),
    "day": ("time", "86400", "days|day|tage|tagen|tag|tägige|tägigen|días|día|dias|dia|jours|jour|giorni|giorno|dagen|dag", ""),
    "night": ("night", "1", "nights|night|nächte|nächten|nacht|noches|noche|nuits|nuit|notti|notte|noites|noite|nachten", ""),
    "week": (
        "time",
        "604800",
        "weeks|week|wks|wochen|woche|wöchige|wöchigen|semanas|semana|semaines|semaine|settimane|settimana|weken",
        "",
    ),
    "month": ("months", "1", "months|month|monate|monaten|monat|monatige|monatigen|meses|mes|mois|mesi|mese|mês|maanden|maand", ""),
    "year": (
        "months",
        "12",
        "years|year|yrs|yr|jahre|jahren|jahr|jährige|jährigen|jähriger|años|año|ans|an|années|année|anni|anno|anos|ano|jaar|jaren",
        "",
    ),
    "decade": ("months", "120", "decades|decade|jahrzehnte|jahrzehnten|jahrzehnt|décadas|década|décennies|decenni", ""),
    "century": (
        "months",
        "1200",
        "centuries|century|jahrhunderte|jahrhunderts|jahrhundert|siglos|siglo|siècles|siècle|secoli|secolo|séculos|século|eeuw",
        "",
    ),
    "before Christ": ("era", "1", "b.c.e.|b.c.|v. chr.|a. c.|av. j.-c.|a.c.", "BC|BCE"),
    "gram": ("mass", "1", "grams|gram|grammes|gramme|gramm|gramos|gramo|grammi|gramas", "g|gr"),
    "kilogram": (
        "mass",
        "1000",
        "kilograms|kilogram|kilogrammes|kilogramm|kilos|kilo|kilogramos|kilogramo|chili|chilo|quilos|quilo|kgs",
        "kg|Kg|KG",
    ),
    "milligram": ("mass", "1/1000", "milligrams|milligram|milligramm|miligramos", "mg"),
    "microgram": ("mass", "1/1000000", "micrograms|mikrogramm|microgramos", "µg|μg|mcg"),
    "tonne": ("mass", "1000000", "tonnes|tonne|metric tons|tonnen|toneladas|tonelada|tonnellate|ton", "t"),
    "ton": ("mass", "907184.74", "tons|ton", ""),
    "pound": ("mass", "453.59237", "pounds|pound|lbs|lb|libras|libra", ""),
    "ounce": ("mass", "28.349523125", "ounces|ounce|onzas|onza", "oz"),
    "metre": ("length", "1", "metres|metre|meters|meter|metros|metro|mètres|mètre|metri", "m"),
    "kilometre": (
        "length",
        "1000",
        "kilometres|kilometre|kilometers|kilometer|kilómetros|kilómetro|kilomètres|chilometri|quilómetros|quilômetros",
        "km|Km|KM",
    ),
    "centimetre": ("length", "1/100", "centimetres|centimetre|centimeters|centimeter|zentimeter|centímetros|centimètres|centimetri", "cm"),
    "millimetre": ("length", "1/1000", "millimetres|millimetre|millimeters|millimeter|milímetros|millimètres|millimetri", "mm"),
    "mile": ("length", "1609.344", "miles|mile|meilen|meile|millas|milla", "mi"),
    "foot": ("length", "0.3048", "feet|foot|fuß|pies", "ft"),
    "inch": ("length", "0.0254", "inches|inch|zoll|pulgadas", "″"),
    "yard": ("length", "0.9144", "yards|yard", "yd"),
    "square metre": (
        "area",
        "1",
        "square metres|square metre|square meters|square meter|quadratmeter|quadratmetern|metros cuadrados|mètres carrés|metri quadri|sqm",
        "m²|m2",
    ),
    "square foot": ("area", "0.09290304", "square feet|square foot|square-foot|sq ft|sqft|pies cuadrados", ""),
    "square kilometre": ("area", "1000000", "square kilometres|square kilometers|quadratkilometer|kilómetros cuadrados", "km²|km2"),
    "square mile": ("area", "2589988.110336", "square miles|square mile", ""),
    "hectare": ("area", "10000", "hectares|hectare|hektar|hectáreas|hectárea|ettari", "ha"),
    "acre": ("area", "4046.8564224", "acres|acre", ""),
    "litre": ("volume", "1", "litres|litre|liters|liter|litern|litros|litro|litri", "l|L"),
    "millilitre": ("volume", "1/1000", "millilitres|milliliters|milliliter|mililitros", "ml|mL"),
    "gallon": ("volume", "3.785411784", "gallons|gallon|gallonen|galones", ""),
    "cubic metre": ("volume", "1000", "cubic metres|cubic meters|kubikmeter|metros cúbicos", "m³|m3"),
    "celsius": (
        "celsius",
        "1",
        "degrees|degree|grad|grados|grado|degrés|degré|gradi|graus|degrees celsius"
        "|degrees centigrade|degree celsius|grad celsius|grados celsius"
        "|grados centígrados|degrés celsius|celsius",
        "°|°C|º C|° C|ºC|C",
    ),
    "fahrenheit": (
        "fahrenheit",
        "1",
        "degrees|degree|degrees fahrenheit|degree fahrenheit|grad fahrenheit|grados fahrenheit|fahrenheit",
        "°|°F|° F|ºF|F",
    ),
    "degree": ("degree", "1", "degrees|degree|grad|grados|grado|degrés|degré|gradi|graus", "°"),
    "byte": ("data", "1", "bytes|byte", ""),
    "kilobyte": ("data", "1000", "kilobytes|kilobyte", "KB|kB|Kb"),
    "megabyte": ("data", "1000000", "megabytes|megabyte", "MB"),
    "gigabyte": ("data", "1000000000", "gigabytes|gigabyte|gigas", "GB|Go"),
    "terabyte": ("data", "1000000000000", "terabytes|terabyte", "TB"),
    "kibibyte": ("data", "1024", "", "KiB"),
    "mebibyte": ("data", "1048576", "", "MiB"),
    "gibibyte": ("data", "1073741824", "", "GiB"),
    "megabit": ("data rate", "1", "megabits", "Mbps|Mbit/s|Mb/s"),
    "gigabit": ("data rate", "1000", "gigabits", "Gbps|Gbit/s"),
    "hertz": ("frequency", "1", "hertz", "Hz"),
    "kilohertz": ("frequency", "1000", "kilohertz", "kHz"),
    "megahertz": ("frequency", "1000000", "megahertz", "MHz"),
    "gigahertz": ("frequency", "1000000000", "gigahertz", "GHz"),
    "watt": ("power", "1", "watts|watt|vatios", "W"),
    "kilowatt": ("power", "1000", "kilowatts|kilowatt|kilovatios", "kW"),
    "megawatt": ("power", "1000000", "megawatts|megawatt|megavatios", "MW"),
    "gigawatt": ("power", "1000000000", "gigawatts|gigawatt|gigavatios", "GW"),
    "kilowatt-hour": ("energy", "1", "kilowatt-hours|kilowatt hours|kilowattstunden", "kWh"),
    "megawatt-hour": ("energy", "1000", "megawatt-hours|megawatt hours|megawattstunden", "MWh"),
    "calorie": ("calorie", "1", "kilocalories|calories|calorie|kalorien|calorías|kcal", "kcal"),
    "volt": ("volt", "1", "volts|volt|voltios", "V"),
    "milliamp-hour": ("charge", "1", "", "mAh"),
    "kilometre per hour": (
        "speed",
        "1",
        "kilometres per hour|kilometers per hour|kilometer pro stunde|kilómetros por hora|stundenkilometer",
        "km/h|kph|kmh",
    ),
    "mile per hour": ("speed", "1.609344", "miles per hour|miles an hour|meilen pro stunde|millas por hora", "mph"),
    "pixel": ("pixel", "1", "pixels|pixel|píxeles", "px"),
    "frame per second": ("frame", "1", "frames per second", "fps"),
    "times": ("times", "1", "times|fold|fache|fachen|mal|veces|fois|volte|vezes|keer", "x|×"),
}

_CURRENCIES: dict[str, tuple[str, str]] = {
    "USD": ("us dollars|us dollar|us-dollar|american dollars|dólares estadounidenses", "USD|US$"),
    "USD CAD AUD NZD SGD HKD MXN": ("dollars|dollar|bucks|dólares|dólar|dollari|dollaro", "$"),
    "CAD": ("canadian dollars", "CAD|C$|CA$"),
    "AUD": ("australian dollars", "AUD|A$|AU$"),
    "NZD": ("", "NZD|NZ$"),
    "SGD": ("", "SGD|S$"),
    "HKD": ("", "HKD|HK$"),
    "BRL": ("reais|reales brasileños", "BRL|R$"),
    "EUR": ("euros|euro|eur", "EUR|€"),
    "GBP": ("pounds sterling|british pounds|pfund|quid|pounds|pound|libras esterlinas|libras|livres sterling|sterline", "GBP|£"),
    "JPY": ("yen|yenes", "JPY"),
    "JPY CNY": ("", "¥"),
    "CNY": ("yuan|renminbi", "CNY|RMB"),
    "INR": ("rupees|rupee|rupien|rupias", "INR|₹|Rs.|Rs"),
    "CHF": ("swiss francs|schweizer franken|franken|francos suizos|francs|franc", "CHF|Fr."),
    "SEK NOK DKK": ("kronor|kroner|krone|kronen|krona|coronas", "kr"),
    "SEK": ("", "SEK"),
    "NOK": ("", "NOK"),
    "DKK": ("", "DKK"),
    "PLN": ("zloty|złoty|zlotys", "PLN|zł"),
    "MXN ARS COP CLP UYU": ("pesos|peso", ""),
    "MXN": ("", "MXN"),
    "ARS": ("", "ARS"),
    "COP": ("", "COP"),
    "KRW": ("won", "KRW|₩"),
    "RUB": ("rubles|rubel|rublos|roubles", "RUB|₽"),
    "TRY": ("lira", "TRY|₺"),
    "ILS": ("shekels", "ILS|₪"),
    "BTC": ("bitcoin|bitcoins", "BTC|₿"),
}
_CENTS = "cents|cent|pence|penny|céntimos|centavos|centimes|centesimi"


def _tables() -> tuple[dict[str, tuple[Unit, ...]], dict[str, tuple[Unit, ...]], dict[str, tuple[Unit, ...]]]:
    words: dict[str, list[Unit]] = {}
    symbols: dict[str, list[Unit]] = {}
    money: dict[str, list[Unit]] = {}
    for name, (dimension, factor, spoken, signs) in _MEASURES.items():
        unit = Unit(name, dimension, Fraction(factor))
        for alias in filter(None, spoken.split("|")):
            words.setdefault(alias, []).append(unit)
        for alias in filter(None, signs.split("|")):
            symbols.setdefault(alias, []).append(unit)
    for codes, (spoken, signs) in _CURRENCIES.items():
        units = [Unit(code, code, Fraction(1)) for code in codes.split()]
        for alias in filter(None, spoken.split("|")):
            words.setdefault(alias, []).extend(units)
        for alias in filter(None, signs.split("|")):
            symbols.setdefault(alias, []).extend(units)
            money.setdefault(alias, []).extend(units)
    for alias in _CENTS.split("|"):
        words.setdefault(alias, []).extend(Unit("cent", code, Fraction(1, 100)) for code in ("USD", "EUR", "GBP", "CAD", "AUD", "MXN"))
    return tuple({k: tuple(v) for k, v in table.items()} for table in (words, symbols, money))  # type: ignore[return-value]


UNIT_WORDS, UNIT_SYMBOLS, MONEY_SIGNS = _tables()
CLOCK = Unit("clock", "clock", Fraction(1))


def _alternatives(names: object) -> str:
    return "|".join(re.escape(a) for a in sorted(names, key=len, reverse=True))  # type: ignore[call-overload]


# After a number: an optional space or hyphen, then the unit; a symbol of letters must end there.
UNIT_AFTER = re.compile(
    r"(?:[ \u00a0\u202f]?|-)(?:"
    rf"(?P<symbol>(?:{_alternatives(a for a in UNIT_SYMBOLS if a[-1].isalnum())})(?![\w'’])"
    rf"|(?:{_alternatives(a for a in UNIT_SYMBOLS if not a[-1].isalnum())}))"
    r")"
)
UNIT_WORD_AFTER = re.compile(rf"(?:[ \u00a0\u202f]|-)?(?P<word>(?:{_alternatives(UNIT_WORDS)}))(?!\w)", re.IGNORECASE)
MONEY_BEFORE = re.compile(
    rf"(?:(?<![\w])(?:{_alternatives(MONEY_SIGNS)})|(?:{_alternatives(a for a in MONEY_SIGNS if not a[0].isalpha())}))[ \u00a0\u202f]?$"
)

_LONG_SCALE = ("es", "de", "fr", "it", "pt", "nl")
_MAGNITUDE_WORDS: dict[str, int] = {
    "hundred": 100, "thousand": 10**3, "tausend": 10**3, "mil": 10**3, "mille": 10**3, "mila": 10**3, "duizend": 10**3, "tsd": 10**3,
    "million": 10**6, "millions": 10**6, "millionen": 10**6, "mio": 10**6, "mn": 10**6, "millones": 10**6, "millón": 10**6,
    "milioni": 10**6, "milione": 10**6, "milhões": 10**6, "milhão": 10**6, "miljoen": 10**6,
    "mil millones": 10**9, "billion": 10**9, "billions": 10**9, "bn": 10**9, "milliarde": 10**9, "milliarden": 10**9, "mrd": 10**9,
    "milliard": 10**9, "milliards": 10**9, "miliardi": 10**9, "miliardo": 10**9, "miljard": 10**9, "bilhões": 10**9, "bilhão": 10**9,
    "trillion": 10**12, "trillions": 10**12, "tn": 10**12, "billones": 10**12, "billón": 10**12, "billionen": 10**12, "bio": 10**12,
    "lakh": 10**5, "lakhs": 10**5, "crore": 10**7, "crores": 10**7, "dozen": 12,
}  # fmt: skip
_MAGNITUDE_LETTERS: dict[str, int] = {
    "k": 10**3,
    "K": 10**3,
    "m": 10**6,
    "M": 10**6,
    "mm": 10**6,
    "b": 10**9,
    "B": 10**9,
    "bn": 10**9,
    "T": 10**12,
    "tn": 10**12,
}
MAGNITUDE_AFTER = re.compile(
    rf"(?:[ \u00a0\u202f]|-)?(?P<word>(?:{_alternatives(_MAGNITUDE_WORDS)}))(?!\w)\.?(?:[ \u00a0]de(?=[ \u00a0]))?", re.IGNORECASE
)
MAGNITUDE_LETTER = re.compile(rf"[ \u00a0]?(?P<letter>[kKMB](?=[€$£]))|(?P<glued>(?:{_alternatives(_MAGNITUDE_LETTERS)}))(?![\w'’²³/])")


def magnitude(word: str, language: str) -> int:
    """The factor of a magnitude word; "billion" is 10^12 where the long scale is used (Spanish, German, French…)."""
    if word.casefold() == "billion" and language in _LONG_SCALE:
        return 10**12
    return _MAGNITUDE_WORDS[word.casefold()]


def magnitude_letter(letter: str) -> int:
    return _MAGNITUDE_LETTERS[letter]
