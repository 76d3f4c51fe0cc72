"""Where sessions of the company's people are kept, and what a sign-in under way was begun with.

Keys are digests of what browsers hold: whoever reads the store can sign in as nobody. Implementations are
synchronous and may be shared by threads and processes.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from answerable.identity.operators import Operator
from answerable.values import OperatorId


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in."""

    operator: Operator
    begun: datetime
    seen: datetime
    """When they last did something."""

    def seen_at(self, now: datetime) -> "Session":
        return replace(self, seen=now)


class SignIns(Protocol):
    """Every method raises RolesUnavailable where the store can't answer: then nobody is signed in."""

    name: str

    def begin(self, key: str, session: Session) -> None:
        """Keep a new session, durably."""

    def session(self, key: str) -> Session | None:
        """The session of a key, however old it is."""

    def seen(self, key: str, now: datetime) -> None:
        """They did something now."""

    def end(self, key: str) -> bool:
        """End a session, durably. Was there one?"""

    def end_all(self, operator: OperatorId) -> int:
        """End every session of somebody; how many."""

    def keep(self, key: str, purpose: str, data: str, until: datetime) -> None:
        """Keep what a sign-in was begun with. Raises Overloaded where too many are under way."""

    def use(self, key: str, purpose: str, now: datetime) -> str | None:
        """What it was begun with, once: it is gone then. None where there is none for that purpose, or too late."""

    def clean(self, before: datetime) -> int:
        """Forget sessions begun before that, and everything begun that is over by then; how many sessions."""

    def problem(self) -> str: ...

    def close(self) -> None: ...
