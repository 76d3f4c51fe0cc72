"""A held decision as the ledger has it: what is approved is read from there, and kept nowhere else.

So it is on record before anybody is asked, nobody can be shown something else than what was decided on, and
what is erased can't be approved any more.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from answerable.approvals import Of, digest_of, statement_digest
from answerable.claims.terms.codec import decode as decode_term
from answerable.claims.terms.kinds import MoneyTerm
from answerable.decisions import ActOutcome, Outcome
from answerable.grants import arguments_digest
from answerable.ports import Ledger
from answerable.receipts import (
    ApprovalBody,
    ApprovalPrivate,
    CallBody,
    CallPrivate,
    Draft,
    Entry,
    ExchangeBody,
    ExchangePrivate,
    LineBody,
    LinePrivate,
    data_subject,
)
from answerable.receipts.facets import private_part
from answerable.receipts.verifying import decode
from answerable.values import ApprovalId, Digest, Money, TraceId
from answerable.values.errors import ApprovalError, InvalidRequest

_LEAF = "sha256:"


@dataclass(frozen=True, slots=True)
class Held:
    """A line or an act that waits, with the exchange that it belongs to. What was erased is None."""

    trace: TraceId
    decision: Digest
    """The leaf hash of its entry."""
    at: str
    body: LineBody | CallBody
    words: LinePrivate | CallPrivate | None
    exchange: ExchangeBody
    asked: ExchangePrivate | None
    recorded: "tuple[tuple[str, ApprovalBody, ApprovalPrivate | None], ...]" = ()
    """What its trace has of approvals already, each with its instant."""

    @property
    def of(self) -> Of:
        return Of.LINE if isinstance(self.body, LineBody) else Of.ACT

    @property
    def tool(self) -> str | None:
        return None if isinstance(self.body, LineBody) else self.body.name

    @property
    def route(self) -> str | None:
        return self.body.decision.route if self.body.decision else None

    @property
    def text(self) -> str | None:
        """The line's words, or the act's arguments as JSON."""
        if self.words is None:
            return None
        return self.words.text if isinstance(self.words, LinePrivate) else self.words.arguments

    @property
    def findings(self) -> Digest:
        """The digest of what led to the decision, and of the decision."""
        finding = self.body.finding if isinstance(self.body, LineBody) else None
        led = {"finding": finding, "decision": self.body.decision}
        return digest_of(json.loads(msgspec.json.encode(led)))

    @property
    def subject(self) -> str:
        """Whose key private parts about it are sealed under."""
        customer = self.asked.customer if self.asked else None
        return data_subject(customer, self.exchange.workload, self.exchange.conversation, self.trace)

    def text_of(self, approval: ApprovalId, content: Digest) -> str | None:
        """The words or arguments with this digest: those that were held, or those that an approver wrote instead.

        None where they are not on record any more.
        """
        mine = [
            private for _, body, private in self.recorded if body.approval == approval and private is not None
        ]
        written = [private.arguments if self.of is Of.ACT else private.wording for private in mine]
        for text in (self.text, *written):
            if text is not None and self._digest_of(text) == content:
                return text
        return None

    def _digest_of(self, text: str) -> Digest | None:
        try:
            return content_digest(self.of, text)
        except InvalidRequest:
            return None


@dataclass(frozen=True, slots=True)
class Facts:
    """What authority is measured by, as far as it is known."""

    subjects: tuple[str, ...] = ()
    amount: Money | None = None
    region: str | None = None
    customer: str | None = None
    """A pseudonym."""


FactsOf = Callable[[Held], Facts]


def content_digest(of: Of, text: str) -> Digest:
    """The digest of a line's words or an act's arguments. Raises InvalidRequest."""
    if of is Of.ACT:
        return arguments_digest(text)
    try:
        return statement_digest(text)
    except ValueError:
        raise InvalidRequest("the words hold half of a surrogate pair, which is no text", "wording") from None


def plain_facts(held: Held) -> Facts:
    """What the entry itself shows: of a line its subject and its one amount, of an act nothing."""
    if not isinstance(held.body, LineBody) or not isinstance(held.words, LinePrivate):
        return Facts()
    amounts = []
    for part in held.words.terms:
        if part.kind == MoneyTerm.__struct_config__.tag:
            term = decode_term(json.loads(part.value))
            if isinstance(term, MoneyTerm):
                amounts.append(term.high)
    one = len({amount.currency for amount in amounts}) == 1
    most = max(amounts, key=lambda amount: amount.minor) if one else None
    return Facts((held.body.claim.subject,), most)


def holding(drafts: Sequence[Draft], leaves: Sequence[str]) -> list[tuple[TraceId, Digest]]:
    """Which of the entries that were just written are decisions that wait for people.

    `leaves` are what `Ledger.append` returned for the drafts.
    """
    return [
        (TraceId(draft.trace), Digest(_LEAF + leaf))
        for draft, leaf in zip(drafts, leaves, strict=True)
        if holds(draft.body)
    ]


def holds(body: object) -> bool:
    """Does it say that something waits for people? In observe mode nothing does."""
    match body:
        case LineBody():
            return body.decision.enforced and body.decision.outcome == Outcome.HOLD
        case CallBody(decision=decision) if decision is not None:
            return decision.enforced and not body.passed and decision.outcome == ActOutcome.HOLD
        case _:
            return False


async def all_held(ledger: Ledger, trace: TraceId) -> list[Digest]:
    """Every decision of a trace that waits for people, as its entries say; in their order."""
    rows = await ledger.trace(trace)
    return [Digest(_LEAF + row.leaf) for row in rows if holds(decode(row.entry, row.seq).body)]


async def find_held(ledger: Ledger, trace: TraceId, decision: Digest, *, taken_back: bool = False) -> Held:
    """The held decision that stands in that entry; with `taken_back`, one of an act that was permitted, too.

    Raises ApprovalError where none does, LedgerError.
    """
    exchange: tuple[Entry, ExchangePrivate | None] | None = None
    found: tuple[Entry, LinePrivate | CallPrivate | None] | None = None
    recorded: list[tuple[str, ApprovalBody, ApprovalPrivate | None]] = []
    for row in await ledger.trace(trace):
        entry = decode(row.entry, row.seq)
        private = private_part(entry, row.private)
        if isinstance(entry.body, ExchangeBody) and exchange is None:
            exchange = entry, private if isinstance(private, ExchangePrivate) else None
        elif isinstance(entry.body, ApprovalBody):
            recorded.append((entry.at, entry.body, private if isinstance(private, ApprovalPrivate) else None))
        elif _LEAF + row.leaf == decision and (
            holds(entry.body) or (taken_back and isinstance(entry.body, CallBody))
        ):
            found = entry, private if isinstance(private, LinePrivate | CallPrivate) else None
    if exchange is None or found is None:
        raise ApprovalError(f"'{trace}' has no held decision '{decision[:20]}…'")
    entry, words = found
    assert isinstance(exchange[0].body, ExchangeBody)  # noqa: S101 – for the type checker: it was looked at
    assert isinstance(entry.body, LineBody | CallBody)  # noqa: S101
    return Held(trace, decision, entry.at, entry.body, words, exchange[0].body, exchange[1], tuple(recorded))
