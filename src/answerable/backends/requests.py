"""A request as a back end was sent it, and which act it is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from answerable.grants import Presented
from answerable.values.errors import GrantRefused, InvalidRequest

MOST_HEADER = 16 * 1024
NOT_SHOWN = "unauthorized"
"""The code where no token was shown at all."""
_SCHEMES = frozenset({"dpop", "bearer"})


@dataclass(frozen=True, slots=True)
class BackendRequest:
    """`path` is decoded and what the application routes by; `url` is what the caller asked for, without the query."""

    method: str
    path: str
    query: str
    body: bytes
    url: str


@dataclass(frozen=True, slots=True)
class Act:
    """What is about to be done: the action's name, and its arguments as JSON text."""

    action: str
    arguments: str


ActOf = Callable[[BackendRequest], Act]
"""Which act a request is. It must find in it everything that the application goes by: what it leaves out, a
grant does not cover. Raises InvalidRequest where the request is none."""


def act_in_path(prefix: str = "/") -> ActOf:
    """Acts that are posted to `/action` with the arguments as body: `POST /cancel_order`, `{"order_id":"W1"}`.

    A query is refused: neither the grant nor the proof speaks of it.
    """

    def act_of(request: BackendRequest) -> Act:
        action = request.path.removeprefix(prefix)
        if request.method != "POST" or not request.path.startswith(prefix) or not action or "/" in action:
            raise InvalidRequest(f"an act is a POST to '{prefix}' and its name")
        if request.query:
            raise InvalidRequest("an act has no query; its arguments are the body")
        try:
            return Act(action, request.body.decode())
        except UnicodeDecodeError as error:
            raise InvalidRequest(f"the body is not UTF-8 at byte {error.start}") from None

    return act_of


def presented(
    headers: Iterable[tuple[str, str]], method: str, url: str, certificate: bytes | None
) -> Presented:
    """The token that came with a request. Raises GrantRefused: none, two, or under another scheme.

    Of two headers of a name, two readers might take two; so there is one.
    """
    found: dict[str, str] = {}
    for name, value in headers:
        if (lower := name.lower()) in ("authorization", "dpop"):
            if lower in found:
                raise GrantRefused(f"the request has two '{lower}' headers", "invalid_request")
            if len(value) > MOST_HEADER:
                raise GrantRefused(f"the '{lower}' header is too large", "invalid_request")
            found[lower] = value
    scheme, _, token = found.get("authorization", "").partition(" ")
    if not token or scheme.lower() not in _SCHEMES:
        raise GrantRefused("the request came without a grant", NOT_SHOWN)
    return Presented(scheme, token.strip(" "), method, url, found.get("dpop"), certificate)
