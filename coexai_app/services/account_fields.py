"""What people write about themselves, cleaned and checked. Called by the services of accounts."""

from __future__ import annotations

from coexai_app.errors import InvalidInput


def clean(value: str) -> str:
    """One line without signs that nobody sees."""
    return " ".join("".join(c for c in value if c.isprintable()).split())


def name(value: str) -> str:
    """Raises InvalidInput with the field."""
    if said := clean(value)[:120]:
        return said
    raise InvalidInput("Tell us your name.", field="name")


def typed(value: str) -> str:
    """An address as somebody typed it to be looked up; it may be none."""
    return clean(value).lower()[:320]


def email(value: str) -> str:
    """A new address, normalised and in lower case. Raises InvalidInput with the field."""
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(clean(value), check_deliverability=False).normalized.lower()[:320]
    except EmailNotValidError:
        raise InvalidInput("This does not look like an e-mail address. Example: ana@bakery.example", field="email") from None
