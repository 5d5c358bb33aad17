"""A device that asks as somebody at a desk: enrols with a code, gets tokens, proves its key with each request.

Written from `docs/http-api.md` alone, as another system would be. Does not know what it asks for.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
import uuid

import httpx
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

# A token lives for ten minutes.
_RENEW_AFTER_S = 300


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    """A P-256 key, drawn anew."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.jwk = {"kty": "EC", "crv": "P-256", "x": base64url(self.point[1:33]), "y": base64url(self.point[33:])}

    def sign(self, message: bytes) -> bytes:
        r, s = utils.decode_dss_signature(self._key.sign(message, ec.ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


class Device:
    """One person's device: who the server said that it is, and its key."""

    def __init__(self, server: str, key: Key, who: dict[str, str]) -> None:
        self.server, self.who, self._key = server, who, key
        self._token, self._renew_at = "", 0.0
        self._lock = threading.Lock()

    @classmethod
    def enrolled(cls, server: str, code: str, name: str) -> Device:
        """With a one-time code and a key of its own."""
        key = Key()
        proof = key.sign(b"waymark/enrol/1" + code.encode() + key.point)
        enrol = {"code": code, "public_key": base64url(key.point), "proof": base64url(proof), "name": name}
        answer = httpx.post(f"{server}/v1/enrol", json=enrol)
        answer.raise_for_status()
        return cls(server, key, answer.json())

    def headers(self, method: str, url: str) -> dict[str, str]:
        """What a request carries."""
        token = self._fresh_token()
        said = base64url(hashlib.sha256(token.encode()).digest())
        return {"Authorization": f"DPoP {token}", "DPoP": self._proof(method, url, {"ath": said})}

    def _fresh_token(self) -> str:
        with self._lock:
            if time.monotonic() >= self._renew_at:
                self._token, self._renew_at = self._asked_token(), time.monotonic() + _RENEW_AFTER_S
            return self._token

    def _asked_token(self) -> str:
        url, now, device = f"{self.server}/v1/token", int(time.time()), self.who["device"]
        claims = {
            "iss": device,
            "sub": device,
            "aud": f"urn:waymark:force:{self.who['force']}",
            "iat": now,
            "exp": now + 120,
            "jti": str(uuid.uuid4()),
        }
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": self._jws({"alg": "ES256", "typ": "JWT"}, claims),
        }
        answer = httpx.post(url, data=form, headers={"DPoP": self._proof("POST", url, {})})
        answer.raise_for_status()
        return answer.json()["access_token"]

    def _proof(self, method: str, url: str, more: dict[str, str]) -> str:
        claims = {"htm": method, "htu": url.split("?")[0], "iat": int(time.time()), "jti": str(uuid.uuid4()), **more}
        return self._jws({"alg": "ES256", "typ": "dpop+jwt", "jwk": self._key.jwk}, claims)

    def _jws(self, header: dict[str, object], claims: dict[str, object]) -> str:
        parts = [base64url(json.dumps(part).encode()) for part in (header, claims)]
        return ".".join([*parts, base64url(self._key.sign(".".join(parts).encode()))])


class Auth(httpx.Auth):
    """The same for a client of httpx."""

    def __init__(self, device: Device) -> None:
        self._device = device

    def auth_flow(self, request: httpx.Request):
        request.headers.update(self._device.headers(request.method, str(request.url)))
        yield request
