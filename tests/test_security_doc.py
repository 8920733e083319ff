"""docs/security.md says what the code does: each figure and each name in it is looked up."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from coexai_app import plans, refusals, settings
from coexai_app.api import boundary
from coexai_app.models import PlanName, TokenPurpose
from coexai_app.services import (
    access_tokens,
    api_keys,
    audit_purge,
    calendar_feed,
    factor_codes,
    files,
    invitations,
    one_time,
    organizations,
    password_rules,
    person,
    sign_in_tickets,
    signing_keys,
    throttle,
    tokens,
)
from coexai_app.settings import ROOT
from state import socket

TEXT = " ".join((ROOT / "docs" / "security.md").read_text().split())


def days(life: timedelta) -> int:
    return life.days


@pytest.mark.asvs("V2.1.3", "V6.1.1")
def test_limits() -> None:
    account, address = throttle.ACCOUNT, throttle.ADDRESS
    assert f"| an account, by strangers | {account.free} | waits of {account.waits[0]:.0f} to {account.waits[-1]:.0f} seconds" in TEXT
    assert f"| an address of the net | {address.free} |" in TEXT
    assert f"| {settings.Settings.model_fields['sign_ups_per_hour'].default} an hour (`SIGN_UPS_PER_HOUR`)" in TEXT
    assert f"| a code of the second step | {factor_codes.FREE_TRIES} | {factor_codes.FIRST_DELAY_SECONDS} seconds" in TEXT
    assert factor_codes.LONGEST_DELAY_SECONDS == 3600
    assert f"| {socket.BURST:.0f} at once, {socket.EVENTS_PER_SECOND:.0f} a second |" in TEXT
    opened = f"{boundary.OPENED_AT_ONCE:.0f} opened at once, {boundary.OPENED_PER_SECOND:.0f} a second"
    assert f"| sockets of one address | {boundary.SOCKETS_PER_ADDRESS}; {opened} |" in TEXT
    assert f"Of one caller {refusals.MOST_OF_ONE} are written a minute, of all {refusals.MOST_OF_ALL} in each process" in TEXT


def test_the_secret_address_of_a_calendar() -> None:
    assert f"(256 bits, read only, {calendar_feed.PER_MINUTE} readings a minute)" in TEXT


@pytest.mark.asvs("V6.1.2")
def test_passwords() -> None:
    assert f"At least {password_rules.MIN_LENGTH} characters, at most {password_rules.MAX_LENGTH}" in TEXT
    assert "coexai" in password_rules._WORDS and password_rules.LEAST_GUESSES == 1_000_000_000


@pytest.mark.asvs("V7.1.1")
def test_lives() -> None:
    assert f"ends {settings.Settings.model_fields['session_days'].default} days after its log-in" in TEXT
    assert f"{person.FRESH_SECONDS / 60:.0f} minutes after a log-in these ask again" in TEXT
    assert f"access token lives {access_tokens.SECONDS // 60} minutes, a refresh token's family {days(tokens.FAMILY_LIFE)} days" in TEXT
    assert f"second step lives {sign_in_tickets.SECONDS // 60} minutes" in TEXT
    assert f"a reset link {one_time.LIFE[TokenPurpose.RESET].total_seconds() / 60:.0f} minutes" in TEXT
    assert f"confirms an address {days(one_time.LIFE[TokenPurpose.VERIFY])} days, an invitation {days(invitations.LIFE)} days" in TEXT
    assert f"at most {api_keys.MAX_DAYS}" in TEXT


@pytest.mark.asvs("V5.1.1")
def test_files() -> None:
    sizes = {name: plans.PLANS[name].max_file_bytes // plans.MEGABYTE for name in PlanName}
    assert (
        f"at most {sizes[PlanName.FREE]} MB on Free, {sizes[PlanName.PRO]} MB on Pro, {sizes[PlanName.ENTERPRISE]} MB on Enterprise" in TEXT
    )
    written = {"pdf", "docx", "md", "markdown", "txt", "text", "html", "htm", "xhtml", "eml"}
    assert written | {"srt", "vtt", "mp3", "mp4", "m4a", "wav"} == files.ACCEPTED, "name the new kinds in the document"


def test_keys_and_data() -> None:
    assert f"RSA with {signing_keys.BITS} bits" in TEXT
    assert f"every {days(signing_keys.ROTATE_AFTER)} days" in TEXT
    assert f"gone {organizations.KEEP_DAYS} days after its deletion" in TEXT
    assert f"at least {audit_purge.SHORTEST_DAYS} days" in TEXT


def test_every_part_is_there_and_every_file_that_it_names() -> None:
    """Each chapter that a requirement asks for; and no path that is gone."""
    headings = re.findall(r"^## (.+)$", (ROOT / "docs" / "security.md").read_text(), re.M)
    assert {"Ways in", "Guessing", "Who may what", "Input and limits", "What leaves the machine", "Data and logs", "Packages"} <= set(
        headings
    )
    for name in re.findall(r"`([\w/]+\.py)`", TEXT):
        assert any((ROOT / base / name).exists() for base in ("", "coexai_app", "coexai_app/services")), name
    for setting in re.findall(r"`([A-Z][A-Z_]+)`", TEXT):
        assert setting.lower() in settings.Settings.model_fields or setting in ("PERMISSIONS", "SCOPE_OF"), setting
