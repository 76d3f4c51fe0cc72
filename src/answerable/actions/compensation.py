"""Taking an act back: the act that the pack names for it, with arguments from what was done.

It is an act like any other: decided, granted, called under a key of its own, and on record. It can fail, too.
"""

import json
from dataclasses import dataclass

from answerable.decisions.act_rules import Undo
from answerable.grants.arguments import read_arguments
from answerable.records.expressions import ExpressionFailed
from answerable.values import ActionId
from answerable.values.errors import ActionRefused, InvalidRequest


@dataclass(frozen=True, slots=True)
class Compensation:
    """What would take an act back."""

    undoes: ActionId
    tool: str
    arguments: str


def compensation(undoes: ActionId, undo: Undo | None, arguments: str, result: str) -> Compensation:
    """The act that takes another back, from that one's arguments and the back end's answer to it.

    Raises ActionRefused where the pack names none, or an argument of it is not to be found there: an undo with
    half of its arguments would take back something else.
    """
    if undo is None:
        raise ActionRefused(
            f"the pack names nothing that takes the act '{undoes}' back; somebody has to do it by hand"
        )
    try:
        known = {"args": read_arguments(arguments), "result": json.loads(result)}
    except (ValueError, InvalidRequest, RecursionError):
        raise ActionRefused(
            f"what the back end answered to the act '{undoes}' can't be read, so it can't be taken back from here"
        ) from None
    found: dict[str, object] = {}
    for name, expression in undo.arguments:
        try:
            found[name] = expression.find(known)
        except ExpressionFailed:
            found[name] = None
        if found[name] is None:
            raise ActionRefused(
                f"'{expression.text}' finds nothing in the act '{undoes}', so '{undo.tool}' lacks its '{name}'"
            )
    return Compensation(undoes, undo.tool, json.dumps(found, ensure_ascii=False, separators=(",", ":")))
