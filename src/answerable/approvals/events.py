"""What can happen to something that waits for people. Each names the instant at which it happens, in UTC."""

from datetime import datetime
from enum import StrEnum

import msgspec

from answerable.values import Digest, Money, OperatorId


class Result(StrEnum):
    """What became of an act that was approved."""

    DONE = "done"
    NOT_DONE = "not_done"
    UNCERTAIN = "uncertain"


class Opened(msgspec.Struct, frozen=True, tag="opened"):
    """It waits from now on. The first of all, and only that."""

    at: datetime


class Approve(msgspec.Struct, frozen=True, tag="approve"):
    """Somebody with the authority says yes to what they were shown: `binds` is its digest."""

    at: datetime
    by: OperatorId
    binds: Digest
    level: int = 0
    """The assurance level of their sign-in."""
    policies: tuple[str, ...] = ()
    """The rules on duties that let them."""
    needed: int = 1
    """How many have to, by the rules on duties."""
    also: tuple[OperatorId, ...] = ()
    """Their other ids: a yes of one of these is theirs, and no second one."""


class Change(msgspec.Struct, frozen=True, tag="change"):
    """Somebody approves something else in its place: other arguments, or other words."""

    at: datetime
    by: OperatorId
    binds: Digest
    """What they were shown, and changed."""
    content: Digest
    amount: Money | None = None
    level: int = 0
    policies: tuple[str, ...] = ()
    needed: int = 1


class Deny(msgspec.Struct, frozen=True, tag="deny"):
    at: datetime
    by: OperatorId
    binds: Digest
    level: int = 0
    policies: tuple[str, ...] = ()


class Withdraw(msgspec.Struct, frozen=True, tag="withdraw"):
    """Whoever asked, or an approver, takes it back before anything was done. `by` is an operator, or the workload."""

    at: datetime
    by: str
    level: int | None = None
    policies: tuple[str, ...] = ()


class Expire(msgspec.Struct, frozen=True, tag="expire"):
    """Its time is over: nobody answered, or what was approved was not used. Never anybody's "no"."""

    at: datetime


class Void(msgspec.Struct, frozen=True, tag="void"):
    """What was asked about is not what it was. `why` names nobody's data."""

    at: datetime
    why: str


class Use(msgspec.Struct, frozen=True, tag="use"):
    """What was approved is about to happen: exactly `binds`, by this attempt, and by no other."""

    at: datetime
    binds: Digest
    attempt: str
    """An action's id: whoever lost the answer asks again with the same one."""


class Finish(msgspec.Struct, frozen=True, tag="finish"):
    """What became of the act that was approved. An uncertain one may be known later."""

    at: datetime
    attempt: str
    result: Result


class Remind(msgspec.Struct, frozen=True, tag="remind"):
    """Somebody is reminded, for the time that `number` says (1 is the first)."""

    at: datetime
    number: int


class Escalate(msgspec.Struct, frozen=True, tag="escalate"):
    """It is handed on to the next queue of its plan, as the step that `number` says (1 is the first)."""

    at: datetime
    number: int


class Noticed(msgspec.Struct, frozen=True, tag="noticed"):
    """Whoever answers was told that something waits. `number` is the state's `notices` when it was sent."""

    at: datetime
    number: int


class Told(msgspec.Struct, frozen=True, tag="told"):
    """The customer was given the outcome, or the program that speaks with them was."""

    at: datetime
    how: str
    """webhook, polled, next_turn."""


Event = (
    Opened
    | Approve
    | Change
    | Deny
    | Withdraw
    | Expire
    | Void
    | Use
    | Finish
    | Remind
    | Escalate
    | Noticed
    | Told
)
UNRECORDED = (Finish, Noticed)
"""What has no entry of its own: an act's end has its receipt, and a notice decides nothing."""
