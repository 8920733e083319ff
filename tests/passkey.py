"""An authenticator in software (WebAuthn level 3, ES256): what a phone or a security key answers, and what a forger would.

`Authenticator.make` and `.use` take the options that the service gives out and return what the browser would send, as JSON.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

ORIGIN = "http://localhost:3000"
UP, UV, AT = 0x01, 0x04, 0x40


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Authenticator:
    origin: str = ORIGIN
    rp_id: str = "localhost"
    flags: int = UP | UV
    count: int = 0
    step: int = 1
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    ident: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: str = ""

    def make(self, options: dict[str, Any], **client: Any) -> str:
        """The answer to `navigator.credentials.create`; `client` changes what its client data say."""
        self.handle = options["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + struct.pack(">H", len(self.ident)) + self.ident + cbor2.dumps(public)
        statement = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": self._data(self.flags | AT) + attested})
        said = self._client("webauthn.create", options, client)
        return self._answer({"clientDataJSON": b64(said), "attestationObject": b64(statement)})

    def use(self, options: dict[str, Any], *, handle: str | None = None, **client: Any) -> str:
        """The answer to `navigator.credentials.get`; the counter goes on by `step`."""
        self.count += self.step
        data, said = self._data(self.flags), self._client("webauthn.get", options, client)
        signature = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(SHA256()))
        answer = {"clientDataJSON": b64(said), "authenticatorData": b64(data), "signature": b64(signature)}
        return self._answer({**answer, "userHandle": self.handle if handle is None else handle})

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + struct.pack(">I", self.count)

    def _client(self, kind: str, options: dict[str, Any], changed: dict[str, Any]) -> bytes:
        return json.dumps(
            {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False, **changed}
        ).encode()

    def _answer(self, response: dict[str, Any]) -> str:
        return json.dumps(
            {"id": b64(self.ident), "rawId": b64(self.ident), "type": "public-key", "response": response, "clientExtensionResults": {}}
        )
