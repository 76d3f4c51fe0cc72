"""One bounded GET over HTTPS, for documents full of keys: whoever can change them can be anybody."""

import ssl
from pathlib import Path

import aiohttp

from answerable.identity.keys import MOST_SET_BYTES
from answerable.values.errors import IdentityError

_SECONDS = 10.0
_OK = 200


class HttpsDocument:
    """A document at a URL. The server's certificate is verified, against the authorities of a file where one is named.

    Redirects are not followed: where the keys of a trust domain come from is for its owner to say.
    """

    def __init__(self, url: str, authorities: Path | None = None) -> None:
        """Raises IdentityError where the URL is not https:// or the file can't be used."""
        if not url.startswith("https://") or "@" in url.partition("://")[2].partition("/")[0]:
            raise IdentityError(f"'{url}' can't be used; write https://HOST/PATH, with no user in it")
        self.url = url
        try:
            self._context = ssl.create_default_context(cafile=str(authorities) if authorities else None)
        except (OSError, ssl.SSLError) as error:
            raise IdentityError(f"'{authorities}' holds no certificates that can be used: {error}") from error

    async def read(self) -> bytes:
        """The document. Raises IdentityError where it can't be had in time, or is too large."""
        timeout = aiohttp.ClientTimeout(total=_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session,
                session.get(self.url, ssl=self._context, allow_redirects=False) as answer,
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
