"""SPIFFE ids: the names of workloads, `spiffe://shop.example/bot/support`.

One id has one spelling here. The specification says both that a trust domain is lower-case (section
2.1) and that it compares without case (2.4); an id with capitals in its scheme or trust domain is refused,
so that a policy, a ledger and a log never hold two texts for one workload.
Source: SPIFFE-ID, sections 2 to 2.4.
"""

from dataclasses import dataclass
from typing import NewType

from answerable.identity.refusing import quoted
from answerable.values.errors import IdentityError

TrustDomain = NewType("TrustDomain", str)
"""The name of a trust domain, as `shop.example`: lower-case letters, digits, dots, dashes, underscores."""

LONGEST_ID = 2048
"""Bytes of an id, scheme and all."""
LONGEST_TRUST_DOMAIN = 255
_SCHEME = "spiffe://"
_LOWER = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-_")
_SEGMENT = _LOWER | frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


@dataclass(frozen=True, slots=True)
class SpiffeId:
    """A SPIFFE id that is one: making another raises IdentityError.

    `path` is empty (the id of the trust domain itself) or begins with a slash.
    """

    trust_domain: TrustDomain
    path: str = ""

    def __post_init__(self) -> None:
        trust_domain(self.trust_domain)
        if self.path:
            _check_path(self.path)
        if len(_SCHEME) + len(self.trust_domain) + len(self.path) > LONGEST_ID:
            raise IdentityError(f"a SPIFFE id is at most {LONGEST_ID} bytes; {quoted(str(self))} is longer")

    def __str__(self) -> str:
        return f"{_SCHEME}{self.trust_domain}{self.path}"


def parse_spiffe_id(text: str) -> SpiffeId:
    """Read an id. Raises IdentityError, saying what is no id about it."""
    if len(text) > LONGEST_ID:
        raise IdentityError(f"a SPIFFE id is at most {LONGEST_ID} bytes; {quoted(text)} is longer")
    if not text.startswith(_SCHEME):
        raise IdentityError(f"{quoted(text)} is no SPIFFE id; one begins with '{_SCHEME}', in lower case")
    domain, slash, path = text.removeprefix(_SCHEME).partition("/")
    return SpiffeId(trust_domain(domain), slash + path)


def trust_domain(name: str) -> TrustDomain:
    """The name of a trust domain, where it may be one. Raises IdentityError."""
    if not name:
        raise IdentityError("a trust domain has a name, as 'shop.example'; this one is empty")
    if len(name) > LONGEST_TRUST_DOMAIN:
        raise IdentityError(
            f"a trust domain's name is at most {LONGEST_TRUST_DOMAIN} bytes; {quoted(name)} is longer"
        )
    if not _LOWER.issuperset(name):
        raise IdentityError(
            f"{quoted(name)} is no trust domain; write lower-case letters, digits, dots, dashes and underscores alone"
        )
    return TrustDomain(name)


def _check_path(path: str) -> None:
    for segment in path.split("/")[1:] if path.startswith("/") else [""]:
        if not segment or segment in (".", ".."):
            raise IdentityError(
                f"{quoted(path)} is no path of a SPIFFE id; no part of it may be empty, '.' or '..', and none follows "
                "a last slash"
            )
        if not _SEGMENT.issuperset(segment):
            raise IdentityError(
                f"{quoted(path)} is no path of a SPIFFE id; write letters, digits, dots, dashes and underscores alone"
            )
