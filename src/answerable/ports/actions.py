"""Where acts are kept while they are done, so that none is lost and none is done twice.

Implementations are synchronous, may be shared by threads, may have one place in common with other
processes, and are held to one suite: tests/ports/test_action_store.py.

What an act is about (its arguments, the back end's answer, whom it is about, what a reason says) is personal
data. It is kept here in the clear for as long as the act is not finished, because without it nobody could
go on; then only the arguments' digest stays. The ledger has all of it, sealed under the customer's key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from answerable.actions.action import Action
from answerable.actions.scope import Authority, Link
from answerable.actions.state import Event, Progress
from answerable.decisions.act_rules import Limit
from answerable.grants import DecisionId
from answerable.values import ActionId, ConversationId, Digest


class Lease(NamedTuple):
    """Who works on an act, and until when nobody else does. `holder` is random, of one piece of work."""

    holder: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """An act as it is kept. Once it is finished, its arguments, its subject and the texts of its outcome are empty."""

    action: Action
    arguments: Digest
    """The digest of its arguments."""
    until: datetime
    """When its permit is over."""
    begun: datetime
    authority: Authority | None
    """What its chain covers, where it began one."""
    progress: Progress
    lease: Lease
    version: int
    """Grows with each change: who knows an older one changes nothing."""

    @property
    def link(self) -> Link:
        """It as a part of its chain."""
        action = self.action
        return Link(action.id, action.tool, self.arguments, self.progress.state, action.amount, action.undoes)


class ActionStore(Protocol):
    """Every method raises ActionsUnavailable where the store can't answer.

    After that it is not known whether a write took place.
    """

    name: str
    """What messages call it: a file, or a database without its password."""

    def begin(
        self,
        action: Action,
        *,
        until: datetime,
        authority: Authority | None,
        limits: Sequence[Limit],
        now: datetime,
        lease: Lease,
    ) -> Kept:
        """Keep the intent of an act, durably, and count it.

        Of one decision there is one act: where there is one already, that is returned, whatever its id; with
        this lease if it was not finished and nobody else works on it any more, else with its own.
        Raises ActionRefused where a limit has no room for it, where it is beyond the authority of the
        decision that began its chain, where that chain is not known here, or where `until` is past. In one
        transaction: of two that come at once, the second sees the first.
        """

    def advance(self, kept: Kept, event: Event, lease: Lease) -> Kept:
        """One step further, durably, if it still stands as `kept` says; the lease goes on as given.

        Once it is finished, what is personal in it is forgotten; what this returns still has it.
        Raises ActionTaken where somebody else was first, ActionError where the step can't be (`actions.step`).
        """

    def unfinished(self, now: datetime, lease: Lease, most: int) -> Sequence[Kept]:
        """Acts that are not finished and that nobody works on any more, the longest first; they get this lease.

        Not those that wait for a person.
        """

    def renew(self, kept: Kept, lease: Lease) -> Kept:
        """Change the lease alone: to come back later, hand it `now`, or a time at which to look again.

        Raises ActionTaken.
        """

    def find(self, action: ActionId) -> Kept | None:
        """An act as it stands; None where it is not known here (any more)."""

    def of_decision(self, decision: DecisionId) -> Kept | None:
        """The act of a decision."""

    def of_conversation(self, conversation: ConversationId) -> Sequence[Kept]:
        """Its acts, in the order in which they were begun."""

    def of_chain(self, first: DecisionId) -> Sequence[Kept]:
        """The acts of the chain that this decision began, in their order."""

    def unknown(self, most: int) -> Sequence[Kept]:
        """Acts of which it is not known whether they were done, the oldest first: those for a person among them."""

    def waiting(self, most: int) -> Sequence[Kept]:
        """Acts that may have been done and that somebody may say it of, the oldest first: `uncertain` and `person`."""

    def count_waiting(self) -> int:
        """How many those are in all."""

    def clean(self, before: datetime) -> int:
        """Forget what is finished and whose permit was over by then, and every trace of what was forgotten before.

        How many acts. To be called every few minutes.

        Limits count only what is kept: `before` lies further back than the longest of them.
        """

    def problem(self) -> str:
        """What stands in the way of using it, as far as a look can tell; empty where nothing does."""

    def close(self) -> None:
        """Let go. What is asked afterwards raises ActionsUnavailable."""
