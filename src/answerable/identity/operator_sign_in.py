"""People of the company, by the ID token that their login service signed.

Source: OpenID Connect Core, sections 2, 3.1.2.1 and 3.1.3.7; NIST SP 800-63B-4 for the levels; RFC 8176 for `amr`.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from answerable.identity.oidc import Issuer, open_issued, verify_issued
from answerable.identity.operators import Operator
from answerable.identity.refusing import KeyNotKnown, quoted
from answerable.identity.tokens import LEEWAY, check_times, instant
from answerable.values import AssuranceLevel, OperatorId
from answerable.values.errors import IdentityRefused

_SIGN_IN = "this sign-in"
_LONGEST_SUBJECT = 255
"""Characters (OpenID Connect Core, section 2)."""
_LONGEST_NAME = 120
_MOST_METHODS = 32
_NAMES = ("name", "preferred_username", "email")


@dataclass(frozen=True, slots=True)
class LevelRule:
    """What one way of signing in is worth. Everything that it names must be so; at least one of both is named."""

    level: AssuranceLevel
    acr: str | None = None
    """The authentication context that the token must say."""
    amr: frozenset[str] = frozenset()
    """Methods that must all have been used."""


@dataclass(frozen=True, slots=True)
class OperatorIssuer:
    """A login service of the company's people, and what its ways of signing in are worth."""

    issuer: Issuer
    rules: tuple[LevelRule, ...] = ()
    """The highest level of those that fit counts; where none fits, AAL1: they signed in somehow."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a sign-in was begun with, and its ID token must fit."""

    nonce: str
    max_age: timedelta
    """How long ago they may have shown who they are. It is always asked for, so that it is always answered."""


def operator_id(issuer: str, subject: str) -> OperatorId:
    """`ISSUER#SUBJECT`. An issuer has no '#' (Discovery, section 3), so no two people have the same id."""
    return OperatorId(f"{issuer}#{subject}")


def verify_operator(token: str, known: OperatorIssuer, expected: Expected, now: datetime) -> Operator:
    """The person whom an ID token is of. Raises IdentityRefused, KeyNotKnown.

    1. Its issuer is exactly the one that was asked, its key signed it, it is for this client alone; where it says
       to whom it was given (`azp`), that is this client.
    2. It has not expired, is valid by now, and says when it was issued.
    3. It has the nonce of this sign-in: it is no other's, and none that was used before.
    4. It says when they showed who they are (`auth_time`), and that is as late as was asked for.
    5. Its subject is a name; its level is what the rules for this issuer say, and AAL1 where they say nothing.
    """
    try:
        return _verified(token, known, expected, now)
    except KeyNotKnown as error:
        raise KeyNotKnown(error.reason, _SIGN_IN, issuer=error.issuer) from None
    except IdentityRefused as error:
        raise IdentityRefused(error.reason, _SIGN_IN) from None


def _verified(token: str, known: OperatorIssuer, expected: Expected, now: datetime) -> Operator:
    opened, url = open_issued(token)  # 1.
    if url != known.issuer.url:
        raise IdentityRefused(f"the token is of {quoted(url)}; {quoted(known.issuer.url)} was asked")
    claims = verify_issued(opened, known.issuer)
    if "azp" in claims and claims["azp"] != known.issuer.audience:
        raise IdentityRefused(
            f"the token was given to {quoted(claims['azp'])} ('azp'), and not to this client"
        )
    check_times(claims, now)  # 2.
    if instant(claims, "iat") is None:
        raise IdentityRefused("the token does not say when it was issued ('iat')")
    nonce = claims.get("nonce")  # 3.
    # Nothing but ASCII can be compared in constant time.
    if not isinstance(nonce, str) or not nonce.isascii() or not hmac.compare_digest(nonce, expected.nonce):
        raise IdentityRefused("the token's nonce is not that of this sign-in")
    shown = instant(claims, "auth_time")  # 4.
    if shown is None:
        raise IdentityRefused(
            "the token does not say when they showed who they are ('auth_time'), though 'max_age' asked for it"
        )
    if not now - expected.max_age - LEEWAY <= shown <= now + LEEWAY:
        raise IdentityRefused(
            f"they showed who they are at {shown:%Y-%m-%d %H:%M:%S} UTC; it is {now:%Y-%m-%d %H:%M:%S}, and at most "
            f"{int(expected.max_age.total_seconds())} seconds ago was asked for ('max_age')"
        )
    subject = claims.get("sub")  # 5.
    if not isinstance(subject, str) or not _is_subject(subject):
        raise IdentityRefused(f"the token's subject ('sub') is {quoted(subject)}, which is no person's name")
    return Operator(
        operator_id(url, subject), shown_name(claims, subject), _level(claims, known.rules), min(shown, now)
    )


def contexts_for(rules: Sequence[LevelRule], level: AssuranceLevel) -> tuple[str, ...]:
    """The authentication contexts to ask for (`acr_values`) where at least that level is needed, the lowest first."""
    fitting = sorted((one for one in rules if one.acr and one.level >= level), key=lambda one: one.level)
    return tuple(dict.fromkeys(one.acr for one in fitting if one.acr))


def _level(claims: Mapping[str, Any], rules: Sequence[LevelRule]) -> AssuranceLevel:
    context, methods = claims.get("acr"), claims.get("amr")
    used = frozenset[str]()
    if isinstance(methods, list) and len(methods) <= _MOST_METHODS:
        used = frozenset(one for one in methods if isinstance(one, str))
    fitting = [
        rule.level
        for rule in rules
        if (rule.acr or rule.amr)
        and (rule.acr is None or (isinstance(context, str) and context == rule.acr))
        and rule.amr <= used
    ]
    return max(fitting, default=AssuranceLevel.AAL1)


def _is_subject(text: str) -> bool:
    """ASCII, as OpenID Connect Core section 2 has it: no two people's ids look alike."""
    return 0 < len(text) <= _LONGEST_SUBJECT and text.isascii() and text.isprintable()


def shown_name(claims: Mapping[str, Any], subject: str) -> str:
    """What people read. It decides nothing."""
    for claim in _NAMES:
        name = claims.get(claim)
        if isinstance(name, str) and name.strip() and name.isprintable():
            return name.strip()[:_LONGEST_NAME]
    return subject[:_LONGEST_NAME]
