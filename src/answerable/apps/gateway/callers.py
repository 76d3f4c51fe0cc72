"""Who may call: workloads that prove a SPIFFE id, or, where that is allowed explicitly, hold a key of the key file.

1. A certificate of the TLS connection, where one was shown, is the caller's: it holds, or the caller is refused.
2. A bearer token is a key of the key file, a JWT-SVID, or a token of a workloads' issuer.
3. With none of all that configured, everybody is served, as `insecure_open`; `serve` allows that on loopback alone.

What a stranger is told is always the same; the log says what was wrong.
"""

import asyncio
import hashlib
import hmac
import logging
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

from answerable.adapters.identity.issuers import Issuers
from answerable.adapters.world import utc_now
from answerable.identity import (
    Bundles,
    KeyNotKnown,
    Proof,
    Svid,
    Workload,
    WorkloadIssuer,
    parse_spiffe_id,
    verify_bearer,
    verify_x509_svid,
)
from answerable.ports import Clock
from answerable.ports.callers import Shown
from answerable.ports.trust import Kept
from answerable.values import WorkloadId
from answerable.values.errors import IdentityError, IdentityRefused, NotAuthenticated, SettingsError

_LOG = logging.getLogger("answerable.identity")
_SHORTEST_KEY = 16
_MOST_VERIFIED = 1024
OPEN = Workload(WorkloadId("insecure_open"), Proof.INSECURE_OPEN)
"""The workload of a gateway on loopback that asks for nothing: nobody proved anything."""
_NOT_KNOWN = (
    "the gate does not know who calls; send a credential that it takes as 'Authorization: Bearer …', or connect "
    "with a client certificate"
)


class Callers:
    """Keys by workload, held as digests; the bundles and issuers that workloads are verified with."""

    def __init__(
        self,
        keys: Mapping[str, str] | None = None,
        *,
        trust: Kept[Bundles] | None = None,
        audience: str | None = None,
        issuers: Issuers[WorkloadIssuer] | None = None,
        admitted: frozenset[WorkloadId] | None = None,
        clock: Clock = utc_now,
    ) -> None:
        """`admitted` are the workloads that may call; None lets in every one that proves to be one."""
        self._digests = {name: _digest(key) for name, key in (keys or {}).items()}
        self.trust, self._audience, self._issuers, self._clock = trust, audience, issuers, clock
        self._admitted = admitted
        self._verified: OrderedDict[tuple[bytes, ...], tuple[Bundles, Svid]] = OrderedDict()

    @property
    def open(self) -> bool:
        """Is everybody served, with nothing shown?"""
        return not self._digests and self.trust is None and self._issuers is None

    @property
    def problem(self) -> str:
        """Whose keys are missing now; empty where none are."""
        kept = [one for one in (self.trust, self._issuers) if one is not None]
        return "; ".join(one.problem for one in kept if one.problem)

    async def authenticate(self, shown: Shown) -> Workload:
        """The workload behind a request. Raises NotAuthenticated."""
        if self.open:
            return OPEN
        try:
            return self._let_in(await self._known(shown))
        except IdentityRefused as refused:
            _LOG.warning("a caller was refused: %s", refused.reason)
            raise

    async def run(self) -> None:
        """Keep the keys that workloads are known by fresh, until cancelled."""
        await asyncio.gather(*(one.run() for one in (self.trust, self._issuers) if one is not None))

    def _let_in(self, known: Workload) -> Workload:
        if self._admitted is not None and known.id not in self._admitted:
            raise IdentityRefused(
                f"'{known.id}' is who it says, and is not on the list of workloads that may call"
            )
        return known

    async def _known(self, shown: Shown) -> Workload:
        if shown.certificates:
            return _workload(self._by_certificate(shown.certificates))
        scheme, _, credential = (shown.authorization or "").partition(" ")
        credential = credential.strip()
        if scheme.casefold() != "bearer" or not credential:
            raise NotAuthenticated(_NOT_KNOWN)
        if (name := self._by_key(credential)) is not None:
            return Workload(WorkloadId(f"{Proof.INSECURE_KEY}:{name}"), Proof.INSECURE_KEY)
        if self.trust is None and self._issuers is None:
            raise IdentityRefused("the bearer credential is no key of the key file")
        try:
            return _workload(self._by_token(credential))
        except KeyNotKnown as refused:
            if not await self._hurry(refused.issuer):
                raise
            return _workload(self._by_token(credential))

    def _by_certificate(self, chain: tuple[bytes, ...]) -> Svid:
        """A connection shows the same chain with each request; it is verified again when the bundles change."""
        if self.trust is None:
            raise IdentityRefused(
                "a certificate was shown, and there are no trust bundles to hold it against"
            )
        bundles, now = self.trust.current(), self._clock()
        known = self._verified.get(chain)
        if known is not None and known[0] is bundles and now < known[1].expires:
            return known[1]
        svid = verify_x509_svid(chain, bundles, now)
        self._verified[chain] = (bundles, svid)
        self._verified.move_to_end(chain)
        while len(self._verified) > _MOST_VERIFIED:
            self._verified.popitem(last=False)
        return svid

    def _by_key(self, given: str) -> str | None:
        """Every key is compared, each in constant time, whichever of them matches."""
        digest = _digest(given)
        found = [name for name, known in self._digests.items() if hmac.compare_digest(known, digest)]
        return found[0] if found else None

    def _by_token(self, token: str) -> Svid:
        bundles = self.trust.current() if self.trust is not None else {}
        issuers = self._issuers.current() if self._issuers is not None else {}
        return verify_bearer(token, bundles, self._audience, issuers, self._clock())

    async def _hurry(self, issuer: str) -> bool:
        """Look for newer keys of an issuer or trust domain. Did any change?"""
        if self._issuers is not None and await self._issuers.hurry(issuer):
            return True
        return self.trust is not None and await self.trust.hurry()


def read_keys(path: Path) -> dict[str, str]:
    """Read `name:key` lines; blank lines and `#` comments are passed over. Raises SettingsError."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the key file '{path}' can't be read: {error}") from error
    keys: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, colon, key = line.strip().partition(":")
        if not colon or not name.strip() or len(key.strip()) < _SHORTEST_KEY:
            raise SettingsError(
                f"{path}, line {number}: write 'name:key' with a key of at least {_SHORTEST_KEY} characters"
            )
        keys[name.strip()] = key.strip()
    if not keys:
        raise SettingsError(f"the key file '{path}' names no workload; add a 'name:key' line")
    return keys


def read_admitted(path: Path) -> frozenset[WorkloadId]:
    """Read the SPIFFE ids that may call, one a line; blank lines and `#` comments are passed over.

    Raises SettingsError.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the list of workloads '{path}' can't be read: {error}") from error
    found: set[WorkloadId] = set()
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        try:
            found.add(WorkloadId(str(parse_spiffe_id(text))))
        except IdentityError as error:
            raise SettingsError(f"{path}, line {number}: {error}") from error
    if not found:
        raise SettingsError(f"the list of workloads '{path}' lets nobody in; add a SPIFFE id")
    return frozenset(found)


def _workload(svid: Svid) -> Workload:
    return Workload(WorkloadId(str(svid.id)), svid.proof)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
