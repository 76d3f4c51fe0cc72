"""Where an issuer says that its keys and endpoints are. Source: OpenID Connect Discovery, sections 3 and 4."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from answerable.adapters.identity.https import HttpsDocument, is_https, is_loopback
from answerable.identity import Keys, parse_jwks
from answerable.values.errors import IdentityError
from answerable.values.strict_json import JsonError, json_object

_LOG = logging.getLogger("answerable.identity")
_WHERE = "/.well-known/openid-configuration"


class Discovery:
    """An issuer's document, and what it points to.

    All of it is read over HTTPS, by the authorities of a file where one is named; over plain HTTP where the issuer
    is on loopback, and then on loopback alone.
    """

    def __init__(self, issuer: str, authorities: Path | None = None) -> None:
        """Raises IdentityError where the issuer's URL can't be one, or the file can't be used."""
        if "?" in issuer or "#" in issuer or not (is_https(issuer) or is_loopback(issuer)):
            raise IdentityError(
                f"the issuer '{issuer}' can't be used; write https://HOST/PATH, with no query in it"
            )
        self.issuer = issuer
        self._authorities, self._loopback = authorities, is_loopback(issuer)
        self._document = self._at(issuer.rstrip("/") + _WHERE)

    async def read(self) -> Mapping[str, Any]:
        """The document. Raises IdentityError where it can't be had, or is another issuer's."""
        where = self._document.url
        try:
            said = json_object(await self._document.read())
        except JsonError as error:
            raise IdentityError(f"'{where}' {error}") from None
        if said.get("issuer") != self.issuer:
            raise IdentityError(
                f"'{where}' says that it is of '{said.get('issuer')}', and not of '{self.issuer}'"
            )
        return said

    def endpoint(self, said: Mapping[str, Any], name: str) -> str:
        """A URL that the document names. Raises IdentityError where there is none that can be used."""
        url = said.get(name)
        if (
            not isinstance(url, str)
            or not (is_https(url) or (self._loopback and is_loopback(url)))
            or "#" in url
        ):
            raise IdentityError(f"'{name}' of '{self.issuer}' is '{url}', which can't be used")
        return url

    async def keys(self, said: Mapping[str, Any]) -> Keys:
        """The issuer's keys, from where the document says that they are. Raises IdentityError."""
        return keys_of(await self._at(self.endpoint(said, "jwks_uri")).read(), self.issuer)

    def _at(self, url: str) -> HttpsDocument:
        return HttpsDocument(url, self._authorities, loopback=self._loopback)


def keys_of(raw: bytes, issuer: str) -> Keys:
    """The keys in a set of an issuer's; the log says which were passed over. Raises IdentityError."""
    keys, ignored = parse_jwks(raw, f"the keys of '{issuer}'")
    for one in ignored:
        _LOG.warning("of the keys of '%s', %s was passed over", issuer, one)
    return keys
