"""The gate in-process: drives the flow, and holds outputs back until their entries are durable.

    async with open_gate("var/ledger.db") as gate:
        verdict = await gate.check(gate.exchange(messages), "Your refund is approved.")
        print(verdict.text)

The HTTP gateway is a client of this and of nothing below it.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Protocol

from answerable.adapters.bundle_files import built_in
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.adapters.world import new_trace as fresh_trace
from answerable.adapters.world import utc_now
from answerable.apps.deciders import ShelfDecider
from answerable.apps.readers import make_reader
from answerable.apps.settled_steps import named, waits
from answerable.decisions import CedarDecider
from answerable.exchange import ContextItem, Exchange, Message, ToolSpec, outcomes
from answerable.flow import (
    CONTENT,
    ChoiceEnded,
    Event,
    Line,
    Mode,
    News,
    Output,
    ReplyEnded,
    Step,
    StopCall,
    TextArrived,
    Turn,
    joined,
    published_texts,
)
from answerable.flow.news import told as told_of
from answerable.identity import Proof
from answerable.ports import Clock, Decider, Ledger, NewTrace, Reader
from answerable.values import (
    ApprovalId,
    AssuranceLevel,
    ConversationId,
    CustomerId,
    RequestId,
    TraceId,
    WorkloadId,
)
from answerable.values.errors import LedgerError, UpstreamError


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a whole reply came to. `text` is what may be shown."""

    trace: TraceId
    text: str
    lines: tuple[Line, ...]


class FollowUp(Protocol):
    """What follows decisions that people have to make: who is asked, and what the customer hears of it later."""

    async def held(self, exchange: Exchange, held: Sequence[Line | StopCall]) -> None:
        """Ask people about these; their entries are durable. Raises ApprovalsUnavailable, LedgerUnavailable."""

    async def news(self, exchange: Exchange) -> Sequence[News]:
        """What people answered in this conversation and the customer has not heard. Raises ApprovalsUnavailable."""

    async def told(self, exchange: Exchange, approvals: Sequence[ApprovalId]) -> None:
        """The customer is about to read it; its entries are durable. Raises ApprovalsUnavailable."""


class GatedReply:
    """One reply on its way through. Outputs come back only when their entries are durable."""

    def __init__(
        self,
        turn: Turn,
        ledger: Ledger,
        clock: Clock,
        follow_up: FollowUp | None = None,
        news: Sequence[News] = (),
    ) -> None:
        self._turn = turn
        self._ledger = ledger
        self._clock = clock
        self._follow_up, self._news = follow_up, news
        self._asked: set[tuple[str, str]] = set()
        self.trace = turn.exchange.trace
        self.bundle = turn.bundle
        self._ended = False
        self._failed = False
        # The exchange is written while the upstream is still thinking; the first
        # `feed` waits for it.
        self._begun: asyncio.Future[list[str]] | None = asyncio.ensure_future(
            ledger.append(turn.begin(clock()).drafts)
        )
        self._begun.add_done_callback(_retrieve)

    async def begun(self) -> None:
        """Wait until the exchange itself is durable. Raises LedgerUnavailable."""
        if self._begun is not None:
            await asyncio.shield(self._begun)
            self._begun = None

    async def feed(self, events: Iterable[Event]) -> list[Output]:
        """Take events; return what may be sent now. One commit for all of them.

        Raises LedgerUnavailable: then nothing of it may be sent, now or later. Whatever
        kept one feed from its end, later ones are recorded and give nothing to send: a
        line is missing between.
        """
        step = Step()
        now = self._clock()
        ended = False
        try:
            for event in joined(events):
                ended = ended or isinstance(event, ReplyEnded)
                step.join(self._turn.feed(event, now))
            await self.begun()
            if step.drafts:
                leaves = await self._ledger.append(step.drafts)
                step.outputs = named(step, leaves)
                await self._follow(step.outputs)
        except BaseException:
            self._failed = True
            raise
        self._ended = self._ended or ended
        return [] if self._failed else step.outputs

    async def _follow(self, outputs: Sequence[Output]) -> None:
        """See to it that people are asked, before anybody is told that they are."""
        if self._follow_up is None:
            return
        held: list[Line | StopCall] = []
        for one in outputs:
            if not isinstance(one, Line | StopCall) or not waits(one):
                continue
            what = one.statement.text if isinstance(one, Line) else one.call.arguments
            name = "" if isinstance(one, Line) else one.call.name
            if (name, what) not in self._asked:  # a model that asks again for what waits already
                self._asked.add((name, what))
                held.append(one)
        if held:
            await self._follow_up.held(self._turn.exchange, held)
        if self._news and self._turn.news_told:
            told, self._news = told_of(self._news), ()
            await self._follow_up.told(self._turn.exchange, told)

    async def end(self, ended: ReplyEnded) -> None:
        """Record how the reply ended, once; later calls do nothing."""
        if not self._ended:
            await self.feed([ended])


class Gate:
    """Reads, decides and records replies. Holds no state of any one reply.

    `zone` is the business's: what it calls "tomorrow" depends on it. `bot_version` stands in the entry of an exchange
    that names none.
    """

    def __init__(
        self,
        ledger: Ledger,
        reader: Reader,
        decider: Decider | ShelfDecider,
        *,
        mode: Mode = Mode.ENFORCE,
        clock: Clock = utc_now,
        new_trace: NewTrace | None = None,
        line_limit: int = 2000,
        zone: tzinfo = UTC,
        follow_up: FollowUp | None = None,
        bot_version: str | None = None,
    ) -> None:
        self.follow_up = follow_up
        self._bot_version = bot_version
        self.ledger = ledger
        self._decider = decider
        self.reader = reader
        self.mode = mode
        self.clock = clock
        self.new_trace = new_trace or fresh_trace
        self._line_limit = line_limit
        self._zone = zone
        self._texts = published_texts(reader)

    @property
    def decider(self) -> Decider:
        """The decider of the bundle in force now."""
        return self._decider.current() if isinstance(self._decider, ShelfDecider) else self._decider

    def exchange(
        self,
        messages: Iterable[Message],
        *,
        workload: WorkloadId = WorkloadId("in-process"),  # noqa: B008 – a NewType over a literal
        model: str = "unnamed",
        context: Iterable[ContextItem] = (),
        tools: Iterable[ToolSpec] = (),
        request: RequestId | None = None,
        conversation: ConversationId | None = None,
        customer: CustomerId | None = None,
        assurance: AssuranceLevel = AssuranceLevel.NONE,
        identity: Proof | None = None,
        customer_proof: str | None = None,
        version: str | None = None,
    ) -> Exchange:
        """An exchange from a whole conversation's messages, with a new trace id."""
        said = tuple(messages)
        return Exchange(
            trace=self.new_trace(),
            asked_at=self.clock(),
            workload=workload,
            model=model,
            messages=said,
            request=request,
            conversation=conversation,
            customer=customer,
            assurance=assurance,
            context=tuple(context),
            tools=tuple(tools),
            published=tuple(m.text for m in said if m.role in ("system", "developer")),
            outcomes=outcomes(said),
            identity=identity,
            customer_proof=customer_proof,
            version=version,
        )

    async def news(self, exchange: Exchange) -> Sequence[News]:
        """What the customer is to hear first, for `begin`. Raises ApprovalsUnavailable."""
        if self.follow_up is None or self.mode is not Mode.ENFORCE:
            return ()  # who only observes changes no reply, and marks nothing as told
        return await self.follow_up.news(exchange)

    def begin(
        self,
        exchange: Exchange,
        *,
        retries: int = 0,
        decider: Decider | None = None,
        news: Sequence[News] = (),
    ) -> GatedReply:
        """Start a reply. The exchange's entry is on its way to the disk when this returns.

        `retries` says how often a choice whose acts were stopped may go back to the model
        (`SendBack`); whoever drives the reply must be able to ask it again. `decider` is
        the one that the conversation began under, where that is another than the gate's.
        """
        turn = Turn(
            exchange if exchange.version else replace(exchange, version=self._bot_version),
            self.reader,
            decider or self.decider,
            self.mode,
            texts=self._texts,
            line_limit=self._line_limit,
            zone=self._zone,
            retries=retries,
            news=news,
        )
        follow_up = self.follow_up if self.mode is Mode.ENFORCE else None
        return GatedReply(turn, self.ledger, self.clock, follow_up, news)

    async def check(self, exchange: Exchange, reply: str) -> Verdict:
        """Put a whole reply through the gate. Raises LedgerUnavailable."""
        gated = self.begin(exchange)
        outputs = await gated.feed([TextArrived(0, reply), ChoiceEnded(0, "stop"), ReplyEnded("complete")])
        lines = tuple(_lines(outputs))
        return Verdict(gated.trace, "".join(line.shown for line in lines), lines)

    async def stream(self, exchange: Exchange, deltas: AsyncIterator[str]) -> AsyncIterator[Line]:
        """Put a reply through as it is generated; each line comes back as soon as it may be shown.

        Raises LedgerUnavailable, and whatever `deltas` raises. A consumer that stops early is
        recorded as having left (close the iterator for that: `contextlib.aclosing`).
        """
        gated = self.begin(exchange)
        sent = 0
        ending, detail = "client_left", ""
        try:
            async for delta in deltas:
                for line in _lines(await gated.feed([TextArrived(0, delta, CONTENT)])):
                    sent += bool(line.shown)  # before it is handed over: who has a line may stop there
                    yield line
            for line in _lines(await gated.feed([ChoiceEnded(0, "stop")])):
                sent += bool(line.shown)
                yield line
            ending = "complete"
        except LedgerError as error:
            ending, detail = "ledger_unavailable", str(error)
            raise
        except Exception as error:
            ending = error.code if isinstance(error, UpstreamError) else UpstreamError.code
            detail = str(error) if isinstance(error, UpstreamError) else type(error).__name__
            raise
        finally:
            await asyncio.shield(gated.end(ReplyEnded(ending, detail, sent=sent)))


@asynccontextmanager
async def open_gate(
    ledger: Path | str,
    *,
    mode: Mode = Mode.ENFORCE,
    decider: Decider | None = None,
    zone: tzinfo = UTC,
) -> AsyncIterator[Gate]:
    """A gate over a ledger file, with the built-in reader and bundle unless told otherwise."""
    store = SqliteLedger(ledger)
    try:
        yield Gate(store, make_reader(), decider or CedarDecider(built_in()), mode=mode, zone=zone)
    finally:
        await store.close()


def _lines(outputs: list[Output]) -> Iterator[Line]:
    return (output for output in outputs if isinstance(output, Line))


def _retrieve(future: "asyncio.Future[list[str]]") -> None:
    """Look at the outcome, so that a reply nobody went on with is not an unhandled error."""
    if not future.cancelled():
        future.exception()
