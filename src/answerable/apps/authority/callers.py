"""Who asks the issuer, and for what they may ask."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request

from answerable.values import WorkloadId


@dataclass(frozen=True, slots=True)
class Caller:
    """A program that proved who it is. Without anything else named, it may ask for nothing."""

    name: str
    workloads: frozenset[WorkloadId] = frozenset()
    """It may ask for grants of these, and revoke them."""
    audiences: frozenset[str] = frozenset()
    """The back ends that it is: it introspects, consumes and revokes grants for them."""
    revokes: bool = False
    """It may revoke and lift by any selector, everything included."""


Authenticate = Callable[[Request], Awaitable[Caller]]
"""Who sent a request. Raises NotAuthenticated."""
