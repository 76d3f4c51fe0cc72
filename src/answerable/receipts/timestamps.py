"""Timestamps: an authority's word that bytes were there by a certain time (RFC 3161).

The log's own time is its owner's word; the authority has no stake in it. A timestamp is kept as
the authority's whole reply, so `openssl ts -verify` reads it as well. Certificates are held
against the time of the timestamp, not the time of checking. Whether one was revoked is not
known here: that needs a network.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client import (
    TimeStampResponse,
    TimeStampTokenInfo,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from answerable.receipts.certificate_order import in_order
from answerable.values import rfc3339
from answerable.values.errors import ProofError, SettingsError

MOST_BYTES = 64 * 1024
"""Of a reply: one token with its certificates is a few thousand."""
_SHA256 = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")
_UNREADABLE = ValueError, TypeError, LookupError, x509.InvalidVersion
"""What the libraries raise for bytes that are none of theirs: found by altering replies at random."""
_GRANTED = 0
_REFUSALS = {1: "granted with changes", 2: "rejected", 3: "waiting", 4: "to be revoked", 5: "revoked"}


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A timestamp over certain bytes. Who says so is checked only by `check_timestamp`."""

    at: datetime
    """UTC; how far off it may be is in the authority's policy."""
    authority: str
    """The subject of its certificate (RFC 4514)."""
    serial: int
    """The authority's number for it."""


def authorities_from(pem: bytes) -> tuple[x509.Certificate, ...]:
    """The certificates of authorities: the roots that are trusted, and what leads to them.

    Raises SettingsError where they can't be read, or no root is among them.
    """
    try:
        found = tuple(dict.fromkeys(x509.load_pem_x509_certificates(pem)))
    except ValueError as error:
        raise SettingsError(
            f"an authority's certificates are a PEM file; this can't be read: {error}"
        ) from error
    if not any(one.subject == one.issuer for one in found):
        raise SettingsError("no root is among the authority's certificates; one that signed itself is needed")
    return found


def read_timestamp(raw: bytes, content: bytes, nonce: int | None) -> Timestamp:
    """What a reply states over these bytes, in answer to this nonce; no signature is verified.

    Raises ProofError, saying what is wrong with it.
    """
    reply = _granted(raw)
    info = _stated(reply, content)
    if info.nonce != nonce:
        raise ProofError("the timestamp answers another request: its nonce is not the one that was sent")
    return _timestamp(info, _signer(reply))


def check_timestamp(raw: bytes, content: bytes, authorities: Sequence[x509.Certificate]) -> Timestamp:
    """Verify a reply as RFC 3161 (sections 2.2, 2.3 and 2.4.2) says.

    1. The authority granted it, and it is over the SHA-256 of these bytes.
    2. One certificate signed it, is in it, and is for timestamps and nothing else.
    3. That certificate was valid at the time that it states.
    4. The signature holds, and leads to one of `authorities` through certificates valid at that time.

    Raises ProofError, naming what fails.
    """
    reply = _granted(raw)
    info = _stated(reply, content)
    certificate = _signer(reply, authorities)
    _check_usage(certificate)
    _check_validity(certificate, info.gen_time)
    builder = VerifierBuilder()
    for one in dict.fromkeys(authorities):
        builder = builder.add_root_certificate(one)
    try:
        builder.build().verify_message(reply, content)
    except (VerificationError, *_UNREADABLE) as error:
        raise ProofError(_why(str(error), _name(certificate), info.gen_time)) from error
    return _timestamp(info, certificate)


def _granted(raw: bytes) -> TimeStampResponse:
    if len(raw) > MOST_BYTES:
        raise ProofError(f"a timestamp is at most {MOST_BYTES} bytes; this is {len(raw)}")
    try:
        reply = decode_timestamp_response(in_order(raw))
        status, words = reply.status, "; ".join(reply.status_string)
    except _UNREADABLE as error:
        raise ProofError(f"the timestamp can't be read: {error}") from error
    if status != _GRANTED:
        said = f": {words[:200]}" if words else ""
        raise ProofError(f"the authority gave no timestamp, but said '{_REFUSALS.get(status, status)}'{said}")
    return reply


def _stated(reply: TimeStampResponse, content: bytes) -> TimeStampTokenInfo:
    try:
        info = reply.tst_info
        imprint = info.message_imprint
    except _UNREADABLE as error:
        raise ProofError(f"the timestamp can't be read: {error}") from error
    if imprint.hash_algorithm != _SHA256 or imprint.message != hashlib.sha256(content).digest():
        raise ProofError("the timestamp is over other bytes than these")
    return info


def _signer(reply: TimeStampResponse, authorities: Sequence[x509.Certificate] = ()) -> x509.Certificate:
    """The certificate that the one signer names.

    No other may go by the same issuer and number, or one could be checked and the other shown.
    """
    try:
        signers = list(reply.signed_data.signer_infos)
        if len(signers) != 1:
            raise ProofError(f"one authority signs a timestamp; {len(signers)} did")
        named = signers[0].issuer, signers[0].serial_number
        held = {x509.load_der_x509_certificate(one) for one in reply.signed_data.certificates}
        found = {one for one in held if (one.issuer, one.serial_number) == named}
    except _UNREADABLE as error:
        raise ProofError(f"the timestamp can't be read: {error}") from error
    if not found:
        raise ProofError("the timestamp does not hold its authority's certificate")
    found |= {one for one in authorities if (one.issuer, one.serial_number) == named}
    if len(found) > 1:
        raise ProofError("two certificates go by the name of the timestamp's authority")
    return found.pop()


def _timestamp(info: TimeStampTokenInfo, certificate: x509.Certificate) -> Timestamp:
    return Timestamp(info.gen_time, _name(certificate), info.serial_number)


def _name(certificate: x509.Certificate) -> str:
    """Who a certificate is of, fit to be printed."""
    try:
        name = certificate.subject.rfc4514_string()
    except _UNREADABLE:
        return "?"
    return "".join(one if one.isprintable() else "?" for one in name)


def _check_usage(certificate: x509.Certificate) -> None:
    """RFC 3161 section 2.3: the extended key usage is critical, and is for timestamps alone."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        alone = usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
    except (x509.ExtensionNotFound, x509.DuplicateExtension, *_UNREADABLE):
        alone = False
    if not alone:
        raise ProofError(
            f"the certificate '{_name(certificate)}' is not one for timestamps: its extended key usage is another"
        )


def _check_validity(certificate: x509.Certificate, at: datetime) -> None:
    since, until = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if at > until:
        raise ProofError(
            f"the authority's certificate had expired by {rfc3339(at)}: it ends {rfc3339(until)}"
        )
    if at < since:
        raise ProofError(
            f"the authority's certificate was not valid yet at {rfc3339(at)}: it begins {rfc3339(since)}"
        )


def _why(said: str, name: str, at: datetime) -> str:
    """What failed, from the words of OpenSSL: only ever told, never decided on."""
    if "certificate verify error" not in said:
        return "the timestamp's signature does not hold: it was altered"
    if "has expired" in said:
        return f"a certificate above the authority's had expired by {rfc3339(at)}"
    reason = said.rpartition("Verify error: ")[2].partition('"')[0]
    return f"the timestamp by '{name}' does not lead to a certificate that was given: {reason[:200]}"
