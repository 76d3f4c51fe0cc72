"""The OpenID Connect issuers that a file names, and their keys.

- issuer: https://kubernetes.default.svc          # the exact 'iss' of its tokens
audience: answerable
authorities: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt
workload: spiffe://shop.example/ns/{kubernetes.io/namespace}/sa/{kubernetes.io/serviceaccount/name}

- issuer: https://login.shop.example
audience: support-chat
keys: https://login.shop.example/keys               # or a file; else by OpenID discovery
assurance: {"urn:shop:password": aal1, "urn:shop:passkey": aal2}
"""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Generic, Literal, NamedTuple, TypeVar

import msgspec

from answerable.adapters.identity.discovery import Discovery, keys_of
from answerable.adapters.identity.https import HttpsDocument
from answerable.adapters.identity.refreshed import Fetched, Refreshed
from answerable.adapters.identity.watched import Watched
from answerable.identity import CustomerIssuer, Issuer, Keys, WorkloadIssuer, parse_template
from answerable.ports.trust import Kept
from answerable.values import AssuranceLevel
from answerable.values.errors import IdentityError, SettingsError

_AGAIN = 300
NO_KEYS: Keys = MappingProxyType({})
T = TypeVar("T")


class _Issuer(msgspec.Struct, forbid_unknown_fields=True):
    issuer: str
    audience: str
    keys: str | None = None
    """A URL or a file; without it, they are where the issuer's own document says."""
    authorities: str | None = None


class _Workloads(_Issuer):
    workload: str = ""
    require: dict[str, str] = {}


class _Customers(_Issuer):
    assurance: dict[str, Literal["none", "aal1", "aal2", "aal3"]] = {}


class _Kept(NamedTuple, Generic[T]):
    keys: Kept[Keys]
    make: Callable[[Keys], T]


class Issuers(Generic[T]):
    """Issuers by their URL, each with its keys as they are now."""

    def __init__(self, kept: Mapping[str, _Kept[T]]) -> None:
        self._kept = kept

    @property
    def problem(self) -> str:
        """Whose keys are missing."""
        return "; ".join(one.keys.problem for one in self._kept.values() if one.keys.problem)

    def current(self) -> Mapping[str, T]:
        """The issuers, for `verify_oidc_workload` or `verify_customer`."""
        return {url: one.make(one.keys.current()) for url, one in self._kept.items()}

    async def hurry(self, issuer: str) -> bool:
        """Look for an issuer's newer keys at once. Did they change?"""
        known = self._kept.get(issuer)
        return known is not None and await known.keys.hurry()

    async def run(self) -> None:
        """Keep the keys fresh."""
        await asyncio.gather(*(one.keys.run() for one in self._kept.values()))


def workload_issuers(path: Path) -> Issuers[WorkloadIssuer]:
    """The issuers whose tokens are workloads' own. Raises SettingsError, IdentityError."""

    def make(one: _Workloads) -> Callable[[Keys], WorkloadIssuer]:
        template = parse_template(one.workload)
        require = tuple((tuple(way.split("/")), value) for way, value in sorted(one.require.items()))
        return lambda keys: WorkloadIssuer(Issuer(one.issuer, one.audience, keys), template, require)

    return _issuers(path, _Workloads, make)


def customer_issuers(path: Path) -> Issuers[CustomerIssuer]:
    """The issuers whose tokens say who a customer is. Raises SettingsError, IdentityError."""

    def make(one: _Customers) -> Callable[[Keys], CustomerIssuer]:
        levels = {context: AssuranceLevel[level.upper()] for context, level in one.assurance.items()}
        return lambda keys: CustomerIssuer(Issuer(one.issuer, one.audience, keys), levels)

    return _issuers(path, _Customers, make)


I = TypeVar("I", bound=_Issuer)  # noqa: E741 – an issuer


def _issuers(path: Path, kind: type[I], make: Callable[[I], Callable[[Keys], T]]) -> Issuers[T]:
    try:
        listed: list[I] = msgspec.yaml.decode(path.read_bytes(), type=list[kind])  # type: ignore[valid-type]
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise SettingsError(f"the list of issuers '{path}' can't be used: {error}") from error
    found: dict[str, _Kept[T]] = {}
    for one in listed:
        if not one.issuer or not one.audience or one.issuer in found:
            raise SettingsError(
                f"'{path}': each issuer has a name of its own and an audience; '{one.issuer}' has not"
            )
        try:
            found[one.issuer] = _Kept(_keys(one, path.parent), make(one))
        except IdentityError as error:
            raise SettingsError(f"'{path}', issuer '{one.issuer}': {error}") from error
    if not found:
        raise SettingsError(f"the list of issuers '{path}' is empty; name one")
    return Issuers(found)


def _keys(one: _Issuer, folder: Path) -> Kept[Keys]:
    authorities = folder / one.authorities if one.authorities else None
    if one.keys is None:
        discovery = Discovery(one.issuer, authorities)

        async def read() -> Keys:
            return await discovery.keys(await discovery.read())
    elif "://" in one.keys:
        document = HttpsDocument(one.keys, authorities)

        async def read() -> Keys:
            return keys_of(await document.read(), one.issuer)
    else:
        return Watched(
            folder / one.keys, lambda files: keys_of(next(iter(files.values())), one.issuer), NO_KEYS
        )

    async def fetch(_: Keys) -> Fetched[Keys]:
        return Fetched(await read(), _AGAIN)

    return Refreshed(f"the keys of '{one.issuer}'", fetch, NO_KEYS)
