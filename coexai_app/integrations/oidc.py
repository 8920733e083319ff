"""OpenID Connect with Google, Microsoft and any other issuer: who they are, where a browser is sent, and what its code is worth.

Authorization code flow with PKCE (RFC 7636), state and nonce. Nothing here knows a person or a database: `services/identities.py` has the
rules, `api/oidc.py` the doors. How the ID token is checked is in `id_token.py`, how long a provider may take in `oidc_http.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from coexai_app import log, settings
from coexai_app.errors import NotFound
from coexai_app.integrations import id_token, oidc_http
from coexai_app.integrations.id_token import TENANT
from coexai_app.integrations.oidc_http import ProviderAway, ProviderRefused

__all__ = ["Person", "Provider", "ProviderAway", "ProviderRefused", "authorization_url", "find", "providers", "redeem"]

GOOGLE: Final = "https://accounts.google.com"
SCOPE: Final = "openid email profile"
MAX_CODE: Final = 4_096
_ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
# What asks for a new sign-in (OpenID Connect Core §3.1.2.1). Google knows no prompt=login, and names the time of the sign-in only when the
# claim is asked for; Microsoft names it when the claim is asked for too.
_AUTH_TIME: Final = '{"id_token":{"auth_time":{"essential":true}}}'
_AGAIN: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "google": MappingProxyType({"max_age": "0", "prompt": "select_account", "claims": _AUTH_TIME}),
        "microsoft": MappingProxyType({"max_age": "0", "prompt": "login", "claims": _AUTH_TIME}),
        "oidc": MappingProxyType({"max_age": "0", "prompt": "login"}),
    }
)


@dataclass(frozen=True, slots=True)
class Provider:
    """One that this instance is registered with. `issuer` names it exactly; with `{tenantid}` in it, it stands for many issuers.

    `states_email`: whether its `email_verified` is believed. Microsoft's addresses are whatever a tenant's admin typed.
    """

    key: str
    label: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    metadata_url: str
    states_email: bool = True


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a provider vouches for. `issuer` and `subject` are theirs for ever; all else may change and may be empty.

    `auth_time` is when they last signed in there, in seconds since 1970, where the provider says so.
    """

    provider: str
    issuer: str
    subject: str
    email: str = ""
    email_verified: bool = False
    name: str = ""
    timezone: str = ""
    auth_time: int | None = None


def providers() -> tuple[Provider, ...]:
    """Those with keys in the settings, in the order of their buttons."""
    config = settings.get()
    found: list[Provider] = []
    if config.google_client_id and config.google_client_secret:
        secret = config.google_client_secret.get_secret_value()
        found.append(Provider("google", "Google", GOOGLE, config.google_client_id, secret, _well_known(GOOGLE)))
    if config.microsoft_client_id and config.microsoft_client_secret:
        authority = config.microsoft_authority.rstrip("/")
        found.append(
            Provider(
                "microsoft",
                "Microsoft",
                f"{authority}/{TENANT}/v2.0",
                config.microsoft_client_id,
                config.microsoft_client_secret.get_secret_value(),
                _well_known(f"{authority}/{config.microsoft_tenant}/v2.0"),
                states_email=False,
            )
        )
    if config.oidc_issuer and config.oidc_client_id and config.oidc_client_secret:
        secret = config.oidc_client_secret.get_secret_value()
        found.append(Provider("oidc", config.oidc_name, config.oidc_issuer, config.oidc_client_id, secret, _well_known(config.oidc_issuer)))
    return tuple(found)


def find(key: str) -> Provider:
    """Raises NotFound for one that is not set up."""
    for provider in providers():
        if provider.key == key:
            return provider
    raise NotFound("This way to log in is not set up here.")


def authorization_url(provider: Provider, *, redirect_uri: str, state: str, nonce: str, verifier: str, again: bool = False) -> str:
    """Where to send the browser; with `again` the person has to sign in anew there. Raises ProviderAway."""
    from authlib.integrations.httpx_client import OAuth2Client

    endpoint = _metadata(provider)["authorization_endpoint"]
    more = _AGAIN[provider.key] if again else {}
    with OAuth2Client(provider.client_id, scope=SCOPE, redirect_uri=redirect_uri, code_challenge_method="S256") as client:
        url, _ = client.create_authorization_url(endpoint, state=state, code_verifier=verifier, nonce=nonce, **more)
    return str(url)


def redeem(provider: Provider, *, redirect_uri: str, code: str, verifier: str, nonce: str, at: datetime, answered_by: str = "") -> Person:
    """Whom a code stands for, at a moment of the database's clock. `answered_by` is the `iss` of the answer (RFC 9207).

    Raises ProviderRefused for a code or a token that does not hold, ProviderAway when the provider does not answer in time.
    """
    metadata = _metadata(provider)
    issuer = str(metadata["issuer"])
    if (answered_by or metadata.get("authorization_response_iss_parameter_supported") is True) and not _is(issuer, answered_by):
        raise _refused(provider, "the answer came from another issuer")
    if not code or len(code) > MAX_CODE:
        raise _refused(provider, "no code")
    tokens = _exchange(provider, metadata, redirect_uri=redirect_uri, code=code, verifier=verifier)
    try:
        claims = id_token.verify(
            str(tokens.get("id_token") or ""),
            issuer=issuer,
            client_id=provider.client_id,
            nonce=nonce,
            algorithms=metadata.get("id_token_signing_alg_values_supported"),
            keys=lambda newest: _keys(metadata, newest=newest),
            at=at,
        )
        subject = id_token.subject(claims, tenants=TENANT in provider.issuer)
        auth_time = id_token.moment(claims, "auth_time")
    except id_token.Broken as error:
        raise _refused(provider, str(error)) from None
    said = claims if TENANT in provider.issuer else _with_email(provider, metadata, claims, tokens)
    email = _text(said, "email", 320) or (_text(said, "preferred_username", 320) if TENANT in provider.issuer else "")
    return Person(
        provider=provider.key,
        issuer=str(claims["iss"]),
        subject=subject,
        email=email,
        email_verified=provider.states_email and said.get("email_verified") in (True, "true"),
        name=_text(said, "name", 120) or " ".join(filter(None, (_text(said, "given_name", 60), _text(said, "family_name", 60)))),
        timezone=_text(said, "zoneinfo", 64),
        auth_time=auth_time,
    )


def _exchange(provider: Provider, metadata: Mapping[str, Any], *, redirect_uri: str, code: str, verifier: str) -> Mapping[str, Any]:
    """The token endpoint's answer. The secret goes in the body where the provider takes it there: in a header its encoding is disputed."""
    from authlib.integrations.base_client import OAuthError
    from authlib.integrations.httpx_client import OAuth2Client

    offered = metadata.get("token_endpoint_auth_methods_supported")
    method = "client_secret_post" if isinstance(offered, list) and "client_secret_post" in offered else "client_secret_basic"
    with (
        oidc_http.translated(provider.key),
        OAuth2Client(
            provider.client_id,
            provider.client_secret,
            token_endpoint_auth_method=method,
            redirect_uri=redirect_uri,
            **oidc_http.bounds(),
        ) as client,
    ):
        try:
            found: Mapping[str, Any] = client.fetch_token(
                metadata["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=verifier
            )
        except OAuthError as error:
            raise _refused(provider, f"the token endpoint said {str(error.error)[:60]!r}") from None
    return found


def _with_email(provider: Provider, metadata: Mapping[str, Any], claims: Mapping[str, Any], tokens: Mapping[str, Any]) -> Mapping[str, Any]:
    """The claims about the person; from the UserInfo endpoint (OpenID Connect Core §5.3) when the ID token has no address."""
    endpoint, token = metadata.get("userinfo_endpoint"), tokens.get("access_token")
    if "email" in claims or not isinstance(endpoint, str) or not isinstance(token, str):
        return claims
    said = oidc_http.get_json(_checked(provider, endpoint), provider.key, token=token)
    if said.get("sub") != claims["sub"]:
        raise _refused(provider, "the UserInfo endpoint spoke of somebody else")
    return said


def _metadata(provider: Provider) -> Mapping[str, Any]:
    """The discovery document (OpenID Connect Discovery §4), whose issuer must be the one of the settings."""
    found = oidc_http.cached_json(provider.metadata_url, provider.key)
    issuer = found.get("issuer")
    if not isinstance(issuer, str) or not _is(provider.issuer, issuer):
        log.get(__name__).error("provider %s names itself %r, and the settings say %r", provider.key, issuer, provider.issuer)
        raise ProviderAway("The provider is not set up rightly here. Log in with your password, and tell whoever runs this instance.")
    return {**found, **{name: _checked(provider, found.get(name)) for name in _ENDPOINTS}}


def _checked(provider: Provider, endpoint: object) -> str:
    """An address of the provider's own document, encrypted unless the whole provider is on this machine."""
    scheme = urlsplit(provider.metadata_url).scheme
    if not isinstance(endpoint, str) or urlsplit(endpoint).scheme not in ("https", scheme):
        log.get(__name__).error("provider %s has no usable address: %r", provider.key, endpoint)
        raise ProviderAway("The provider is not set up rightly. Log in with your password, and tell whoever runs this instance.")
    return endpoint


def _keys(metadata: Mapping[str, Any], *, newest: bool) -> list[Any]:
    keys = oidc_http.cached_json(metadata["jwks_uri"], "jwks", newest=newest).get("keys")
    return keys if isinstance(keys, list) else []


def _is(named: str, issuer: str) -> bool:
    """Whether an issuer is the one that is named, or one of the many that a name with `{tenantid}` stands for."""
    if named == issuer or TENANT not in named:
        return named == issuer
    before, _, after = named.partition(TENANT)
    return re.fullmatch(re.escape(before) + id_token.GUID + re.escape(after), issuer) is not None


def _text(claims: Mapping[str, Any], name: str, longest: int) -> str:
    value = claims.get(name)
    return value.strip() if isinstance(value, str) and len(value) <= longest and value.isprintable() else ""


def _well_known(issuer: str) -> str:
    return f"{issuer.rstrip('/')}/.well-known/openid-configuration"


def _refused(provider: Provider, why: str) -> ProviderRefused:
    log.get(__name__).warning("log-in with %s refused: %s", provider.key, why)
    return ProviderRefused("The provider's answer did not hold. Nothing was changed; try again.")
