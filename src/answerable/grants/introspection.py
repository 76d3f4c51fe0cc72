"""What a back end asks the issuer about a token: is it active (RFC 7662), and may it be used now.

Introspection only looks. It may be asked again, cached, or asked by somebody who wants to log a token, so it
can't be what uses a grant up. That is a request of its own, `POST /grants/consume`: it changes something, is
for the back end that the grant names and nobody else, and is answered with yes to one attempt only.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from answerable.grants.claims import claims_of
from answerable.grants.forms import INVALID, needed
from answerable.grants.state import (
    AlreadyConsumed,
    ConsumeAnswer,
    Consumed,
    Expired,
    Outstanding,
    Revoked,
    State,
)
from answerable.grants.token_exchange import token_type
from answerable.values import from_rfc3339, rfc3339
from answerable.values.errors import GrantRefused, GrantsUnavailable

INACTIVE: Mapping[str, Any] = {"active": False}
SHORTEST_ATTEMPT, LONGEST_ATTEMPT = 22, 128
"""Characters: 128 random bits in base64url, or more."""


class _Used(msgspec.Struct, frozen=True):
    consumed: bool
    jti: str | None = None
    at: str | None = None
    because: str | None = None


_used = msgspec.json.Decoder(_Used)


def introspected(state: State, issuer: str) -> dict[str, Any]:
    """The answer to an introspection (RFC 7662 section 2.2). Why a token is not active is not told."""
    if not isinstance(state, Outstanding):
        return dict(INACTIVE)
    claims = msgspec.to_builtins(claims_of(state.grant, issuer))
    return {"active": True, "token_type": token_type(state.grant.confirmation), **claims}


def read_consumption(form: Mapping[str, str]) -> tuple[str, str]:
    """The token that is to be used, and the attempt that it is for. Raises GrantRefused."""
    token, attempt = needed(form, "token"), needed(form, "attempt")
    if not SHORTEST_ATTEMPT <= len(attempt) <= LONGEST_ATTEMPT or not attempt.isascii():
        raise GrantRefused("an attempt is named by 22 to 128 random characters", INVALID)
    return token, attempt


def consumed(answer: ConsumeAnswer) -> dict[str, Any]:
    """The answer to a consumption. Only a back end that the grant is for is told why not."""
    match answer:
        case Consumed(grant, at):
            return {"consumed": True, "jti": grant.id, "at": rfc3339(at)}
        case AlreadyConsumed():
            because = "already consumed"
        case Revoked():
            because = "revoked"
        case Expired():
            because = "expired"
        case _:
            because = "unknown"
    return {"consumed": False, "because": because}


def used_at(answer: bytes, jti: str) -> datetime:
    """When the grant was used up by this attempt, from the issuer's answer.

    Raises GrantRefused where it was not, GrantsUnavailable where that is no answer.
    """
    try:
        found = _used.decode(answer)
        if found.consumed and found.jti == jti and found.at is not None:
            return from_rfc3339(found.at)
    except (msgspec.MsgspecError, ValueError) as error:
        raise GrantsUnavailable(f"the issuer of grants gave no answer that can be read: {error}") from None
    if found.consumed:
        raise GrantsUnavailable("the issuer of grants answered about another grant than it was asked for")
    raise GrantRefused(f"the grant can't be used: {(found.because or 'the issuer says so')[:80]}")
