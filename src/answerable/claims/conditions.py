"""What an if, when or after clause makes its main clause wait for."""

from answerable.claims.frame import Condition
from answerable.claims.grammar import COURTESY, INFORMATION
from answerable.claims.verbs import BASE, PAST
from answerable.claims.words import STOPS

_AHEAD = 8


def condition_at(words: list[str], at: int) -> Condition | None:
    """What the clause that opens at `at` makes its main clause wait for."""
    head = words[at]
    ahead = words[at + 1 : at + 1 + _AHEAD]
    for stop, word in enumerate(ahead):
        if word in STOPS or word == ",":
            ahead = ahead[:stop]
            break
    if not ahead or head in {"whether", "while", "before", "until", "till"}:
        return None
    first = ahead[0]
    if first in {"you", "customer"}:
        if not COURTESY.isdisjoint(ahead) and not {"like", "want", "prefer"} & set(ahead[:4]):
            return Condition.COURTESY
        second = ahead[1] if len(ahead) > 1 else ""
        if (second in PAST and second not in BASE) or second in {"were", "did", "had"}:
            return None
        if {"else", "anything", "questions"} & set(ahead):
            return Condition.COURTESY
        return Condition.CUSTOMER
    if first in {"i", "we"} and {"have", "receive", "get", "hear", "know"} & set(ahead[1:3]):
        return Condition.MILESTONE if INFORMATION.isdisjoint(ahead[2:]) else Condition.CUSTOMER
    if first in {
        "confirmed",
        "approved",
        "accepted",
        "agreed",
        "so",
        "needed",
        "that",
        "this",
        "everything",
        "yes",
    }:
        return Condition.CUSTOMER
    if first == "your" and {"confirmation", "approval", "reply", "response", "consent", "answer"} & set(
        ahead[1:3]
    ):
        return Condition.CUSTOMER
    return Condition.MILESTONE
