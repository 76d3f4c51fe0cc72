"""The entries of one call: an exchange of its own, the call with its decision, what came of it, and its end."""

import hashlib
from collections.abc import Sequence

import msgspec

from answerable.actions import Done, NotDone, Outcome
from answerable.apps.toolgate.asked import Asked
from answerable.apps.toolgate.caller import Caller
from answerable.apps.toolgate.recorded import MODEL
from answerable.decisions import ActDecision, Bundle
from answerable.exchange import ToolCall
from answerable.flow.recording import call_parts
from answerable.identity import Workload
from answerable.ports import Clock
from answerable.receipts import (
    Draft,
    ExchangeBody,
    ExchangePrivate,
    ReceiptBody,
    ReceiptPrivate,
    ReplyBody,
    data_subject,
)
from answerable.receipts.entries import MessagePrivate
from answerable.values import ActionId, TraceId, rfc3339

_NO_PROMPT = "sha256:" + hashlib.sha256(b"").hexdigest()
_MOST_SOURCES = 200


class Drafts:
    """Writes them. `sources` are the traces that the decision rests on."""

    def __init__(
        self,
        trace: TraceId,
        workload: Workload,
        caller: Caller,
        asked: Asked,
        bundle: Bundle,
        sources: Sequence[TraceId],
        clock: Clock,
    ) -> None:
        self.trace = trace
        self.subject = data_subject(caller.customer, workload.id, caller.conversation, trace)
        self._caller, self._asked, self._bundle = caller, asked, bundle
        self._sources, self._clock = tuple(sources)[-_MOST_SOURCES:], clock

    def begin(
        self, decision: ActDecision | None, *, passed: bool, known: bool = True, told: str = ""
    ) -> list[Draft]:
        """The exchange, and last the call: its leaf names the decision.

        `known`: the tool is one that the caller may use; any other's name is sealed, as `told` is, the answer's words.
        """
        caller, asked, manifest = self._caller, self._asked, self._bundle.manifest
        said = [
            MessagePrivate(message.role.value, message.text, (), message.answers)
            for told in caller.said
            for message in told.messages
        ]
        body = ExchangeBody(
            workload=caller.workload.id,
            model=MODEL,
            assurance=int(caller.assurance),
            messages=1 + len(said) + bool(told),
            tools=(asked.tool,) if known else (),
            sources=tuple(f"trace:{one}" for one in self._sources),
            prompt=_NO_PROMPT,
            mode="enforce",
            bundle=self._bundle.digest,
            bundle_name=manifest.name,
            bundle_author=manifest.author,
            bundle_approver=manifest.approver,
            reader="none",
            conversation=caller.conversation,
            identity=caller.workload.proof.value,
            customer_proof=caller.customer_proof or msgspec.UNSET,
        )
        # What was said is on record elsewhere, but where it came with the call.
        call = (str(asked.call), asked.tool, asked.arguments.text)
        heard = (MessagePrivate("tool", told, (), str(asked.call)),) if told else ()
        private = ExchangePrivate(
            caller.customer, (*said, MessagePrivate("assistant", "", (call,)), *heard), ()
        )
        parts = call_parts(
            0, 0, ToolCall(asked.call, asked.tool, asked.arguments.text), decision, known=known, passed=passed
        )
        at = rfc3339(self._clock())
        return [
            Draft(self.trace, at, body, private, self.subject),
            Draft(self.trace, at, *parts, self.subject),
        ]

    def receipt(self, action: ActionId, outcome: Outcome) -> list[Draft]:
        """What came of a read, and the end of its exchange."""
        at, tool = rfc3339(self._clock()), self._asked.tool
        match outcome:
            case Done(result, reference):
                body = ReceiptBody(action, "done", "answer", 1, tool=tool)
                private = ReceiptPrivate(result, reference)
                return [Draft(self.trace, at, body, private, self.subject), *self.end("done")]
            case NotDone(reason, _, said):
                body = ReceiptBody(action, "not_done", "answer", 1, detail=reason, tool=tool)
                theirs = ReceiptPrivate(outcome.words) if said else None
                return [Draft(self.trace, at, body, theirs, self.subject), *self.end("not_done")]
            case _:
                body = ReceiptBody(action, "uncertain", "answer", 1, detail=outcome.reason, tool=tool)
                return [Draft(self.trace, at, body), *self.end("uncertain")]

    def end(self, outcome: str) -> list[Draft]:
        """The exchange's end: what its caller is about to be told."""
        body = ReplyBody("complete", outcome, None, None, (), 0, None)
        return [Draft(self.trace, rfc3339(self._clock()), body)]
