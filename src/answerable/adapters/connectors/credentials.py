"""A back end's own credential: fetched for one call, put into it, and blotted out of whatever comes back.

It is in no call, result, message, log or representation. The model and the bot never have it, so they can't
be talked out of it.
"""

import asyncio
import base64
import html
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from urllib.parse import quote, quote_plus

from answerable.adapters.connectors.secrets import Secret
from answerable.values.errors import KeyUnavailable, SettingsError, SignatureError

BLOT = "[credential]"
SHORTEST = 8
"""Characters. A shorter one could not be told from other text in an answer."""
_LONGEST = 8192


class Where(Enum):
    """Where in a request a credential goes."""

    BEARER = "bearer"
    BASIC = "basic"
    HEADER = "header"
    QUERY = "query"
    PASSWORD = "password"  # noqa: S105 – a place, no password
    """Not in HTTP: handed to a client library."""


@dataclass(frozen=True, slots=True)
class Held:
    """A credential, for one call."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: tuple[str, str] | None = field(default=None, repr=False)
    secret: str = field(default="", repr=False)
    _forms: tuple[str, ...] = field(default=(), repr=False)

    def blot(self, text: str) -> str:
        """The text without the credential, however it is escaped in it; as it stands where it holds none."""
        if not self._forms:
            return text
        if "\\" in text:
            text = self._unescaped(text)
        for form in self._forms:
            text = text.replace(form, BLOT)
        return text

    def _unescaped(self, text: str) -> str:
        """Where it is JSON that holds the credential, escaped in whatever way: the same JSON without it."""
        try:
            value = json.loads(text)
            return json.dumps(self._walked(value)) if self._is_in(value) else text
        except ValueError:
            return text
        except RecursionError:
            return BLOT  # nobody can tell what is in it

    def _is_in(self, value: Any) -> bool:
        waiting = [value]
        while waiting:
            one = waiting.pop()
            if isinstance(one, str) and any(form in one for form in self._forms):
                return True
            if isinstance(one, dict):
                waiting += [*one.keys(), *one.values()]
            elif isinstance(one, list):
                waiting += one
        return False

    def _walked(self, value: Any) -> Any:
        match value:
            case str():
                for form in self._forms:
                    value = value.replace(form, BLOT)
                return value
            case list():
                return [self._walked(one) for one in value]
            case dict():
                return {self._walked(name): self._walked(one) for name, one in value.items()}
        return value


NOTHING = Held()


@dataclass(frozen=True, slots=True)
class Credential:
    """Which credential, by where it is kept, and where in a request it goes."""

    where: Where
    secret: Secret = field(repr=False)
    name: str = ""
    """Of the header or the query's parameter; of the user."""

    async def fetch(self) -> Held:
        """Read it for one call. Raises KeyUnavailable: nothing may be sent without it."""
        try:
            secret = await asyncio.to_thread(self.secret)
        except (SettingsError, SignatureError) as error:
            raise KeyUnavailable(str(error)) from error
        if not SHORTEST <= len(secret) <= _LONGEST or not (secret.isascii() and secret.isprintable()):
            raise KeyUnavailable(
                f"what is kept there is no credential: at least {SHORTEST} printable characters of ASCII"
            )
        return self._held(secret)

    def _held(self, secret: str) -> Held:
        escaped = json.dumps(secret)[1:-1]
        forms = {secret, quote(secret, safe=""), quote_plus(secret), html.escape(secret)}
        forms |= {escaped, escaped.replace("/", "\\/")}
        match self.where:
            case Where.BEARER:
                return Held({"Authorization": f"Bearer {secret}"}, None, secret, _longest_first(forms))
            case Where.BASIC:  # RFC 7617
                pair = _base64(f"{self.name}:{secret}")
                forms |= {pair, pair.rstrip("="), quote(pair, safe=""), _base64(f"\0{self.name}\0{secret}")}
                return Held({"Authorization": f"Basic {pair}"}, None, secret, _longest_first(forms))
            case Where.HEADER:
                return Held({self.name: secret}, None, secret, _longest_first(forms))
            case Where.QUERY:
                return Held({}, (self.name, secret), secret, _longest_first(forms))
            case Where.PASSWORD:
                forms |= {_base64(secret), _base64(f"\0{self.name}\0{secret}")}
                return Held({}, None, secret, _longest_first(forms))


async def fetched(credential: Credential | None) -> Held:
    """The credential for one call, or nothing where there is none. Raises KeyUnavailable."""
    return NOTHING if credential is None else await credential.fetch()


def _longest_first(forms: set[str]) -> tuple[str, ...]:
    return tuple(sorted(forms, key=len, reverse=True))


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
