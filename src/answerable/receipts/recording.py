"""Turn the flow's values into entries: the only place where domain meets ledger shape."""

from collections.abc import Iterable

from answerable.claims import Claim
from answerable.decisions import Bundle, Decision
from answerable.exchange import Exchange, Message, ToolCall
from answerable.findings import Finding, Support
from answerable.receipts.entries import (
    Body,
    CallBody,
    CallPrivate,
    ClaimBody,
    DecisionBody,
    ExchangeBody,
    ExchangePrivate,
    FindingBody,
    FindingPrivate,
    HistoryBody,
    MessagePrivate,
    PolicyBody,
    Private,
    StatementBody,
    StatementPrivate,
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
    *,
    enforced: bool,
) -> Iterable[Parts]:
    """The entries of a line in the order of the flow; no finding where nothing was held against it."""
    line = statement.ordinal
    yield (
        StatementBody(
            choice, track, line, statement.start, statement.end, statement.shape.value, statement.overlong
        ),
        StatementPrivate(statement.lead, statement.text, statement.governing),
    )
    yield (
        ClaimBody(
            choice=choice,
            track=track,
            line=line,
            force=claim.force.value,
            kind=claim.kind.value,
            polarity=claim.polarity.value,
            subject=claim.subject.value,
            confidence=claim.confidence,
            because=claim.because,
            terms=tuple((type(term).__name__, term.start, term.end) for term in claim.terms),
            reader=claim.reader,
        ),
        None,
    )
    if finding.support is not Support.UNCHECKED:
        sources = tuple(evidence.source for evidence in finding.evidence)
        direction = finding.direction.value if finding.direction else None
        yield (
            FindingBody(choice, track, line, finding.support.value, direction, sources),
            FindingPrivate(finding.because, tuple(evidence.quote for evidence in finding.evidence)),
        )
    yield (
        DecisionBody(
            choice=choice,
            track=track,
            line=line,
            outcome=decision.outcome.value,
            because=decision.because,
            policies=tuple(PolicyBody(policy.id, policy.owner) for policy in decision.policies),
            bundle=decision.bundle,
            errors=decision.errors,
            route=decision.route,
            wording=decision.wording.id if decision.wording else None,
            enforced=enforced,
        ),
        None,
    )


def call_parts(choice: int, index: int, call: ToolCall) -> Parts:
    """An act that the model asked for."""
    return CallBody(choice, index, call.id, call.name), CallPrivate(call.arguments)
