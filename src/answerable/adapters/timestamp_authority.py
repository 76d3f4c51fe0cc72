"""A time-stamping authority over HTTP (RFC 3161 section 3.4), and the certificates that one is known by."""

from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from cryptography.x509 import Certificate
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from answerable.receipts.timestamps import MOST_BYTES, authorities_from, read_timestamp
from answerable.values.errors import LedgerUnavailable, SettingsError

_QUERY, _REPLY = "application/timestamp-query", "application/timestamp-reply"
_SECONDS = 30.0
_MOST_PEM = 1024 * 1024
_NO_URL = "a time-stamping authority is named by its URL, as in https://tsa.example/tsr"


async def ask_timestamp(url: str, content: bytes, seconds: float = _SECONDS) -> bytes:
    """The authority's reply over the SHA-256 of these bytes, which it never sees.

    What it states is checked, and not who says so: that is `check_timestamp`, with certificates.
    Raises SettingsError where that is no URL, LedgerUnavailable where the authority can't be asked,
    ProofError where its answer is none to the question or is a refusal.
    """
    name = _shown(url)
    request = TimestampRequestBuilder().data(content).hash_algorithm(HashAlgorithm.SHA256).build()
    timeout = aiohttp.ClientTimeout(total=seconds)
    headers = {"Content-Type": _QUERY, "Accept": _REPLY, "Accept-Encoding": "identity"}
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as session,
            session.post(url, data=request.as_bytes(), headers=headers, allow_redirects=False) as answer,
        ):
            if answer.status != 200:  # noqa: PLR2004 – OK
                raise LedgerUnavailable(f"the authority at '{name}' answered with status {answer.status}")
            if answer.content_type != _REPLY:
                told = answer.content_type[:80]
                raise LedgerUnavailable(f"the authority at '{name}' answered with '{told}', not a timestamp")
            raw = await _read(answer.content, name)
    except aiohttp.InvalidURL:
        raise SettingsError(_NO_URL) from None
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        why = str(error) or f"no answer in {seconds:g} seconds"
        raise LedgerUnavailable(f"the authority at '{name}' can't be reached: {why}") from error
    read_timestamp(raw, content, request.nonce)
    return raw


def read_authorities(path: Path) -> tuple[Certificate, ...]:
    """The certificates in a PEM file. Raises SettingsError."""
    try:
        with path.open("rb") as file:
            pem = file.read(_MOST_PEM)
    except OSError as error:
        raise SettingsError(
            f"the authority's certificates '{path}' can't be read: {error.strerror}"
        ) from error
    return authorities_from(pem)


async def _read(stream: aiohttp.StreamReader, name: str) -> bytes:
    raw = bytearray()
    async for chunk in stream.iter_any():
        raw += chunk
        if len(raw) > MOST_BYTES:
            raise LedgerUnavailable(f"the authority at '{name}' answered with more than {MOST_BYTES} bytes")
    return bytes(raw)


def _shown(url: str) -> str:
    """The URL without what may be secret in it. Raises SettingsError where it is none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not host:
        raise SettingsError(_NO_URL)
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path}"
