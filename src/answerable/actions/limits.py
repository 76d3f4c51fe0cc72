"""How many acts, and how much money, within an hour or a day.

What is counted: what was done within that time, and what may be yet. An act counts from its intent on, and no
longer once it is certain that it was not done. So two that are under way at the same moment can't both take
the last of a limit.
"""

from dataclasses import dataclass

from answerable.actions.action import Action
from answerable.decisions.act_rules import Limit, Per
from answerable.values import Money


@dataclass(frozen=True, slots=True)
class Counted:
    """Acts of a limit within its window. `minor` are those in its currency; `unknown` have another or no amount."""

    acts: int = 0
    minor: int = 0
    unknown: int = 0


def whose(limit: Limit, action: Action) -> str | None:
    """Whose acts of the tool count together for it: the value of `per`. None where that is not known."""
    match limit.per:
        case Per.CUSTOMER:
            return action.customer
        case Per.CONVERSATION:
            return action.conversation
        case Per.WORKLOAD:
            return action.workload
        case Per.TOOL:
            return ""


def beyond(limit: Limit, action: Action, counted: Counted) -> str:
    """Why that limit has no room for the act, in words for a model; empty where it has.

    What can't be counted is beyond it: an act of nobody under a limit per customer, an amount that is not
    known or in another currency, its own or that of one before.
    """
    window = "hour" if limit.window.total_seconds() <= 3600 else "day"  # noqa: PLR2004 – an hour
    of = "in all" if limit.per is Per.TOOL else f"for one {limit.per}"
    if whose(limit, action) is None:
        return f"'{action.tool}' is limited per {limit.per}, and it is not known which {limit.per} this is"
    if limit.most is not None and counted.acts >= limit.most:
        return f"'{action.tool}' is done at most {limit.most} times per {window} {of}, and that is reached"
    if limit.amount is None:
        return ""
    if action.amount is None or action.amount.currency != limit.amount.currency or counted.unknown:
        return f"'{action.tool}' is limited to {limit.amount} per {window} {of}, and the sum is not known"
    if counted.minor + action.amount.minor > limit.amount.minor:
        left = Money(max(limit.amount.minor - counted.minor, 0), limit.amount.currency)
        return f"'{action.tool}' is limited to {limit.amount} per {window} {of}; {left} are left of it"
    return ""
