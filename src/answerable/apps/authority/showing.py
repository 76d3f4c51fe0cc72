"""Revocations and grants as JSON, for the desk and the command line."""

from typing import Any

from answerable.grants import Grant, Revocation
from answerable.values import rfc3339


def revocation_json(one: Revocation) -> dict[str, str]:
    return {
        "selector": one.selection.selector.value,
        "value": one.selection.value,
        "at": rfc3339(one.at),
        "by": one.by,
        "reason": one.reason,
    }


def grant_json(grant: Grant) -> dict[str, Any]:
    """A grant, as far as it is anybody's business: its token is kept nowhere."""
    intent = grant.intent
    return {
        "grant": grant.id,
        "tool": intent.action,
        "back_end": intent.audience,
        "workload": intent.workload,
        "conversation": intent.conversation,
        "bundle": grant.bundle,
        "trace": grant.decision.trace,
        "issued": rfc3339(grant.issued),
        "expires": rfc3339(grant.expires),
    }
