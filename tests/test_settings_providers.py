"""The settings of other providers: whole or absent, and encrypted."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from coexai_app.integrations import oidc
from coexai_app.settings import Settings
from tests.oidc import configured


def make(**values: object) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "values",
    [
        {"google_client_id": "x"},
        {"google_client_secret": "x"},
        {"microsoft_client_id": "x"},
        {"oidc_client_id": "x", "oidc_client_secret": "x"},
        {"oidc_issuer": "https://login.example.com"},
    ],
    ids=str,
)
def test_half_a_provider_is_refused_at_the_start(values: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="belong together"):
        make(**values)


@pytest.mark.parametrize(
    "issuer", ["http://login.example.com", "login.example.com", "https://", "https://a.example?x=1", "ftp://a.example"]
)
def test_an_issuer_is_https(issuer: str) -> None:
    with pytest.raises(ValidationError, match="issuer"):
        make(oidc_issuer=issuer, oidc_client_id="x", oidc_client_secret="x")
    assert make(oidc_issuer="http://localhost:9000/realm", oidc_client_id="x", oidc_client_secret="x").oidc_issuer


@pytest.mark.parametrize("tenant", ["../evil", "a/b", "", "a b", "x" * 200])
def test_a_tenant_is_a_name(tenant: str) -> None:
    with pytest.raises(ValidationError):
        make(microsoft_tenant=tenant)


def test_the_providers_of_the_settings() -> None:
    keys = {f"{name}_client_{part}": "x" for name in ("google", "microsoft", "oidc") for part in ("id", "secret")}
    with configured(**keys, oidc_issuer="https://login.example.com/", microsoft_tenant="contoso.com"):
        google, microsoft, other = oidc.providers()
    assert google.metadata_url == "https://accounts.google.com/.well-known/openid-configuration"
    assert microsoft.metadata_url == "https://login.microsoftonline.com/contoso.com/v2.0/.well-known/openid-configuration"
    assert microsoft.issuer == "https://login.microsoftonline.com/{tenantid}/v2.0"
    assert other.metadata_url == "https://login.example.com/.well-known/openid-configuration"
    assert "client_secret" not in repr(other)
