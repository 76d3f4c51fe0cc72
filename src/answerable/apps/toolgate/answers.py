"""What a caller of a tool hears: words that a model can act on, and the same as data."""

from dataclasses import dataclass, field
from typing import Any

from answerable.actions import Done, NotDone, Outcome
from answerable.apps.toolgate.talks import Seen
from answerable.decisions import ActDecision, ActOutcome
from answerable.flow.acts import told
from answerable.values import ApprovalId, TraceId
from answerable.values.strict_json import JsonError, read_json

REFUSED, HELD, UNCERTAIN, NOT_DONE, DONE = "refused", "held", "uncertain", "not_done", "done"
_LARGEST_PARSED = 256 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of one call. `facts` is `text` as data; `text` of what was done is the back end's own answer."""

    outcome: str
    text: str
    trace: TraceId | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def error(self) -> bool:
        """Did it not do what was asked?"""
        return self.outcome != DONE


def of_outcome(outcome: Outcome, trace: TraceId, decision: str | None, *, act: bool) -> Answer:
    """What a back end made of a call."""
    facts: dict[str, Any] = {"trace": trace}
    if decision is not None:
        facts["decision"] = decision
    match outcome:
        case Done(result, reference):
            if reference is not None:
                facts["reference"] = reference
            return _answer(DONE, result, trace, {**facts, "result": _value(result)})
        case NotDone(reason, again, said):
            ask = " The same call may succeed later." if again else ""
            text = (
                f"Not done: {reason}. Nothing was changed.{ask}"
                if act
                else f"Could not be read: {reason}.{ask}"
            )
            if said:
                text += f" The back end's own words: {said}"
                facts["said"] = _value(said)
            return _answer(NOT_DONE, text, trace, {**facts, "because": reason, "again": again})
        case _ if act:
            text = (
                f"It is not known whether this was done: {outcome.reason}. Do not ask for it again, and tell the "
                "customer neither that it is done nor that it failed: say that a colleague is looking into it."
            )
            return _answer(UNCERTAIN, text, trace, {**facts, "because": outcome.reason})
        case _:
            text = f"Could not be read: {outcome.reason}. Nothing was changed; it may be asked for again."
            return _answer(NOT_DONE, text, trace, {**facts, "because": outcome.reason, "again": True})


def of_decision(
    decision: ActDecision, trace: TraceId, leaf: str, approval: ApprovalId | None = None
) -> Answer:
    """What was not permitted: the rule, what is missing, what would be allowed."""
    held = decision.outcome is ActOutcome.HOLD
    facts = {
        "because": decision.because,
        "missing": list(decision.missing),
        "instead": list(dict.fromkeys(decision.instead)),
        "policies": [policy.id for policy in decision.policies],
        "trace": trace,
        "decision": leaf,
        "approval": approval,
        "route": decision.route,
    }
    return _answer(HELD if held else REFUSED, told(decision), trace, facts)


def of_repeat(before: Seen, trace: TraceId) -> Answer:
    """What was done before, and is not done again."""
    facts = {"trace": trace, "repeats": before.trace, "result": _value(before.result)}
    text = f"Done already, and not done again: {before.result}"
    return _answer(DONE, text, trace, facts)


def _answer(outcome: str, text: str, trace: TraceId | None, facts: dict[str, Any]) -> Answer:
    return Answer(outcome, text, trace, {"outcome": outcome, **facts})


def _value(result: str) -> Any:
    """A result as data where it is JSON, else as text."""
    if len(result) > _LARGEST_PARSED or result.lstrip()[:1] not in ("{", "["):
        return result
    try:
        return read_json(result)
    except JsonError:
        return result
