"""What a caller is told where its act is not done: that, and nothing of why."""

import json
import logging
from typing import NamedTuple

from answerable.backends import requests
from answerable.values.errors import AnswerableError, GrantRefused, InvalidRequest, RequestTooLarge

_LOG = logging.getLogger("answerable.backends")
_CHALLENGE = 'DPoP algs="ES256"'


class Refusal(NamedTuple):
    status: int
    headers: list[tuple[str, str]]
    body: bytes


def refusal(error: AnswerableError) -> Refusal:
    """The answer to a request that was refused (RFC 6750 section 3, RFC 9449 section 7.1); why goes to the log."""
    _LOG.warning("an act was not done: %s", error)
    match error:
        case GrantRefused(code=("invalid_token" | "invalid_dpop_proof") as code):
            return _refusal(401, code, f'{_CHALLENGE}, error="{code}"')
        case GrantRefused(code=requests.NOT_SHOWN):
            return _refusal(401, requests.NOT_SHOWN, _CHALLENGE)
        case RequestTooLarge():
            return _refusal(413, "invalid_request")
        case InvalidRequest() | GrantRefused():
            return _refusal(400, "invalid_request")
        case _:
            refused = _refusal(503, "temporarily_unavailable")
            # Nothing was done, and a caller can tell that from a server that broke down half-way.
            return refused._replace(headers=[*refused.headers, ("Retry-After", "1")])


def _refusal(status: int, code: str, challenge: str | None = None) -> Refusal:
    body = json.dumps({"error": code}).encode()
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
    ]
    return Refusal(status, headers + ([("WWW-Authenticate", challenge)] if challenge else []), body)
