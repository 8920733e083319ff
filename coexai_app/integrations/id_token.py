"""Checks an ID token (OpenID Connect Core §3.1.3.7). Pure but for the keys, which `oidc.py` fetches."""

from __future__ import annotations

import hmac
import re
import warnings
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, GuestProtocol, RSAKey

TENANT: Final = "{tenantid}"
GUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
LEEWAY: Final = 60
MAX_LENGTH: Final = 32_768
MAX_SUBJECT: Final = 255  # OpenID Connect Core §2
MIN_RSA_BITS: Final = 2048
# Signatures by a private key that only the issuer has. Neither `none` nor HS*: whoever knows the public key could make those.
KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {**{f"{family}{size}": "RSA" for family in ("RS", "PS") for size in (256, 384, 512)}, "ES256": "EC", "ES384": "EC", "ES512": "EC"}
)
Keys = Callable[[bool], list[Any]]


class Broken(Exception):
    """The token does not hold; the text says why, for the log."""


def verify(token: str, *, issuer: str, client_id: str, nonce: str, algorithms: object, keys: Keys, at: datetime) -> Mapping[str, Any]:
    """The claims of a token that `issuer` signed for this client and this log-in, at a moment of the database's clock. Raises Broken.

    `issuer` may hold `{tenantid}`, which the token's `tid` fills. `algorithms` are those that the issuer announces; `keys(False)` gives its
    key set, `keys(True)` a newly fetched one, which is asked for once when no key fits.
    """
    claims = _signed(token, issuer, algorithms, keys)
    _check_issuer(claims, issuer)
    _check_audience(claims, client_id)
    _check_times(claims, int(at.timestamp()))
    said = claims.get("nonce")
    if not isinstance(said, str) or not hmac.compare_digest(said.encode("utf-8", "surrogatepass"), nonce.encode()):
        raise Broken("the nonce is another one")
    return claims


def subject(claims: Mapping[str, Any], *, tenants: bool) -> str:
    """Who it is within the issuer: `sub`, or with `tenants` the object id, which is the same for every client. Raises Broken."""
    value = claims.get("oid" if tenants else "sub")
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_SUBJECT or not value.isprintable():
        raise Broken("it names nobody")
    if tenants and not re.fullmatch(GUID, value.lower()):
        raise Broken("the object id is none")
    return value.lower() if tenants else value


def _signed(token: str, issuer: str, algorithms: object, keys: Keys) -> dict[str, Any]:
    from joserfc import jwt
    from joserfc.errors import JoseError

    announced = algorithms if isinstance(algorithms, list) else ["RS256"]
    allowed = [name for name in KINDS if name in announced]
    if not token or not token.isascii() or len(token) > MAX_LENGTH:
        raise Broken("there is no token, or it is too long")

    used: dict[str, Any] = {}

    def key_of(signature: GuestProtocol) -> RSAKey | ECKey:
        header = signature.headers()
        if header.get("alg") not in allowed:
            raise Broken(f"it is signed with {str(header.get('alg'))[:20]!r}")
        found = _key(header, keys(False)) or _key(header, keys(True))
        if found is None:
            raise Broken("no key of the issuer fits")
        used.update(found)
        return _imported(found)

    try:
        claims = jwt.decode(token, key_of, algorithms=allowed).claims
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Broken(f"the signature does not hold ({type(error).__name__})") from None
    if not isinstance(claims, dict):
        raise Broken("it holds no claims")
    # Microsoft says of each key whose it is: that of one tenant must not sign for another.
    if TENANT in issuer and str(used.get("issuer", issuer)).replace(TENANT, str(claims.get("tid"))) != claims.get("iss"):
        raise Broken("the key belongs to another issuer")
    return claims


def _key(header: Mapping[str, Any], keys: list[Any]) -> dict[str, Any] | None:
    """The one key that the header names; without a name, the only one there is for its algorithm."""
    kind, kid = KINDS[header["alg"]], header.get("kid")
    fitting = [
        key
        for key in keys
        if isinstance(key, dict)
        and key.get("kty") == kind
        and key.get("use", "sig") == "sig"
        and key.get("alg", header["alg"]) == header["alg"]
        and (kid is None or key.get("kid") == kid)
    ]
    return fitting[0] if len(fitting) == 1 else None


def _imported(key: Mapping[str, Any]) -> RSAKey | ECKey:
    """The public key of a JWK (RFC 7517), without whatever else its entry says."""
    from joserfc.jwk import ECKey, RSAKey

    public = {name: value for name, value in key.items() if name in ("kty", "n", "e", "crv", "x", "y", "kid")}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library warns of small keys, which are refused here
        found: RSAKey | ECKey = RSAKey.import_key(public) if key["kty"] == "RSA" else ECKey.import_key(public)
    if isinstance(found, RSAKey) and found.public_key.key_size < MIN_RSA_BITS:
        raise Broken("the issuer's key is too small")
    return found


def _check_issuer(claims: Mapping[str, Any], issuer: str) -> None:
    tenant = claims.get("tid")
    if TENANT in issuer:
        if not isinstance(tenant, str) or not re.fullmatch(GUID, tenant):
            raise Broken("it names no tenant")
        issuer = issuer.replace(TENANT, tenant)
    if claims.get("iss") != issuer:
        raise Broken("it is of another issuer")


def _check_audience(claims: Mapping[str, Any], client_id: str) -> None:
    audience = claims.get("aud")
    named = [audience] if isinstance(audience, str) else audience
    if not isinstance(named, list) or client_id not in named:
        raise Broken("it is for another client")
    if (len(named) > 1 or "azp" in claims) and claims.get("azp") != client_id:
        raise Broken("it was given to another client")


def _check_times(claims: Mapping[str, Any], now: int) -> None:
    ends, made, begins = (moment(claims, name) for name in ("exp", "iat", "nbf"))
    if ends is None or made is None:
        raise Broken("it has no time")
    if ends <= now - LEEWAY:
        raise Broken("it is over")
    if made > now + LEEWAY or (begins is not None and begins > now + LEEWAY):
        raise Broken("it is of the future")


def moment(claims: Mapping[str, Any], name: str) -> int | None:
    """A time of the token in seconds since 1970. Raises Broken for what is none."""
    value = claims.get(name)
    if value is None:
        return None
    if type(value) not in (int, float) or not abs(value) < 1e12:
        raise Broken(f"its {name} is no time")
    return int(value)
