"""What is asked of the rules about duties, and what they answer."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from answerable.values import AssuranceLevel, ConversationId, Money, OperatorId


@dataclass(frozen=True, slots=True)
class Approvable:
    """A held act or line, or an act that was begun, as far as it matters who may answer for it.

    What is not known (None) is beyond any limit.
    """

    kind: Literal["act", "line"]
    route: str | None
    """The queue, as the policy that held it names it."""
    subjects: frozenset[str]
    amount: Money | None
    region: str | None
    requester: str
    """Who asks: the workload, or a person's own id where a person asks."""
    requester_owners: frozenset[OperatorId]
    """Whose workload it is: they approve nothing that it asks for."""
    conversation: ConversationId | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that is to be looked at."""

    kind: Literal["conversation", "approval", "act", "grants", "ledger", "bundle", "roles"]
    owners: frozenset[OperatorId] = frozenset()
    """Of the workload that it is about."""
    route: str | None = None


@dataclass(frozen=True, slots=True)
class Needs:
    """What a sign-in must be for the same thing to be allowed: a step-up asks for it."""

    level: AssuranceLevel
    max_age: timedelta | None
    """How long ago it may have been; None is as long as the session lasts."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rules say about one thing that one person wants to do. It can't be taken for a bool by accident."""

    allowed: bool
    because: tuple[str, ...]
    """In words for the person: of a refusal, what stands in the way."""
    policies: tuple[str, ...]
    """The ids of the rules that determined it."""
    needs: Needs | None = None
    """Where a better or later sign-in, and nothing else, is missing."""
    approvers_needed: int = 1
    """How many different people must approve it in all. Only of approving and taking back it is more than one."""

    def __bool__(self) -> bool:
        raise TypeError("a ruling is no bool; ask it whether it is 'allowed'")


@dataclass(frozen=True, slots=True)
class SignIn:
    """How surely and how lately somebody must have signed in."""

    level: AssuranceLevel = AssuranceLevel.AAL2
    within: timedelta | None = None


@dataclass(frozen=True, slots=True)
class RouteRules:
    """What an approval in a queue takes."""

    two_above: Money | None = None
    """Above this amount, in another currency and where the amount is not known, two different people approve."""
    sign_in: SignIn = SignIn(AssuranceLevel.AAL2, timedelta(minutes=10))
