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


def email(value: str) -> str:
    """A new address, normalised and in lower case. Raises InvalidInput with the field."""
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(clean(value), check_deliverability=False).normalized.lower()[:320]
    except EmailNotValidError:
        raise InvalidInput("This does not look like an e-mail address. Example: ana@bakery.example", field="email") from None


def typed(value: str) -> str:
    """An address that somebody typed to be looked up, as `email` writes it: some browsers send a domain in letters of its own as `xn--…`,
    some keyboards an accent as a sign of its own. It may be none."""
    try:
        return email(value)
    except InvalidInput:
        return clean(value).lower()[:320]
