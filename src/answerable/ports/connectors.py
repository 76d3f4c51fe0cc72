"""Back ends, as whoever runs an act calls them.

Implementations are held to one suite: tests/ports/test_connectors.py.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from answerable.actions.outcome import Outcome
from answerable.exchange import ToolSpec
from answerable.values import ActionId, WorkloadId


@dataclass(frozen=True, slots=True)
class ShownGrant:
    """A grant for a back end that checks it itself. `proof` makes a DPoP proof for a method and a URL (RFC 9449)."""

    token: str
    proof: Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class BackEnd:
    """Who does acts: `audience` is its name in grants, `workload` the program that uses up what is granted for it."""

    audience: str
    workload: WorkloadId | None = None
    """None where it checks no grants: the gateway uses them up before it calls."""
    by_bot: bool = False
    """Do the bots' own clients call it, with grants of their own? Then there is no connector for it."""


BackEnds = Mapping[str, BackEnd]
"""Back ends by the names that acts are mapped to (`connector` in actions.yaml)."""


@dataclass(frozen=True, slots=True)
class BackEndCall:
    """One act, or one read, as it is put to a back end.

    `key` is the idempotency key: the same for every try of one action, and for no other. `grant` is None for
    a read and where the connector holds the back end's own credential (the gateway brokers).
    """

    action: ActionId
    tool: str
    arguments: str
    """The JSON text whose digest was decided on; sent as it stands."""
    key: str
    grant: ShownGrant | None = None


class Connector(Protocol):
    """One back end. Credentials are its own affair: they are in no call, result or message."""

    name: str
    checks_grants: bool
    """Does the back end check the grant itself? Else the gateway uses it up before the call."""
    repeatable: bool
    """Does the back end do a call once, however often it comes with the same key?"""
    can_query: bool
    """Can it be asked what became of a call?"""

    async def tools(self) -> Sequence[ToolSpec]:
        """What it offers. Raises UpstreamError where it can't be asked."""

    async def call(self, call: BackEndCall, seconds: float) -> Outcome:
        """Do it, within that many seconds. Never raises for anything that the back end or the network does.

        What can't be told to have failed before anything was done is `Uncertain`. `NotDone` is about this try:
        it settles no earlier one of the same key that was `Uncertain` (a grant that is used up is refused at a
        second try, also where the first one was done). A read does nothing, so its failures are `NotDone`, or
        `Uncertain` where a back end can't tell a read from an act.
        """

    async def query(self, call: BackEndCall, seconds: float) -> Outcome:
        """What became of that call (by its key); changes nothing. `Uncertain` where that can't be learned.

        Ask when the call's time is over: before that, what is not known yet may still be done.
        """

    async def problem(self) -> str:
        """Why it can't be used now, as far as a look can tell, in words for an operator; empty where it can."""

    async def close(self) -> None: ...
