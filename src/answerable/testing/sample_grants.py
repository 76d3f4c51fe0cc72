"""Permits, grants and keys to try things with. Each number makes another one, and always the same."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from answerable.grants import (
    LIFETIME,
    Approval,
    Confirmation,
    DecisionId,
    DpopKey,
    Grant,
    Intent,
    Permit,
    Policies,
    SigningKey,
    arguments_digest,
    make_proof,
    new_grant,
    new_key,
)
from answerable.grants.token import issue
from answerable.values import (
    ApprovalId,
    ConversationId,
    Digest,
    GrantId,
    PolicyId,
    TraceId,
    WorkloadId,
)

NOW = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
ISSUER = "https://grants.example"
AUDIENCE = "https://orders.example"
WORKLOAD = WorkloadId("spiffe://shop.example/bot")
ACTION = "cancel_order"
ARGUMENTS = '{"order_id":"W1","reason":"no longer needed"}'
URL = f"{AUDIENCE}/{ACTION}"


def digest(text: str) -> Digest:
    """The digest of some text."""
    return Digest(f"sha256:{hashlib.sha256(text.encode()).hexdigest()}")


@cache
def key(number: int = 0) -> SigningKey:
    """A key that everybody knows."""
    return new_key(hashlib.sha512(b"key %d" % number).digest()[:40])


HOLDER = key(1000)
"""The key of whoever holds the grants that are made here."""


def permit(number: int = 0, *, approved_by: tuple[str, ...] = (), until: datetime | None = None) -> Permit:
    """What one decision permits."""
    return Permit(
        DecisionId(TraceId(f"tr_{number}"), digest(f"entry {number}")),
        Intent(
            ACTION,
            arguments_digest(ARGUMENTS),
            AUDIENCE,
            WORKLOAD,
            'Order::"W1"',
            "8c1f",
            ConversationId(f"c-{number}"),
        ),
        Approval(ApprovalId(f"ap_{number}"), approved_by)
        if approved_by
        else Policies((PolicyId("cancel-pending-order"),)),
        digest("bundle"),
        until or NOW + timedelta(minutes=15),
    )


def grant(
    number: int = 0,
    of: Permit | None = None,
    *,
    held_by: Confirmation | None = None,
    now: datetime = NOW,
    lifetime: timedelta = LIFETIME,
) -> Grant:
    """A grant of a permit, by default of the one of the same number."""
    return new_grant(
        of or permit(number),
        held_by or DpopKey(HOLDER.id),
        id=GrantId(f"gr_{number}"),
        now=now,
        lifetime=lifetime,
    )


def elsewhere(one: Permit, audience: str) -> Permit:
    """The same permit for another back end."""
    return replace(one, intent=replace(one.intent, audience=audience))


def shown(grant: Grant, issuer_key: SigningKey) -> str:
    """The token of a grant, signed by its issuer's key."""
    return issue(grant, issuer_key, ISSUER)


def proof(
    token: str | None,
    *,
    method: str = "POST",
    url: str = URL,
    now: datetime = NOW,
    jti: str = "proof-1",
    by: SigningKey = HOLDER,
) -> str:
    """The holder's proof for one request."""
    return make_proof(by.secret, method, url, now=now, jti=jti, token=token)
