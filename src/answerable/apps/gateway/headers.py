"""Which headers travel on: the caller's to the upstream, the upstream's to the caller."""

import re
from collections.abc import Mapping

TRACE = "Answerable-Trace"

# Connection-level headers (RFC 9110 section 7.6.1), and those that our own rewriting makes untrue.
_STAY = frozenset(
    "connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer "
    "transfer-encoding upgrade host content-length content-encoding accept-encoding content-md5 "
    "digest etag "
    "cookie set-cookie date server expect forwarded x-forwarded-for x-forwarded-host x-forwarded-proto".split()
)
# What a server may write (RFC 9110 sections 5.1 and 5.5); an upstream that sends other things is read on.
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def upstream_headers(
    given: Mapping[str, str], *, key: str | None, pass_authorization: bool
) -> dict[str, str]:
    """The caller's headers for the upstream, with the gateway's own credential where it has one."""
    headers = {
        name: value
        for name, value in given.items()
        if name.lower() not in _STAY
        and (pass_authorization or name.lower() not in ("authorization", "api-key"))
    }
    if key is not None:
        headers = {name: value for name, value in headers.items() if name.lower() != "authorization"}
        headers["Authorization"] = f"Bearer {key}"
    # A compressed stream arrives in blocks, and a line would wait for its block.
    headers["Accept-Encoding"] = "identity"
    return headers


def client_headers(given: Mapping[str, str], trace: str) -> dict[str, str]:
    """The upstream's headers for the caller (request ids, rate limits, Retry-After), and the trace."""
    headers = {
        name: value.encode("utf-8", "surrogateescape").decode("latin-1")
        for name, value in given.items()
        if name.lower() not in _STAY and _NAME.fullmatch(name) and not _CONTROL.search(value)
    }
    headers[TRACE] = trace
    return headers
