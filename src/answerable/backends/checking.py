"""May this act be done now? The one question that a back end asks before it does anything."""

import hmac
from collections.abc import Iterable
from datetime import datetime

from answerable.backends.authority import Authority
from answerable.backends.requests import Act, presented
from answerable.grants import Grant, arguments_digest, confusable, verify_grant
from answerable.values.errors import GrantRefused, InvalidRequest


def check_grant(
    headers: Iterable[tuple[str, str]],
    method: str,
    url: str,
    act: Act,
    *,
    audience: str,
    authority: Authority,
    now: datetime,
    attempt: str,
    certificate: bytes | None = None,
) -> Grant:
    """The grant under which exactly this act may be done now, once. When this returns, it is used up.

    1. One token came with the request (`presented`).
    2. It is a grant of this issuer, for this back end, in force, and shown by its holder (`verify_grant`).
    3. The arguments can be read in one way only.
    4. The act is the one that was decided on: its name and its arguments.
    5. The issuer has used it up for this attempt, durably. Until then nothing was used up, so nobody without
       the holder's key, and nothing with other arguments, takes a grant away from its holder.

    A crash after 5 leaves an act that was not done and can't be under this grant: the holder asks for
    another, and is given one only where its permit lets it. `attempt` is made for each request that comes
    in, from at least 128 random bits; `certificate` is the client's in DER, where TLS has proved it.

    Raises GrantRefused, InvalidRequest, RequestTooLarge; and GrantsUnavailable, where nothing may be done
    either. Their messages are for this back end's owner.
    """
    # 1.
    shown = presented(headers, method, url, certificate)
    # 2.
    grant = verify_grant(shown, authority.key, issuer=authority.issuer, audience=audience, now=now)
    # 3.
    digest = arguments_digest(act.arguments)
    if found := confusable(act.arguments):
        raise InvalidRequest(f"the arguments hold {found}", "arguments")
    # 4.
    if not hmac.compare_digest(act.action.encode("utf-8", "replace"), grant.intent.action.encode()):
        raise GrantRefused(f"the grant is for '{grant.intent.action}', not for '{act.action[:80]}'")
    if not hmac.compare_digest(digest, grant.intent.arguments):
        raise GrantRefused(f"the grant '{grant.id}' is for other arguments")
    # 5.
    authority.consume(shown.token, grant, attempt)
    return grant
