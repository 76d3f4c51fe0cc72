"""Where grants are kept, so that each is used at most once, whoever asks and whatever crashes.

Implementations are synchronous, may be shared by threads, may have one place in common with other
processes, and are held to one suite: tests/ports/test_grant_store.py.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from answerable.grants.grant import Grant, Permit
from answerable.grants.revocation import Revocation, Selection
from answerable.grants.state import ConsumeAnswer, IssueAnswer, State
from answerable.values import GrantId


class GrantStore(Protocol):
    """Every method raises GrantsUnavailable where the store can't answer.

    After that it is not known whether a write took place. Ask again: with the same grant to issue it, with
    the same attempt to consume it. Nothing is done meanwhile.
    """

    name: str
    """What messages call it: a file, or a database without its password."""

    def issue(self, grant: Grant, permit: Permit) -> IssueAnswer:
        """Make a grant durable; only then may its token be given out.

        One permit makes one act possible. Where its act was done, nothing is issued. Where an earlier grant
        of it was not used (it expired, or its token never arrived), the new one takes its place, and the
        earlier one is dead from then on. What a standing revocation covers is not issued.
        Raises ValueError where the grant is not one of that permit's.
        """

    def consume(self, grant: GrantId, now: datetime, attempt: str) -> ConsumeAnswer:
        """Use a grant up, durably: of all that ever ask, one attempt gets `Consumed`.

        `attempt` names one request that a back end was sent, at random and never by the sender: an answer
        that was lost can be asked for again with it.
        """

    def state(self, grant: GrantId, now: datetime) -> State:
        """What became of a grant. Changes nothing."""

    def revoke(self, revocation: Revocation) -> None:
        """Take grants back, durably: from when this returns, none that it covers is consumed."""

    def lift(self, selection: Selection, at: datetime, by: str) -> int:
        """End every standing revocation of exactly that; how many. What it covered until then stays dead."""

    def revocations(self) -> Sequence[Revocation]:
        """Those that are kept, oldest first."""

    def outstanding(self, selection: Selection, now: datetime) -> Sequence[Grant]:
        """The grants that can still be used, of those selected; oldest first."""

    def first_use(self, proof: str, until: datetime) -> bool:
        """Is a proof of this id seen for the first time? Remembered until `until`, durably."""

    def clean(self, before: datetime) -> int:
        """Forget what can no longer matter, if it ended before that; how many grants.

        A grant ends when it has expired and its permit is over, so that no other can be issued under it.
        """

    def problem(self) -> str:
        """What stands in the way of using it, as far as a look can tell; empty where nothing does."""

    def close(self) -> None:
        """Let go. What is asked afterwards raises GrantsUnavailable."""
