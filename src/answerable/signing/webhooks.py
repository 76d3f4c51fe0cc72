"""Signatures of messages over HTTP, as Standard Webhooks has them (https://www.standardwebhooks.com, symmetric).

    webhook-id: ap_2f…-1
    webhook-timestamp: 1614265330
    webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=

Signed is `ID.TIMESTAMP.BODY`, by HMAC-SHA256. While a secret is changed, several signatures stand there, with a
space between.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

from answerable.values.errors import SignatureError

PREFIX = "whsec_"
LEAST_BYTES, MOST_BYTES = 24, 64
TOLERANCE_SECONDS = 300
_VERSION = "v1,"


def webhook_secret(text: str) -> bytes:
    """The secret in `whsec_` and base64. Raises SignatureError, which does not quote it."""
    try:
        secret = base64.b64decode(text.strip().removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise SignatureError("a webhook's secret is 'whsec_' and base64, and this is not") from None
    if not LEAST_BYTES <= len(secret) <= MOST_BYTES:
        raise SignatureError(f"a webhook's secret has {LEAST_BYTES} to {MOST_BYTES} bytes, not {len(secret)}")
    return secret


def webhook_headers(secrets: Sequence[bytes], message: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers. `message` is the id, the same for every try. Raises ValueError where it has a dot."""
    if "." in message or not message.isascii() or not message.isprintable():
        raise ValueError(f"'{message}' can't be a message's id: it has no dot, and is printable ASCII")
    signatures = [_signature(secret, message, str(timestamp), body) for secret in secrets]
    return {
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def check_webhook(
    secrets: Sequence[bytes], message: str, timestamp: str, signature: str, body: bytes, now: int
) -> None:
    """What a receiver does first. Raises SignatureError: a signature that does not hold, or an old message."""
    well_formed = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= len(str(2**63))
    if not well_formed or abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        raise SignatureError(f"the message is not of the last {TOLERANCE_SECONDS} seconds")
    given = [one.encode("utf-8", "replace") for one in signature.split(" ")]
    held = False
    for secret in secrets:
        expected = _signature(secret, message, timestamp, body).encode()
        for one in given:
            held |= hmac.compare_digest(expected, one)
    if not held:
        raise SignatureError("the message is not signed with a secret that is known here")


def _signature(secret: bytes, message: str, timestamp: str, body: bytes) -> str:
    mac = hmac.new(secret, f"{message}.{timestamp}.".encode("utf-8", "replace") + body, hashlib.sha256)
    return _VERSION + base64.b64encode(mac.digest()).decode()
