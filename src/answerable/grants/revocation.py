"""Taking grants back: one, all of a conversation, of a program, of a bundle, of an approver, or every one.

A revocation stands until somebody lifts it: while it stands, nothing that it names is issued or
used. What was issued before it was lifted stays dead. So lifting one never brings a credential
back to life, and the program that was stopped has to ask again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from answerable.grants.grant import LONGEST_TEXT, Approval, Grant, Intent, Policies
from answerable.values import Digest, GrantId


class Selector(StrEnum):
    """What a revocation names."""

    GRANT = "grant"
    CONVERSATION = "conversation"
    WORKLOAD = "workload"
    BUNDLE = "bundle"
    APPROVER = "approver"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Selection:
    """Some grants. For `everything` the value is empty."""

    selector: Selector
    value: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError where it names nothing."""
        if (self.selector is Selector.EVERYTHING) is bool(self.value):
            raise ValueError(f"'{self.selector}' takes {'no' if self.value else 'a'} value")
        if len(self.value) > LONGEST_TEXT or (self.value and not self.value.isprintable()):
            raise ValueError(f"the value for '{self.selector}' can't stand in a grant, so it selects none")

    def __str__(self) -> str:
        return f"{self.selector}:{self.value}"


KILL_SWITCH = Selection(Selector.EVERYTHING)


@dataclass(frozen=True, slots=True)
class Revocation:
    """Who took what back, when and why; and since when it no longer stands, where it does not."""

    selection: Selection
    at: datetime
    by: str
    reason: str
    lifted: datetime | None = None

    def covers(self, grant: Grant) -> bool:
        """Is that grant taken back by it?"""
        return self.selection in selections(grant) and (self.lifted is None or grant.issued <= self.lifted)


def revoked(grant: Grant, revocations: Iterable[Revocation]) -> Revocation | None:
    """The first revocation that takes the grant back, if one does."""
    return next((one for one in revocations if one.covers(grant)), None)


def selections(grant: Grant) -> tuple[Selection, ...]:
    """Everything by which that grant can be taken back."""
    return selections_of(grant.id, grant.intent, grant.basis, grant.bundle)


def selections_of(
    grant: GrantId, intent: Intent, basis: Policies | Approval, bundle: Digest
) -> tuple[Selection, ...]:
    """Everything by which a grant with that id, of that act, on that basis, can be taken back."""
    found = [
        KILL_SWITCH,
        Selection(Selector.GRANT, grant),
        Selection(Selector.WORKLOAD, intent.workload),
        Selection(Selector.BUNDLE, bundle),
    ]
    if intent.conversation is not None:
        found.append(Selection(Selector.CONVERSATION, intent.conversation))
    if isinstance(basis, Approval):
        found += [Selection(Selector.APPROVER, one) for one in basis.by]
    return tuple(found)
