"""One bounded GET over HTTPS, for documents full of keys: whoever can change them can be anybody."""

import ipaddress
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from answerable.identity.keys import MOST_SET_BYTES
from answerable.values.errors import IdentityError

_SECONDS = 10.0
_OK = 200


class HttpsDocument:
    """A document at a URL. The server's certificate is verified, against the authorities of a file where one is named.

    Redirects are not followed: where the keys of a trust domain come from is for its owner to say.
    """

    def __init__(self, url: str, authorities: Path | None = None, *, loopback: bool = False) -> None:
        """`loopback`: plain http:// will do on this machine, where nobody else is on the line.

        Raises IdentityError where the URL is not https:// or the file can't be used.
        """
        if not (is_https(url) or (loopback and is_loopback(url))):
            raise IdentityError(f"'{url}' can't be used; write https://HOST/PATH, with no user in it")
        self.url = url
        self._context = trusting(authorities)

    async def read(self, context: ssl.SSLContext | None = None) -> bytes:
        """The document. Raises IdentityError where it can't be had in time, or is too large.

        `context` is what the server is verified by, where that changes from one time to the next.
        """
        timeout = aiohttp.ClientTimeout(total=_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session,
                session.get(self.url, ssl=context or self._context, allow_redirects=False) as answer,
            ):
                if answer.status != _OK:
                    raise IdentityError(f"'{self.url}' answered with status {answer.status}")
                body = bytearray()
                async for piece in answer.content.iter_any():
                    body += piece
                    if len(body) > MOST_SET_BYTES:
                        raise IdentityError(f"'{self.url}' answered with more than {MOST_SET_BYTES} bytes")
                return bytes(body)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise IdentityError(f"'{self.url}' can't be read: {str(error) or 'no answer in time'}") from error


def is_https(url: str) -> bool:
    """`https://HOST…` with no user in it."""
    return url.startswith("https://") and "@" not in url.partition("://")[2].partition("/")[0]


def is_loopback(url: str) -> bool:
    """`http://` to this machine: by a loopback address, or by the name localhost (RFC 6761, section 6.3)."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme != "http" or parts.username is not None:
            return False
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def trusting(authorities: Path | None) -> ssl.SSLContext:
    """TLS for clients, by the authorities of a file or else the machine's. Raises IdentityError."""
    try:
        return ssl.create_default_context(cafile=str(authorities) if authorities else None)
    except (OSError, ssl.SSLError) as error:
        raise IdentityError(f"'{authorities}' holds no certificates that can be used: {error}") from error
