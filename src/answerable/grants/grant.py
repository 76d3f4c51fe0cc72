"""A grant: a credential for one act, for one program, for seconds, once.

    decision (permits) ─► permit ─► grant ─► token ─► back end

An *intent* is what was decided on: which act, with which arguments, where, for whom. A *permit*
is the decision, or a person's approval, that lets it happen: it makes one act possible, however
often a grant is asked for under it. A *grant* adds to that who holds it and until when.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from answerable.values import ApprovalId, ConversationId, Digest, GrantId, PolicyId, TraceId, WorkloadId

LIFETIME = timedelta(seconds=30)
LONGEST_LIFETIME = timedelta(seconds=300)
LONGEST_TEXT = 512
"""Characters of any one name in a grant."""
MOST_NAMES = 32
"""Policies, or approvers, that a grant names."""

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)  # no repetition of a choice: nothing to backtrack
_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Intent:
    """An act as it was decided on, and as it has to be done.

    `customer` is a pseudonym, never the company's own name for somebody. `audience` is the one
    back end that may do the act.
    """

    action: str
    arguments: Digest
    """As `arguments_digest` makes it."""
    audience: str
    workload: WorkloadId
    resource: str | None = None
    customer: str | None = None
    conversation: ConversationId | None = None

    def __post_init__(self) -> None:
        """Raises ValueError where a name is empty or too long, or a digest is none."""
        _named("action", self.action)
        _named("audience", self.audience)
        _named("workload", self.workload)
        _digest("arguments", self.arguments)
        for name in ("resource", "customer", "conversation"):
            if (value := getattr(self, name)) is not None:
                _named(name, value)


@dataclass(frozen=True, slots=True)
class DecisionId:
    """Which decision: the trace that it stands in, and the digest of its own entry.

    Two calls with the same arguments are two entries, and so two decisions.
    """

    trace: TraceId
    digest: Digest

    def __post_init__(self) -> None:
        """Raises ValueError."""
        _named("trace", self.trace)
        _digest("decision", self.digest)


@dataclass(frozen=True, slots=True)
class Policies:
    """The policies that permitted it, with nobody asked."""

    ids: tuple[PolicyId, ...]

    def __post_init__(self) -> None:
        """Raises ValueError."""
        _names("policies", self.ids)


@dataclass(frozen=True, slots=True)
class Approval:
    """The people who approved what the policies held; `by` are their authenticated names."""

    id: ApprovalId
    by: tuple[str, ...]

    def __post_init__(self) -> None:
        """Raises ValueError."""
        _named("approval", self.id)
        _names("approvers", self.by)


@dataclass(frozen=True, slots=True)
class DpopKey:
    """The holder proves with a key: `jkt`, its thumbprint (RFC 9449 section 6.1)."""

    thumbprint: str

    def __post_init__(self) -> None:
        """Raises ValueError."""
        _thumbprint(self.thumbprint)


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """The holder proves with its certificate: `x5t#S256`, its hash (RFC 8705 section 3.1)."""

    thumbprint: str

    def __post_init__(self) -> None:
        """Raises ValueError."""
        _thumbprint(self.thumbprint)


Confirmation = DpopKey | ClientCertificate


@dataclass(frozen=True, slots=True)
class Permit:
    """What lets one act happen. No grant is issued under it after `until`, nor after the act was done."""

    decision: DecisionId
    intent: Intent
    basis: Policies | Approval
    bundle: Digest
    until: datetime

    def __post_init__(self) -> None:
        """Raises ValueError."""
        _digest("bundle", self.bundle)


@dataclass(frozen=True, slots=True)
class Grant:
    """One credential. `issued` and `expires` are whole seconds, as a token writes them."""

    id: GrantId
    intent: Intent
    decision: DecisionId
    basis: Policies | Approval
    bundle: Digest
    confirmation: Confirmation
    issued: datetime
    expires: datetime

    def __post_init__(self) -> None:
        """Raises ValueError where it can't be a grant: for longer than may be, or for no time at all."""
        _named("grant", self.id)
        _digest("bundle", self.bundle)
        for instant in (self.issued, self.expires):
            if instant.utcoffset() != timedelta(0) or instant.microsecond:
                raise ValueError(f"'{instant}' is no whole second in UTC")
        if not timedelta(0) < self.expires - self.issued <= LONGEST_LIFETIME:
            raise ValueError(
                f"a grant lasts up to {LONGEST_LIFETIME.seconds} seconds, not from {self.issued} to {self.expires}"
            )


def new_grant(
    permit: Permit,
    confirmation: Confirmation,
    *,
    id: GrantId,  # noqa: A002 – the field's name
    now: datetime,
    lifetime: timedelta = LIFETIME,
) -> Grant:
    """The grant that a permit makes possible now. It does not outlast the permit.

    Raises ValueError where the permit is over, or the lifetime is more than `LONGEST_LIFETIME`.
    """
    issued = whole_second(now)
    expires = min(issued + lifetime, whole_second(permit.until))
    return Grant(
        id, permit.intent, permit.decision, permit.basis, permit.bundle, confirmation, issued, expires
    )


def whole_second(instant: datetime) -> datetime:
    """The second that an instant lies in. Raises ValueError for a naive datetime."""
    if instant.utcoffset() is None:
        raise ValueError(f"'{instant}' has no time zone, so it names no instant")
    return instant.astimezone(UTC).replace(microsecond=0)


def is_digest(text: str) -> bool:
    """Is that `sha256:` and 64 lower-case hexadecimal digits?"""
    return _DIGEST.fullmatch(text) is not None


def _named(what: str, text: str) -> None:
    if not 0 < len(text) <= LONGEST_TEXT or not text.isprintable():
        raise ValueError(
            f"the {what} '{text[:40]!r}' can't stand in a grant: empty, unprintable or longer than {LONGEST_TEXT}"
        )


def _names(what: str, names: tuple[str, ...]) -> None:
    if not 0 < len(names) <= MOST_NAMES:
        raise ValueError(f"a grant names 1 to {MOST_NAMES} {what}, not {len(names)}")
    for name in names:
        _named(what, name)


def _digest(what: str, text: str) -> None:
    if not is_digest(text):
        raise ValueError(
            f"the digest of the {what} '{text[:80]!r}' is not 'sha256:' and 64 hexadecimal digits"
        )


def _thumbprint(text: str) -> None:
    if not _THUMBPRINT.fullmatch(text):
        raise ValueError(f"'{text[:80]!r}' is no SHA-256 thumbprint in base64url")
