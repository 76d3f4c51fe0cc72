"""Tokens that no honest program would make, signed all the same."""

import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey

from answerable.grants.jose import base64url


def signed(text: str, key: ECKey) -> str:
    """ES256 over exactly this text, whatever it is."""
    assert key.private_key is not None
    r, s = decode_dss_signature(key.private_key.sign(text.encode(), ECDSA(SHA256())))
    return f"{text}.{base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def forged(header: Any, claims: Any, key: ECKey) -> str:
    """A token of that header and those claims; bytes stand as they are."""
    parts = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in (header, claims)]
    return signed(".".join(base64url(one) for one in parts), key)
