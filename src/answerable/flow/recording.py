"""Turn the flow's values into entries: the only place where domain meets ledger shape."""

from functools import lru_cache

import msgspec

from answerable.claims import Claim
from answerable.claims.terms.kinds import Term
from answerable.decisions import ActDecision, Bundle, Decision
from answerable.exchange import Exchange, Message, ToolCall
from answerable.findings import Finding, Support
from answerable.receipts import Body, Private
from answerable.receipts.entries import (
    NOT_OFFERED,
    ActDecisionPart,
    CallBody,
    CallPrivate,
    ClaimPart,
    DecisionPart,
    ExchangeBody,
    ExchangePrivate,
    FindingPart,
    HistoryBody,
    LineBody,
    LinePrivate,
    MessagePrivate,
    PolicyPart,
    ReleasePart,
    StatementPart,
    TermPart,
)
from answerable.statements import Statement
from answerable.values import Digest

Parts = tuple[Body, Private | None]


def exchange_parts(
    exchange: Exchange, *, prompt: Digest, mode: str, bundle: Bundle, reader: str
) -> tuple[ExchangeBody, ExchangePrivate]:
    """An exchange, with the rules it is answered under and who approved them."""
    history = exchange.history
    body = ExchangeBody(
        workload=exchange.workload,
        model=exchange.model,
        assurance=int(exchange.assurance),
        messages=len(exchange.messages),
        tools=tuple(tool.name for tool in exchange.tools),
        sources=tuple(item.source for item in exchange.context),
        prompt=prompt,
        mode=mode,
        bundle=bundle.digest,
        bundle_name=bundle.manifest.name,
        bundle_author=bundle.manifest.author,
        bundle_approver=bundle.manifest.approver,
        reader=reader,
        request=exchange.request,
        conversation=exchange.conversation,
        history=HistoryBody(history.trace, history.count, history.digest) if history else None,
        identity=exchange.identity.value if exchange.identity is not None else msgspec.UNSET,
        customer_proof=exchange.customer_proof or msgspec.UNSET,
        version=exchange.version or msgspec.UNSET,
    )
    private = ExchangePrivate(
        customer=exchange.customer,
        messages=tuple(_message(message) for message in exchange.messages),
        context=tuple((item.source, item.text) for item in exchange.context),
    )
    return body, private


def _message(message: Message) -> MessagePrivate:
    calls = tuple((call.id, call.name, call.arguments) for call in message.tool_calls)
    return MessagePrivate(message.role.value, message.text, calls, message.answers)


def line_parts(
    choice: int,
    track: str,
    statement: Statement,
    claim: Claim,
    finding: Finding,
    decision: Decision,
    release: ReleasePart | None,
    *,
    enforced: bool,
) -> tuple[LineBody, LinePrivate]:
    """A line on its whole way, as one entry."""
    checked = finding.support is not Support.UNCHECKED
    body = LineBody(
        choice,
        track,
        statement.ordinal,
        StatementPart(statement.start, statement.end, statement.shape.value, statement.overlong),
        ClaimPart(
            claim.force.value,
            claim.kind.value,
            claim.polarity.value,
            claim.subject.value,
            claim.confidence,
            claim.because,
            tuple([(type(term).__name__, term.start, term.end) for term in claim.terms]),
            claim.reader,
        ),
        _finding(finding) if checked else None,
        _decision(decision, enforced=enforced),
        release,
    )
    terms = tuple([_term(term) for term in claim.terms])
    if not checked:
        return body, LinePrivate(statement.text, statement.lead, statement.governing, terms=terms)
    quotes = tuple(evidence.quote for evidence in finding.evidence)
    words = LinePrivate(statement.text, statement.lead, statement.governing, finding.because, quotes, terms)
    return body, words


def _term(term: Term) -> TermPart:
    return TermPart(term.__struct_config__.tag, msgspec.json.encode(term, order="sorted").decode())  # type: ignore[arg-type]


def _finding(finding: Finding) -> FindingPart:
    direction = finding.direction.value if finding.direction else None
    return FindingPart(finding.support.value, direction, tuple(one.source for one in finding.evidence))


@lru_cache(maxsize=4096)
def _decision(decision: Decision, *, enforced: bool) -> DecisionPart:
    # Decisions repeat: the decider remembers them, so the same object comes back.
    return DecisionPart(
        decision.outcome.value,
        decision.because,
        tuple(PolicyPart(policy.id, policy.owner) for policy in decision.policies),
        decision.bundle,
        decision.errors,
        decision.route,
        decision.wording.id if decision.wording else None,
        enforced,
    )


def call_parts(
    choice: int,
    index: int,
    call: ToolCall,
    decision: ActDecision | None = None,
    *,
    known: bool,
    passed: bool = True,
    enforced: bool = True,
) -> Parts:
    """An act that the model asked for, what was decided on it, and whether it goes on.

    `known`: its name was offered, or is the bundle's; any other is sealed.
    """
    part = None
    if decision is not None:
        part = ActDecisionPart(
            decision.outcome.value,
            decision.because,
            tuple(PolicyPart(policy.id, policy.owner) for policy in decision.policies),
            decision.bundle,
            decision.missing,
            decision.errors,
            decision.route,
            enforced,
        )
    name, own = (call.name, None) if known else (NOT_OFFERED, call.name)
    return CallBody(choice, index, call.id, name, part, passed), CallPrivate(call.arguments, own)
