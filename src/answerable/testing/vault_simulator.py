"""A stand-in for HashiCorp Vault's Transit and key-value engines, after its published HTTP API.

    simulator = VaultSimulator({"token-of-the-gateway"})
    simulator.create("ledger", "ed25519")
    with serve_in_thread(simulator.app) as url: ...

Answers, statuses and error texts are those of the API's pages and of what Vault is known to say.
It is not Vault: what was only tested against this was tested against our reading of those pages.
"""

import asyncio
import base64
import binascii
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

_NONCE_BYTES = 12
_NO_KEY = "encryption key not found"
_Body = dict[str, Any]
_TOO_OLD = "ciphertext or signature version is disallowed by policy (too old)"


class _Refused(Exception):
    def __init__(self, status: int, *errors: str) -> None:
        super().__init__(status)
        self.status, self.errors = status, errors


@dataclass
class TransitKey:
    """A key and its versions, counted from 1."""

    name: str
    type: str
    derived: bool = False
    secrets: list[bytes] = field(default_factory=list, repr=False)
    min_decryption_version: int = 1
    min_encryption_version: int = 0

    def rotate(self) -> None:
        self.secrets.append(secrets.token_bytes(32))

    def described(self) -> dict[str, object]:
        """What reading the key answers."""
        signs = self.type == "ed25519"
        return {
            "name": self.name, "type": self.type, "derived": self.derived, "latest_version": len(self.secrets),
            "min_available_version": 0, "min_decryption_version": self.min_decryption_version,
            "min_encryption_version": self.min_encryption_version, "deletion_allowed": False, "exportable": False,
            "allow_plaintext_backup": False, "supports_encryption": not signs, "supports_decryption": not signs,
            "supports_signing": signs, "supports_derivation": True, "auto_rotate_period": 0, "imported_key": False,
            "keys": {
                str(version): self._version(secret)
                for version, secret in enumerate(self.secrets, start=1)
                if version >= self.min_decryption_version
            },
        }  # fmt: skip

    def _version(self, secret: bytes) -> object:
        made = datetime(2026, 11, 24, tzinfo=UTC)
        if self.type != "ed25519":
            return int(made.timestamp())
        public = Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
        return {
            "name": self.type, "public_key": base64.b64encode(public).decode(), "certificate_chain": "",
            "creation_time": made.isoformat(),
        }  # fmt: skip

    def chosen(self, asked: object) -> tuple[int, bytes]:
        """The version to sign or encrypt with, and its secret."""
        version = asked if isinstance(asked, int) and asked else len(self.secrets)
        if not 0 < version <= len(self.secrets):
            raise _Refused(400, "requested version for signing is higher than the latest key version")
        if version < max(self.min_encryption_version, self.min_decryption_version):
            raise _Refused(400, "requested version is less than the minimum encryption key version")
        return version, self.secrets[version - 1]


class VaultSimulator:
    """Its keys, and how it feels: `sealed`, `slow` (seconds before each answer), `fault` (see `_faulty`)."""

    def __init__(self, tokens: set[str]) -> None:
        self.tokens = tokens
        self.keys: dict[str, TransitKey] = {}
        self.kept: dict[str, dict[str, object]] = {}
        """Secrets of the key-value engine (version 2) at `secret/`, by their paths."""
        self.sealed, self.slow, self.fault = False, 0.0, ""
        self.asked: list[str] = []
        """Method and path of every request, in order."""
        self.app = Starlette(
            routes=[
                Route("/v1/transit/{what}/{name}", self._answer, methods=["GET", "POST"]),
                Route("/v1/secret/data/{path:path}", self._answer_kept, methods=["GET"]),
                Route("/{rest:path}", self._answer, methods=["GET", "POST"]),
            ]
        )

    def create(self, name: str, kind: str, *, derived: bool = False) -> TransitKey:
        """A key with one version."""
        key = self.keys[name] = TransitKey(name, kind, derived)
        key.rotate()
        return key

    async def _answer(self, request: Request) -> Response:
        if self.fault:
            return self._faulty(request)
        works = {
            ("GET", "keys"): self._read,
            ("POST", "sign"): self._sign,
            ("POST", "encrypt"): self._encrypt,
            ("POST", "decrypt"): self._decrypt,
        }
        what = request.path_params.get("what", "")
        return await self._answered(request, works.get((request.method, what), self._nothing))

    async def _answer_kept(self, request: Request) -> Response:
        return self._faulty(request) if self.fault else await self._answered(request, self._read_kept)

    async def _answered(self, request: Request, work: Callable[[Request, _Body], object]) -> Response:
        self.asked.append(f"{request.method} {request.url.path}")
        await asyncio.sleep(self.slow)
        raw = await request.body()
        try:
            self._admit(request)
            data = work(request, msgspec.json.decode(raw, type=_Body) if raw else {})
        except _Refused as refused:
            return JSONResponse({"errors": list(refused.errors)}, refused.status)
        except msgspec.MsgspecError:
            return JSONResponse({"errors": ["failed to parse JSON input"]}, 400)
        return JSONResponse({
            "request_id": "9a5d6a8e-4e25-4f53-8f3c-7b62c3b3a0a1", "lease_id": "", "renewable": False,
            "lease_duration": 0, "data": data, "wrap_info": None, "warnings": None, "auth": None,
            "mount_type": "transit",
        })  # fmt: skip

    def _admit(self, request: Request) -> None:
        if self.sealed:
            raise _Refused(503, "Vault is sealed")
        if request.headers.get("x-vault-token", "") not in self.tokens:
            raise _Refused(403, "permission denied")

    def _faulty(self, request: Request) -> Response:
        token, raw = request.headers.get("x-vault-token", ""), "application/json"
        answers = {
            "redirect": RedirectResponse("http://127.0.0.1:9/v1/elsewhere", 307),
            "huge": Response(b'{"data": "' + b"x" * 2_000_000 + b'"}', media_type=raw),
            "no json": Response(b"<html>a proxy's page</html>", media_type="text/html"),
            "other json": JSONResponse({"data": {"signature": 7, "keys": [], "ciphertext": None}}),
            "no data": JSONResponse([1]),
            "echo": JSONResponse({"errors": [f"who is {token}?"]}, 500),
        }
        return answers[self.fault]

    def _key(self, request: Request, missing: int = 400) -> TransitKey:
        found = self.keys.get(request.path_params["name"])
        if found is None:
            raise _Refused(missing, *([_NO_KEY] if missing == 400 else []))  # noqa: PLR2004 – the status
        return found

    def _nothing(self, _: Request, __: _Body) -> object:
        raise _Refused(404, "no handler for route. route entry not found.")

    def _read_kept(self, request: Request, _: _Body) -> object:
        found = self.kept.get(request.path_params["path"])
        if found is None:
            raise _Refused(404)
        metadata = {
            "created_time": "2026-11-24T00:00:00Z",
            "deletion_time": "",
            "destroyed": False,
            "version": 1,
        }
        return {"data": found, "metadata": metadata}

    def _read(self, request: Request, _: _Body) -> object:
        return self._key(request, missing=404).described()

    def _sign(self, request: Request, body: _Body) -> object:
        key = self._key(request)
        if key.type != "ed25519":
            raise _Refused(400, f"key type {key.type} does not support signing")
        version, secret = key.chosen(body.get("key_version"))
        signature = Ed25519PrivateKey.from_private_bytes(secret).sign(_base64(body.get("input", "")))
        return {
            "signature": f"vault:v{version}:{base64.b64encode(signature).decode()}",
            "key_version": version,
        }

    def _encrypt(self, request: Request, body: _Body) -> object:
        key = self._key(request)
        if key.type == "ed25519":
            raise _Refused(400, f"key type {key.type} does not support encryption")
        version, secret = key.chosen(body.get("key_version"))
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + AESGCM(secret).encrypt(nonce, _base64(body.get("plaintext", "")), None)
        return {"ciphertext": f"vault:v{version}:{base64.b64encode(sealed).decode()}", "key_version": version}

    def _decrypt(self, request: Request, body: _Body) -> object:
        key = self._key(request)
        prefix, _, rest = str(body.get("ciphertext", "")).removeprefix("vault:v").partition(":")
        if not prefix.isdigit():
            raise _Refused(400, "invalid ciphertext: no prefix")
        version, sealed = int(prefix), _base64(rest)
        if version < key.min_decryption_version:
            raise _Refused(400, _TOO_OLD)
        if version > len(key.secrets):
            raise _Refused(400, "invalid ciphertext: version is too new")
        try:
            plain = AESGCM(key.secrets[version - 1]).decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None
            )
        except (InvalidTag, ValueError):
            raise _Refused(400, "invalid ciphertext: unable to decrypt") from None
        return {"plaintext": base64.b64encode(plain).decode()}


def _base64(text: object) -> bytes:
    try:
        return base64.b64decode(str(text), validate=True)
    except (binascii.Error, ValueError):
        raise _Refused(400, "failed to base64-decode input") from None
