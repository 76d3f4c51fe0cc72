"""Who calls: proven by what they show, never by what a request's body says."""

from typing import NamedTuple, Protocol

from answerable.identity import Workload


class Shown(NamedTuple):
    """What a caller shows of itself."""

    authorization: str | None = None
    """The Authorization header."""
    certificates: tuple[bytes, ...] = ()
    """The chain of its TLS certificate in DER, leaf first; its handshake showed that it holds the key."""


class WorkloadAuthenticator(Protocol):
    """Names the workload behind a request."""

    @property
    def open(self) -> bool:
        """Is everybody served, with nothing shown?"""

    @property
    def problem(self) -> str:
        """Why nobody of some trust domain or issuer can be known now; empty where all can."""

    async def authenticate(self, shown: Shown) -> Workload:
        """The workload. Raises NotAuthenticated, whose message tells a stranger nothing."""

    async def run(self) -> None:
        """Keep the keys that workloads are known by fresh, until cancelled. Never raises."""
