"""A step whose entries are durable: what somebody will have to answer for, or be granted, gets its entry's name."""

from collections.abc import Sequence

import msgspec

from answerable.decisions import ActOutcome, Outcome
from answerable.flow import Line, Output, PassCall, Step, StopCall
from answerable.receipts import CallBody, LineBody


def named(step: Step, leaves: Sequence[str]) -> list[Output]:
    """The step's outputs, with the leaf hashes of the entries of acts and of held lines.

    Every line and every call has one entry, in their order. Most steps have neither acts nor held lines,
    and are as they were.
    """
    if not any(_wants_name(output) for output in step.outputs):
        return step.outputs
    entries = iter(
        [
            leaf
            for draft, leaf in zip(step.drafts, leaves, strict=True)
            if isinstance(draft.body, LineBody | CallBody)
        ]
    )
    found: list[Output] = []
    for output in step.outputs:
        if isinstance(output, Line | PassCall | StopCall):
            entry = next(entries)
            if _wants_name(output):
                output = msgspec.structs.replace(output, entry=entry)  # noqa: PLW2901 – the same, named
        found.append(output)
    return found


def waits(output: Line | StopCall) -> bool:
    """Do people have to answer for it?"""
    if isinstance(output, Line):
        return output.decision.outcome is Outcome.HOLD
    return output.decision is not None and output.decision.outcome is ActOutcome.HOLD


def _wants_name(output: Output) -> bool:
    match output:
        case Line():
            return output.decision.outcome is Outcome.HOLD
        case PassCall() | StopCall():
            return output.decision is not None
        case _:
            return False
