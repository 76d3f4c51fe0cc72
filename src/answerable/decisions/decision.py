"""A decision: what happens to a line, and who stands behind it. Never a bare bool."""

from dataclasses import dataclass
from enum import StrEnum

from answerable.values import Digest, PolicyId


class Outcome(StrEnum):
    """What the customer gets, mildest first; the order is the order of caution."""

    RELEASE = "release"
    """The line, as it was written."""
    REVISE = "revise"
    """Approved wording in the line's place."""
    HOLD = "hold"
    """Approved wording that says a person has to confirm; the line waits for one."""
    WITHHOLD = "withhold"
    """Approved wording that says no more than that this can't be said."""


CAUTION = tuple(Outcome)
"""Outcomes by rising caution: where policies disagree, the most cautious one wins."""


class ActOutcome(StrEnum):
    """What becomes of an act that the model asks for, mildest first; the order is the order of caution."""

    PERMIT = "permit"
    """It goes on, as it was asked for."""
    HOLD = "hold"
    """It waits for a person with the authority."""
    REFUSE = "refuse"
    """It does not go on; the model is told why, and what would be allowed."""


ACT_CAUTION = tuple(ActOutcome)
"""Outcomes of acts by rising caution."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as an auditor needs it: its id, who owns it, and why it exists."""

    id: PolicyId
    owner: str
    because: str
    permits: bool
    outcome: Outcome = Outcome.RELEASE
    wording: str | None = None
    route: str | None = None
    on_act: ActOutcome = ActOutcome.PERMIT
    instead: str | None = None
    """What would be allowed, in words that a model can act on."""
    cites: tuple[str, ...] = ()
    """The sentences of the company's published policy that it puts into force."""
    controls: tuple[str, ...] = ()
    file: str = ""
    acts: frozenset[str] = frozenset()
    """The actions that its scope names; empty where it speaks of all."""
    always: bool = False
    """It has no condition, and names neither a principal nor a resource."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Words that somebody approved for the customer to hear instead of a line."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome for one line, and everything that led to it.

    `policies` determined the outcome, `errors` are evaluation errors (any of
    them holds the line), `bundle` is the digest of the bundle in force.
    `wording` is what the customer hears where the line itself is not released.
    """

    outcome: Outcome
    because: str
    policies: tuple[Policy, ...]
    bundle: Digest
    wording: Wording | None = None
    route: str | None = None
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ActDecision:
    """The outcome for one act, and everything that led to it.

    `missing` names facts that were not known, each with how to learn it; `instead`
    what would be permitted. Any of `errors` holds the act.
    """

    outcome: ActOutcome
    because: str
    policies: tuple[Policy, ...]
    bundle: Digest
    missing: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    route: str | None = None
    errors: tuple[str, ...] = ()
