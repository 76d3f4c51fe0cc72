"""What somebody sees before they answer: everything that their answer is bound to, read from the ledger."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from answerable.approvals import UNDECIDED, State
from answerable.apps.approvals.entries import REFUSED
from answerable.apps.approvals.held import Held
from answerable.grants.arguments import confusable, read_arguments
from answerable.receipts import ApprovalBody, ApprovalPrivate, LineBody
from answerable.values import rfc3339
from answerable.values.errors import InvalidRequest

ConversationLink = Callable[[str | None, str], str]
"""Where a conversation can be looked at, by its id and the trace; empty where nowhere."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One request, with what it is about. `text` is None where that is erased."""

    state: State
    held: Held
    text: str | None
    link: str = ""
    stopped: str = ""
    """What keeps it from being done if it is approved now."""
    done_here: bool = True
    """Is there a back end here that does it?"""

    @property
    def warning(self) -> str:
        """What in it can be read as something else than it is, and that nobody here does it; empty where nothing is."""
        nobody = ""
        if not self.done_here and self.state.phase in UNDECIDED:
            nobody = "no back end here does it: once approved, the customer is told that it could not be carried out"
        return "; ".join(one for one in (self._misread, nobody) if one)

    @property
    def _misread(self) -> str:
        if self.text is None:
            return "what it is about is erased: it can't be approved"
        if self.state.request.tool is None:
            return "" if visible(self.text) == self.text else "it holds characters that can't be seen"
        try:
            found = confusable(self.text)
        except InvalidRequest as error:
            return str(error)
        return f"its arguments hold {found}" if found else ""


def shown(
    state: State, held: Held, link: ConversationLink, stopped: str = "", *, done_here: bool = True
) -> Shown:
    request = state.request
    text = held.text_of(request.id, request.content)
    return Shown(state, held, text, link(request.conversation, request.trace), stopped, done_here)


def row_json(state: State) -> dict[str, Any]:
    """One of a list: nothing that is sealed."""
    request = state.request
    return {
        "approval": request.id,
        "of": request.of.value,
        "phase": state.phase.value,
        "tool": request.tool,
        "subjects": list(request.subjects),
        "amount": str(request.amount) if request.amount else None,
        "region": request.region,
        "route": state.route,
        "requester": request.workload,
        "opened_at": rfc3339(request.opened_at),
        "deadline": rfc3339(request.plan.deadline),
        "usable_until": rfc3339(state.usable_until) if state.usable_until else None,
        "approved": len(state.approvals),
        "needed": state.needed,
        "result": state.result.value if state.result else None,
    }


def shown_json(one: Shown) -> dict[str, Any]:
    """Everything that an answer is bound to. `binds` names it: an answer gives it back."""
    state, request, held = one.state, one.state.request, one.held
    body = held.body
    decision = body.decision
    return {
        **row_json(state),
        "binds": state.binds,
        "arguments": _arguments(one.text) if request.tool and one.text is not None else None,
        "line": one.text if request.tool is None else None,
        "warning": one.warning,
        "stopped": one.stopped,
        "because": decision.because if decision else "",
        "policies": [{"id": policy.id, "owner": policy.owner} for policy in decision.policies]
        if decision
        else [],
        "finding": body.finding.support if isinstance(body, LineBody) and body.finding else None,
        "bundle": request.bundle,
        "owners": list(request.owners),
        "conversation": request.conversation,
        "trace": request.trace,
        "decision": request.decision,
        "link": one.link,
        "instead_of": request.instead_of,
        "approvals": [
            {"by": answer.by, "at": rfc3339(answer.at), "level": answer.level} for answer in state.approvals
        ],
        "history": [
            {"at": at, "event": entry.event, "by": entry.by, "reason": _why(entry, private)}
            for at, entry, private in held.recorded
            if entry.approval == request.id
        ],
    }


def _why(entry: ApprovalBody, private: ApprovalPrivate | None) -> str:
    """What somebody wrote; of an answer that was refused, what they may not do."""
    return private.reason if private else entry.detail if entry.event == REFUSED else ""


def list_json(states: Sequence[State]) -> dict[str, Any]:
    return {"approvals": [row_json(state) for state in states]}


def spelled_out(one: Shown) -> str:
    """The arguments, a name a line, or the words; with everything that can't be seen as its number."""
    if one.text is None:
        return ""
    if one.state.request.tool is None:
        return visible(one.text)
    found = _arguments(one.text)
    return visible(json.dumps(found, indent=2, ensure_ascii=False) if isinstance(found, dict) else one.text)


def visible(text: str) -> str:
    """The text, with what can't be seen, or turns what is around it, as `[U+202E]`."""
    return "".join(
        letter if letter.isprintable() or letter == "\n" else f"[U+{ord(letter):04X}]" for letter in text
    )


def _arguments(text: str) -> Any:
    try:
        return read_arguments(text)
    except InvalidRequest:
        return text
