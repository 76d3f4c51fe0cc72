"""The people of a single machine: who was invited, and the passkeys that they registered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NewType, Protocol

from answerable.values import OperatorId

LOCAL = "local"
"""The issuer of ids of this directory. A login service's is a URL, so no id of one is an id of the other."""

Handle = NewType("Handle", str)
"""A person's random name here: 26 letters. It is the user handle of their passkeys, and says nothing of them."""


def local_id(handle: Handle) -> OperatorId:
    return OperatorId(f"{LOCAL}#{handle}")


@dataclass(frozen=True, slots=True)
class Person:
    handle: Handle
    name: str
    """For people to read."""
    invited: datetime
    passkeys: int = 0


@dataclass(frozen=True, slots=True)
class Passkey:
    """A credential that somebody registered (WebAuthn Level 3, section 4)."""

    id: str
    """Its id in base64url, as browsers send it."""
    public_key: bytes
    """COSE."""
    count: int
    """How often its authenticator says that it signed; 0 where it does not count."""
    synced: bool
    """May it be on several devices (backup eligible)?"""


class Directory(Protocol):
    """Every method raises RolesUnavailable where the store can't answer: then nobody signs in."""

    name: str

    def invite(self, person: Person, code: str, until: datetime) -> None:
        """Let somebody register one passkey with a code, of which this is a digest. They may be here already."""

    def invited(self, code: str, now: datetime) -> Person | None:
        """Whom a code invites, where it was not used and is not too old."""

    def register(self, code: str, passkey: Passkey, now: datetime) -> Person | None:
        """Use the code up and keep the passkey, both or neither.

        None where the code is not good, or the passkey is known already.
        """

    def find(self, passkey: str) -> tuple[Person, Passkey] | None:
        """Whose passkey that is."""

    def signed(self, passkey: Passkey, count: int, now: datetime) -> bool:
        """Keep the new count. False where the last one is another by now: somebody signed in with it meanwhile."""

    def passkeys(self, handle: Handle) -> Sequence[str]:
        """The ids of somebody's passkeys."""

    def people(self) -> Sequence[Person]:
        """Everybody, in the order in which they were invited."""

    def remove(self, handle: Handle) -> bool:
        """Forget somebody, their passkeys and invitations. Were they there?"""

    def problem(self) -> str: ...

    def close(self) -> None: ...
