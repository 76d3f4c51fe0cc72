"""Whoever issued the grants: it is known by its keys, and only it knows whether a grant is used up."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from joserfc.jwk import ECKey

from answerable.grants import ConsumeAnswer, Consumed, Grant
from answerable.values import GrantId
from answerable.values.errors import GrantRefused


class Authority(Protocol):
    """One issuer, as a back end knows it. Safe for threads."""

    @property
    def issuer(self) -> str:
        """Its name, as it stands in tokens."""

    def key(self, kid: str) -> ECKey | None:
        """Its key of that id; None where it has none. Raises GrantsUnavailable where it was never reached."""

    def consume(self, token: str, grant: Grant, attempt: str) -> datetime:
        """Use the grant up for this attempt. Raises GrantRefused where another was first, it was revoked or is over;
        GrantsUnavailable where that is not known: nothing may be done then."""


class Consumes(Protocol):
    """What a `ports.grants.GrantStore` does, as far as it matters here."""

    def consume(self, grant: GrantId, now: datetime, attempt: str) -> ConsumeAnswer: ...


class StoreAuthority:
    """An issuer in the same process, or over the same store."""

    def __init__(
        self,
        issuer: str,
        store: Consumes,
        keys: Callable[[], Mapping[str, ECKey]],
        now: Callable[[], datetime],
    ) -> None:
        self._issuer, self._store, self._keys, self._now = issuer, store, keys, now

    @property
    def issuer(self) -> str:
        return self._issuer

    def key(self, kid: str) -> ECKey | None:
        return self._keys().get(kid)

    def consume(self, token: str, grant: Grant, attempt: str) -> datetime:  # noqa: ARG002 – the store needs no token
        answer = self._store.consume(grant.id, self._now(), attempt)
        if isinstance(answer, Consumed):
            return answer.at
        raise GrantRefused(f"the grant can't be used: {type(answer).__name__}")
