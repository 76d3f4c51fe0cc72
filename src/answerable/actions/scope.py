"""How far a chain of acts goes: as far as the authority of the decision that began it, and no further.

A bot that may do one thing must not come to do another by small steps, each allowed by itself. So acts that
follow one another are counted against what the *first* was decided for: its tool and those that the pack says
it leads to, its customer, its thing, its sum, and a number of acts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from answerable.actions.action import Action
from answerable.actions.state import COUNTED, UNKNOWN, UNSENT, State
from answerable.decisions.act_rules import LONGEST_CHAIN, LeadsTo
from answerable.values import ActionId, Digest, Money


@dataclass(frozen=True, slots=True)
class Authority:
    """What the first decision of a chain covers. Made once, when the chain begins, and kept with it."""

    tools: frozenset[str]
    customer: str | None
    resource: str | None
    amount: Money | None
    """The most that all acts of the chain come to; None: no act of it moves money."""
    most: int = LONGEST_CHAIN
    """Acts, the first included."""


@dataclass(frozen=True, slots=True)
class Link:
    """An act of a chain, as its scope counts it."""

    id: ActionId
    tool: str
    arguments: Digest
    state: State
    amount: Money | None
    undoes: ActionId | None = None


def authority_of(first: Action, leads_to: LeadsTo) -> Authority:
    """What the act that begins a chain covers."""
    return Authority(
        frozenset({first.tool, *leads_to.tools}),
        first.customer,
        first.resource,
        first.budget or first.amount,
        leads_to.most,
    )


def beyond_scope(authority: Authority, chain: Sequence[Link], action: Action, arguments: Digest) -> str:
    """Why the act is not one of that chain any more, in words for a model; empty where it is.

    1. One that takes back an act of the chain always belongs to it, once.
    2. While an act is under way, or it is not known what became of one, nothing follows.
    3. After one that failed nothing follows but the same act again.
    4. Its tool, customer and thing are those of the first decision.
    5. There are no more acts than that covers, and no more money.
    """
    counted = [one for one in chain if one.state in COUNTED]
    undone = {one.undoes for one in counted if one.undoes is not None}
    own = [one for one in counted if one.undoes is None]
    # 1.
    if action.undoes is not None:
        if all(one.id != action.undoes or one.state is not State.DONE for one in chain):
            return f"the act '{action.undoes}' is not one of this chain that was done: there is nothing to take back"
        return (
            f"the act '{action.undoes}' is taken back already, or may be" if action.undoes in undone else ""
        )
    # 2.
    if any(one.state in UNSENT for one in chain):
        return "another act of the same chain is under way; wait until it is settled"
    if found := next((one for one in chain if one.state in UNKNOWN), None):
        return f"it is not known yet whether '{found.tool}' was done; nothing follows it until that is"
    # 3.
    if (failed := stopped_by(chain)) and (failed.tool, failed.arguments) != (action.tool, arguments):
        return f"'{failed.tool}' before it was not done: the chain stops there"
    # 4.
    if action.tool not in authority.tools:
        return (
            f"'{action.tool}' is not what was decided on at first, nor does the pack say that it leads there"
        )
    if action.customer != authority.customer:
        return "it is for another customer than the act that began the chain"
    if action.resource is not None and action.resource != authority.resource:
        return "it is about another thing than the act that began the chain"
    # 5.
    if len(own) >= authority.most:
        return f"the chain has {len(own)} acts, as many as may come of one decision"
    taken_back = {one.undoes for one in counted if one.state is State.DONE}
    return _beyond_sum(authority, [one.amount for one in own if one.id not in taken_back], action)


def stopped_by(chain: Sequence[Link]) -> Link | None:
    """The act that failed and that nobody has done since; `chain` is in its order."""
    failed: dict[tuple[str, Digest], Link] = {}
    for one in chain:
        if one.undoes is None:
            if one.state in (State.NOT_DONE, State.GIVEN_UP):
                failed[one.tool, one.arguments] = one
            else:
                failed.pop((one.tool, one.arguments), None)
    return next(iter(failed.values()), None)


def _beyond_sum(authority: Authority, before: Sequence[Money | None], action: Action) -> str:
    sums = [one for one in (*before, action.amount) if one is not None and one.minor]
    if not sums:
        return ""
    if authority.amount is None or any(one.currency != authority.amount.currency for one in sums):
        return "the act that began the chain covers no sum in this currency"
    total = sum(one.minor for one in sums)
    if total > authority.amount.minor:
        return f"the chain would come to {Money(total, authority.amount.currency)}; {authority.amount} were decided on"
    return ""
