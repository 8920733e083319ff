"""The business profile: the one place that all coworkers read from. `BusinessProfile.parse` is the way in for every door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import Field, ValidationError

from coexai_app.business.fields import Email, Line, Paragraphs, Phone, Site, Strict, Zone
from coexai_app.business.hours import Hours
from coexai_app.business.voice import Voice
from coexai_app.errors import InvalidInput

MOST_PLACES: Final = 20
MOST_PRODUCTS: Final = 100
MOST_PEOPLE: Final = 50
# Sections of the page: each is saved by itself.
SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "basics": ("name", "description", "industry", "site", "phone", "email", "audience"),
    "places": ("places",),
    "products": ("products",),
    "people": ("people",),
    "voice": ("voice",),
}


class Place(Strict):
    """An address with its opening hours, which are meant in its own time zone."""

    label: Line = Field(default="", max_length=80)
    street: Line = Field(default="", max_length=200)
    postal_code: Line = Field(default="", max_length=20)
    city: Line = Field(default="", max_length=120)
    region: Line = Field(default="", max_length=120)
    country: Line = Field(default="", max_length=80)
    phone: Phone = ""
    timezone: Zone = ""
    hours: Hours = Hours()

    def line(self) -> str:
        """ "Unit 3, High Street, SY8 1AA Ludlow, United Kingdom"."""
        town = " ".join(part for part in (self.postal_code, self.city) if part)
        return ", ".join(part for part in (self.street, town, self.region, self.country) if part)


class Product(Strict):
    """Something that can be bought; the price is text, as the business says it ("from £4")."""

    name: Line = Field(min_length=1, max_length=120)
    description: Paragraphs = Field(default="", max_length=600)
    price: Line = Field(default="", max_length=80)
    link: Site = ""


class Person(Strict):
    name: Line = Field(min_length=1, max_length=120)
    role: Line = Field(default="", max_length=120)
    bio: Paragraphs = Field(default="", max_length=600)
    link: Site = ""


class BusinessProfile(Strict):
    """Everything is optional: an organisation says what it wants to."""

    name: Line = Field(default="", max_length=120)
    description: Paragraphs = Field(default="", max_length=1_000)
    industry: Line = Field(default="", max_length=120)
    site: Site = ""
    phone: Phone = ""
    email: Email = ""
    audience: Paragraphs = Field(default="", max_length=500)
    places: tuple[Place, ...] = Field(default=(), max_length=MOST_PLACES)
    products: tuple[Product, ...] = Field(default=(), max_length=MOST_PRODUCTS)
    people: tuple[Person, ...] = Field(default=(), max_length=MOST_PEOPLE)
    voice: Voice = Voice()

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> BusinessProfile:
        """Raises InvalidInput with one message for each field in `details["fields"]`, named by its place ("places.0.hours.monday")."""
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            fields: dict[str, str] = {}
            for problem in error.errors():
                fields.setdefault(".".join(str(part) for part in problem["loc"]) or "profile", _sentence(problem))
            first = next(iter(fields))
            raise InvalidInput(fields[first], field=first, fields=fields) from None


def _sentence(problem: Any) -> str:
    """What is wrong, in a sentence for the person who typed it."""
    limits = problem.get("ctx", {})
    kind = problem["type"]
    if kind == "string_too_long":
        return f"This may have at most {limits['max_length']:,} characters. Shorten it."
    if kind == "string_too_short":
        return "This is empty. Write something, or remove the entry."
    if kind == "too_long":
        return f"There may be at most {limits['max_length']} of these. Remove some."
    if kind == "extra_forbidden":
        return "There is no such field."
    if kind == "enum":
        return "Choose one of the list."
    if kind == "value_error":
        return str(problem["msg"]).removeprefix("Value error, ")
    return {"missing": "This is missing.", "string_type": "This must be text."}.get(kind, str(problem["msg"]))
