"""Where trust bundles come from: a file, a folder, a SPIFFE bundle endpoint, the Workload API, or a list of these.

- {trust_domain: shop.example, file: shop.json}
- {trust_domain: partner.example, url: https://spiffe.partner.example/bundle.json, authorities: partner-ca.pem}
- {trust_domain: far.example, url: https://far.example/bundle, spiffe_id: spiffe://far.example/bundles, first: far.json}
- {workload_api: unix:///run/spire/agent.sock}
"""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from answerable.adapters.identity.https import HttpsDocument
from answerable.adapters.identity.refreshed import Fetched, Refreshed
from answerable.adapters.identity.spiffe_tls import spiffe_tls
from answerable.adapters.identity.watched import Watched
from answerable.identity import (
    Bundles,
    SpiffeId,
    TrustBundle,
    TrustDomain,
    parse_bundle,
    parse_bundles,
    parse_spiffe_id,
    trust_domain,
)
from answerable.identity.bundle import bundle_of
from answerable.ports.trust import Kept
from answerable.values.errors import IdentityError, IdentityRefused, SettingsError

_LOG = logging.getLogger("answerable.identity")
_DEFAULT_HINT = 300
"""Seconds, where a bundle gives none (SPIFFE Trust Domain and Bundle, section 6.1)."""
NONE: Bundles = {}


class _Source(msgspec.Struct, forbid_unknown_fields=True):
    trust_domain: str | None = None
    file: str | None = None
    url: str | None = None
    authorities: str | None = None
    spiffe_id: str | None = None
    """Who serves `url`, where that is proven by an X509-SVID."""
    first: str | None = None
    """The file of a bundle that the server is verified by until it has given one, where it serves its own."""
    workload_api: str | None = None


class AllBundles:
    """The bundles of several sources. A trust domain that two of them have is nobody's: bundles are not merged."""

    def __init__(self, sources: Sequence[Kept[Bundles]]) -> None:
        self._sources = sources
        self._parts: list[Bundles] = []
        self._bundles: Bundles = NONE
        self._twice: list[TrustDomain] = []

    @property
    def problem(self) -> str:
        """What is missing, of any of them."""
        self.current()
        problems = [source.problem for source in self._sources if source.problem]
        problems += [f"the trust domain '{name}' has two sources; name one" for name in self._twice]
        return "; ".join(problems)

    def current(self) -> Bundles:
        """Every source's bundles."""
        parts = [source.current() for source in self._sources]
        if len(parts) != len(self._parts) or any(
            new is not old for new, old in zip(parts, self._parts, strict=True)
        ):
            self._parts = parts
            self._bundles, self._twice = _together(parts)
            for name in self._twice:
                _LOG.error("the trust domain '%s' has two sources, and is not trusted; name one", name)
        return self._bundles

    async def hurry(self) -> bool:
        """Look for newer ones."""
        return any([await source.hurry() for source in self._sources])

    async def run(self) -> None:
        """Keep them fresh."""
        await asyncio.gather(*(source.run() for source in self._sources))


def open_trust(where: str) -> AllBundles:
    """The bundles that a setting names. Raises SettingsError, IdentityError.

    `unix:…` is the Workload API's socket; a `.yaml` file lists sources; anything else is a file with bundles, or a
    folder of them.
    """
    if where.startswith("unix:"):
        return AllBundles([_workload_api(where)])
    path = Path(where)
    if path.suffix not in (".yaml", ".yml"):
        return AllBundles([bundle_files(path)])
    try:
        listed = msgspec.yaml.decode(path.read_bytes(), type=list[_Source])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise SettingsError(f"the list of trust bundles '{path}' can't be used: {error}") from error
    if not listed:
        raise SettingsError(f"the list of trust bundles '{path}' is empty; name one")
    found: list[Kept[Bundles]] = []
    for at, one in enumerate(listed, start=1):
        found.append(_source(one, path.parent, f"'{path}', entry {at}", tuple(found)))
    return AllBundles(found)


def bundle_files(path: Path, only: TrustDomain | None = None) -> Watched[Bundles]:
    """Bundles in a file or folder: maps of them, or one of the trust domain that the file is named after.

    With `only` the file is to hold that trust domain's, and no other's. Raises IdentityError.
    """

    def parse(files: Mapping[str, bytes]) -> Bundles:
        found: dict[TrustDomain, TrustBundle] = {}
        for name, raw in files.items():
            for domain, bundle in parse_bundles(raw, only or name).items():
                if domain in found:
                    raise IdentityError(f"the trust domain '{domain}' is in two files of '{path}'; keep one")
                found[domain] = bundle
                for ignored in bundle.ignored:
                    _LOG.warning("of the trust bundle of '%s', %s was passed over", domain, ignored)
        if only is not None and set(found) != {only}:
            raise IdentityError(f"'{path}' is to hold the trust bundle of '{only}', and no other")
        return found

    return Watched(path, parse, NONE)


Verify = Callable[[TrustBundle | None], Awaitable[ssl.SSLContext]]
"""What a bundle endpoint's server is verified by, given the last bundle that it gave. Raises IdentityError."""


def bundle_endpoint(
    domain: TrustDomain, document: HttpsDocument, verify: Verify | None = None
) -> Refreshed[Bundles]:
    """The bundle of a trust domain from its SPIFFE bundle endpoint (SPIFFE Federation, section 5.2).

    The server is verified as `document` says (`https_web`), or by `verify` (`https_spiffe`).
    """
    # Kept for as long as the process runs, also when the bundle itself is given up: an older one, or a server
    # that only an older one vouches for, is not taken for want of an answer.
    newest: TrustBundle | None = None

    async def fetch(_: Bundles) -> Fetched[Bundles]:
        nonlocal newest
        raw = await document.read(await verify(newest) if verify else None)
        bundle = parse_bundle(raw, domain)
        before = newest.sequence if newest else None
        if before is not None and bundle.sequence is not None and bundle.sequence < before:
            raise IdentityError(
                f"'{document.url}' answered with bundle {bundle.sequence}, older than {before}"
            )
        newest = bundle
        again = _DEFAULT_HINT if bundle.refresh_hint is None else bundle.refresh_hint
        return Fetched({domain: bundle}, again)

    return Refreshed(f"the trust bundle of '{domain}'", fetch, NONE)


def own_endpoint(server: SpiffeId, first: Kept[Bundles]) -> Verify:
    """For an endpoint in the trust domain whose bundle it serves: by the last bundle, or else by `first`."""

    async def verify(newest: TrustBundle | None) -> ssl.SSLContext:
        return spiffe_tls(server, newest or _held(server, first))

    return verify


def others_endpoint(server: SpiffeId, others: Kept[Bundles]) -> Verify:
    """For an endpoint in another trust domain: by that one's bundle, as `others` have it now."""

    async def verify(_: TrustBundle | None) -> ssl.SSLContext:
        if server.trust_domain not in others.current():
            await others.hurry()
        return spiffe_tls(server, _held(server, others))

    return verify


def _held(server: SpiffeId, bundles: Kept[Bundles]) -> TrustBundle:
    try:
        return bundle_of(bundles.current(), server.trust_domain)
    except IdentityRefused as refused:
        raise IdentityError(f"'{server}' can't be verified: {refused.reason}") from None


def _source(one: _Source, folder: Path, where: str, before: Sequence[Kept[Bundles]]) -> Kept[Bundles]:
    kinds = [one.file, one.url, one.workload_api]
    if len([kind for kind in kinds if kind]) != 1:
        raise SettingsError(f"{where}: name one of file, url and workload_api")
    if (one.spiffe_id and not one.url) or (one.first and not one.spiffe_id):
        raise SettingsError(f"{where}: 'first' goes with the spiffe_id of a server, and that with its url")
    if one.workload_api:
        return _workload_api(one.workload_api)
    if not one.trust_domain:
        raise SettingsError(f"{where}: name the trust_domain; a bundle does not say whose it is")
    domain = trust_domain(one.trust_domain)
    if one.file:
        return bundle_files(folder / one.file, domain)
    authorities = folder / one.authorities if one.authorities else None
    return bundle_endpoint(
        domain, HttpsDocument(one.url or "", authorities), _verify(one, domain, folder, where, before)
    )


def _verify(
    one: _Source, domain: TrustDomain, folder: Path, where: str, before: Sequence[Kept[Bundles]]
) -> Verify | None:
    if not one.spiffe_id:
        return None
    server = parse_spiffe_id(one.spiffe_id)
    if one.authorities or not server.path:
        raise SettingsError(
            f"{where}: a spiffe_id is a workload's, which the trust bundle of '{server.trust_domain}' vouches for; "
            "give it a path, and name no authorities"
        )
    if (server.trust_domain == domain) != bool(one.first):
        raise SettingsError(
            f"{where}: name the file of its first bundle ('first') where the server is of '{domain}' itself; where "
            "it is of another trust domain, list that one's bundle before it, and name no 'first'"
        )
    if one.first:
        return own_endpoint(server, bundle_files(folder / one.first, domain))
    # Of those listed before it alone, so that no two can wait for each other.
    return others_endpoint(server, AllBundles(before))


def _workload_api(socket: str) -> Kept[Bundles]:
    from answerable.adapters.identity.workload_api import workload_api_bundles  # noqa: PLC0415 – an extra

    return workload_api_bundles(socket)


def _together(parts: Sequence[Bundles]) -> tuple[Bundles, list[TrustDomain]]:
    found: dict[TrustDomain, TrustBundle] = {}
    twice: list[TrustDomain] = []
    for part in parts:
        for name, bundle in part.items():
            if name in found:
                twice.append(name)
            found[name] = bundle
    return {name: bundle for name, bundle in found.items() if name not in twice}, twice
