"""One call of a tool on its way through the gate.

    1. The tool is one that this workload may use; its arguments are read within bounds and fit its schema.
    2. A call that is under way already is joined, not made twice; of each workload only so many are.
    3. The situation: what was said, as the ledger has it, and what this gate saw done in the conversation.
    4. A read passes; an act is decided by the bundle in force, or was let pass by a chat reply's decision.
    5. The call and its decision are durable before anything happens.
    6. A read is made, an act run under its permit, a held one taken to people, a refused one explained.
    7. What came of it is durable before the caller hears it.

A caller that goes away changes nothing: what was begun is finished, recorded, and told to whoever asks again.
"""

import asyncio
import hashlib
import logging
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from answerable.actions import Done, NotDone, Outcome, Uncertain
from answerable.adapters.world import new_trace, utc_now
from answerable.apps.acting.calls import called
from answerable.apps.toolgate import answers
from answerable.apps.toolgate.answers import Answer
from answerable.apps.toolgate.asked import Arguments, Permitted, one_form
from answerable.apps.toolgate.catalogue import Catalogue, Tool
from answerable.apps.toolgate.drafts import Drafts
from answerable.apps.toolgate.permitted import find_permitted
from answerable.apps.toolgate.running import Held, OpensApprovals, RunsActs, Wanted
from answerable.apps.toolgate.schemas import check_arguments
from answerable.apps.toolgate.talks import DONE, NOT_DONE, UNCERTAIN, Heard, Seen, TalkKey, Talks, Told
from answerable.decisions import ActDecider, ActDecision, ActOutcome, Bundle, Situation
from answerable.decisions.actions import Need
from answerable.dialogue import talk_of
from answerable.exchange import ToolCall
from answerable.findings import succeeded
from answerable.grants import DecisionId, Intent, Permit, Policies
from answerable.grants.grant import LONGEST_TEXT
from answerable.identity import Workload
from answerable.ports import Clock, Ledger, NewTrace
from answerable.ports.connectors import BackEndCall
from answerable.records import Book, ExpressionFailed
from answerable.values import (
    ActionId,
    AssuranceLevel,
    CallId,
    ConversationId,
    CustomerId,
    Digest,
)
from answerable.values.errors import (
    ActionRefused,
    AnswerableError,
    ApprovalError,
    InvalidRequest,
    Overloaded,
)

_LOG = logging.getLogger("answerable.toolgate")
PERMIT_LASTS = timedelta(seconds=60)
UNHEARD_LASTS = timedelta(minutes=10)
_MOST_UNHEARD = 1024
_UNKNOWN = '{"error":"nobody knows yet whether it was done"}'


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as it was proven, and for whom."""

    workload: Workload
    session: str | None = None
    """The MCP session, which belongs to this workload; None where there is none."""
    conversation: ConversationId | None = None
    customer: CustomerId | None = None
    assurance: AssuranceLevel = AssuranceLevel.NONE
    customer_proof: str | None = None
    said: Sequence[Told] = ()
    """What was said, where it comes with the call and not from the record (in-process callers)."""

    def key(self, alone: str) -> TalkKey:
        """The conversation that it is part of. A call without a conversation or a session is one by itself."""
        if self.conversation is not None:
            return TalkKey(self.workload.id, f"conversation/{self.conversation}", self.customer)
        return TalkKey(self.workload.id, f"session/{self.session}" if self.session else alone, self.customer)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: the tool as clients call it, its arguments, and the call's own name."""

    tool: str
    arguments: Arguments
    call: CallId
    permitted: Permitted | None = None
    once: str = ""
    """The client's own key: the same act with another key is another act."""


@dataclass(slots=True)
class _Under:
    """A call that is under way, or an act whose answer nobody was there to hear."""

    task: "asyncio.Task[Answer]"
    read: bool
    ended: datetime | None = None


Same = tuple[TalkKey, str, Digest, str]
"""What makes two calls one: the conversation, the tool, the arguments, and the client's own key."""


class ToolGate:
    """Decides, records and runs calls. Holds no state of a conversation but `talks`, which the record can renew."""

    def __init__(
        self,
        ledger: Ledger,
        bundle: Callable[[], Bundle],
        catalogue: Catalogue,
        runs: RunsActs,
        *,
        talks: Talks | None = None,
        open_approval: OpensApprovals | None = None,
        pseudonym: Callable[[str], str] | None = None,
        clock: Clock = utc_now,
        trace: NewTrace = new_trace,
        read_seconds: float = 30,
    ) -> None:
        self.ledger, self.bundle, self.catalogue = ledger, bundle, catalogue
        self._runs, self._open_approval, self._pseudonym = runs, open_approval, pseudonym
        self.talks = talks or Talks()
        self._clock, self._new_trace, self._read_seconds = clock, trace, read_seconds
        self._under_way: OrderedDict[Same, _Under] = OrderedDict()
        self._calls: Counter[str] = Counter()

    def asked(
        self,
        caller: Caller,
        tool: str,
        arguments: object,
        call: CallId,
        permitted: Permitted | None = None,
        once: str = "",
    ) -> Asked:
        """Step 1. Raises InvalidRequest, RequestTooLarge. The same words for a tool that is not there or not theirs."""
        found = self.catalogue.find(caller.workload.id, tool)
        if found is None:
            raise InvalidRequest(f"there is no tool '{tool[:64]}' for this workload", "name")
        if arguments is not None and not isinstance(arguments, str | dict):
            raise InvalidRequest("the arguments are no JSON object; write them as one", "arguments")
        read = one_form(arguments)
        check_arguments(read.value, found.offered.schema)
        return Asked(tool, read, call, permitted, once)

    async def call(self, caller: Caller, asked: Asked) -> Answer:
        """Steps 2 to 7. Raises Overloaded, InvalidRequest, LedgerError: then nothing was done.

        Cancelling this does not cancel what was begun.
        """
        key = caller.key(f"alone/{self._new_trace()}")
        same = (key, asked.tool, asked.arguments.digest, asked.once)
        under = self._under_way.get(same)
        if under is not None and under.ended is not None and self._clock() - under.ended > UNHEARD_LASTS:
            under = None
        if under is None:
            under = self._begin(caller, asked, key, same)
        try:
            answer = await asyncio.shield(under.task)
        except asyncio.CancelledError:
            raise  # the answer is kept for whoever asks again
        except Exception:
            self._forget(same, under)
            raise
        self._forget(same, under)
        return answer

    async def close(self) -> None:
        """Wait for what was begun."""
        await asyncio.gather(*[one.task for one in self._under_way.values()], return_exceptions=True)

    def _begin(self, caller: Caller, asked: Asked, key: TalkKey, same: Same) -> _Under:
        most, workload = self.catalogue.allowed.calls_at_once, caller.workload.id
        if self._calls[workload] >= most:
            raise Overloaded(f"{most} calls of this workload are already under way; try again in a second")
        self._calls[workload] += 1
        tool = self.catalogue.find(workload, asked.tool)
        read = tool is not None and self.catalogue.is_read(tool, self.bundle())
        under = _Under(asyncio.create_task(self._answer(caller, asked, key)), read)
        self._under_way[same] = under

        def over(task: "asyncio.Task[Answer]") -> None:
            self._calls[workload] -= 1
            under.ended = self._clock()
            # A read is as well made again; of an act that failed nothing is to be told twice.
            if task.cancelled() or task.exception() is not None or under.read:
                self._forget(same, under)
            self._shed()

        under.task.add_done_callback(over)
        return under

    def _forget(self, same: Same, under: _Under) -> None:
        if self._under_way.get(same) is under:
            del self._under_way[same]

    def _shed(self) -> None:
        """Answers that nobody heard are kept for whoever asks again, but not for ever."""
        done = [same for same, under in self._under_way.items() if under.ended is not None]
        for same in done[: max(0, len(done) - _MOST_UNHEARD)]:
            del self._under_way[same]

    async def _answer(self, caller: Caller, asked: Asked, key: TalkKey) -> Answer:
        bundle = self.bundle()
        tool = self.catalogue.find(caller.workload.id, asked.tool)
        if tool is None:  # it went away since
            raise InvalidRequest(f"there is no tool '{asked.tool[:64]}' for this workload", "name")
        # 3.
        heard = await self.talks.hear(
            key,
            caller.conversation,
            lambda name: self.catalogue.serves_read(name, bundle),
            caller.said,
        )
        trace = self._new_trace()
        call = ToolCall(CallId(f"{trace}/{asked.call}"), asked.tool, asked.arguments.text)
        drafts = Drafts(trace, caller.workload, caller, asked, bundle, heard.sources, self._clock)
        if self.catalogue.is_read(tool, bundle):
            return await self._read(tool, call, asked, key, drafts)
        return await self._act(tool, call, asked, key, drafts, heard, caller, bundle)

    async def _read(self, tool: Tool, call: ToolCall, asked: Asked, key: TalkKey, drafts: Drafts) -> Answer:
        # 5. A crash behind this leaves a call without a receipt: a read that nobody was told of.
        await self.ledger.append(drafts.begin(None, passed=True))
        # 6.
        action = ActionId(f"ac_{drafts.trace.removeprefix('tr_')}")
        wanted = BackEndCall(action, tool.offered.name, asked.arguments.text, action)
        begun = self._clock()
        outcome = await called(tool.connector, wanted, self._read_seconds)
        # 7.
        await self.ledger.append(drafts.receipt(action, outcome))
        result = outcome.result if isinstance(outcome, Done) else _told(outcome)
        self.talks.keep(
            key,
            Seen(
                begun,
                drafts.trace,
                call,
                asked.arguments.digest,
                act=False,
                outcome=_word(outcome),
                result=result,
            ),
        )
        return answers.of_outcome(outcome, drafts.trace, None, act=False)

    async def _act(
        self,
        tool: Tool,
        call: ToolCall,
        asked: Asked,
        key: TalkKey,
        drafts: Drafts,
        heard: Heard,
        caller: Caller,
        bundle: Bundle,
    ) -> Answer:
        # 4.
        situation = self._situation(heard, caller, bundle)
        before = self.talks.latest(key, asked.tool, asked.arguments.digest, asked.once)
        earlier: DecisionId | None = None
        repeated: Seen | None = None
        if before is not None and before.outcome == DONE and not _said_since(before, heard):
            repeated = before
            decision = _refusal(
                bundle, f"it was done already (trace {before.trace}), and nobody has asked for it anew"
            )
        elif before is not None and before.outcome == UNCERTAIN:
            decision = _refusal(
                bundle,
                f"it was asked for before (trace {before.trace}), and nobody knows yet whether it was done",
                "wait until somebody has found out; do not ask for it again",
            )
        elif asked.permitted is not None:
            found = await find_permitted(self.ledger, asked.permitted, caller, asked, self._clock())
            if isinstance(found, str):
                decision = _refusal(bundle, found, "ask for it in a chat reply, or without naming a trace")
            else:
                earlier, decision = found
        else:
            decision = ActDecider(bundle).decide(call, situation)
        # 5. A crash behind this leaves a decision that nothing was done under.
        leaves = await self.ledger.append(
            drafts.begin(decision, passed=decision.outcome is ActOutcome.PERMIT)
        )
        mine = DecisionId(drafts.trace, Digest(f"sha256:{leaves[-1]}"))
        if repeated is not None:
            await self.ledger.append(drafts.end("repeated"))
            return answers.of_repeat(repeated, drafts.trace)
        values = known_of(bundle, asked.tool, asked.arguments.value, situation.book)
        rule = bundle.actions.get(asked.tool)
        thing = None if rule is None or rule.resource is None else _thing(rule.resource, values)
        intent = self._intent(tool, asked, caller, thing)
        if decision.outcome is ActOutcome.PERMIT:
            wanted = Wanted(
                tool.offered.name,
                asked.arguments.text,
                tool.connector,
                drafts.subject,
                values,
                agreed=rule is not None and rule.consent is not None,
                since=heard.last_said,
            )
            return await self._run(wanted, call, asked, key, drafts, earlier or mine, intent, decision)
        approval = None
        if decision.outcome is ActOutcome.HOLD and self._open_approval is not None:
            try:
                held = Held(mine, intent, asked.arguments.text, decision, drafts.subject)
                approval = await self._open_approval(held)
                self.talks.wait(key)
            except ApprovalError as error:
                _LOG.error("nobody can be asked for '%s' in '%s': %s", asked.tool, drafts.trace, error)
                decision = _refusal(bundle, "it would have to be approved, and nobody can be asked now")
        await self.ledger.append(drafts.end(decision.outcome.value))
        return answers.of_decision(decision, drafts.trace, mine.digest, approval)

    async def _run(
        self,
        wanted: Wanted,
        call: ToolCall,
        asked: Asked,
        key: TalkKey,
        drafts: Drafts,
        decision: DecisionId,
        intent: Intent,
        decided: ActDecision,
    ) -> Answer:
        now = self._clock()
        basis = Policies(tuple(policy.id for policy in decided.policies))
        permit = Permit(decision, intent, basis, decided.bundle, now + PERMIT_LASTS)
        # Until it is known what became of it, nothing like it is begun in this conversation.
        seen = Seen(
            now, drafts.trace, call, asked.arguments.digest, act=True, outcome=UNCERTAIN, result=_UNKNOWN,
            once=asked.once,
        )  # fmt: skip
        self.talks.keep(key, seen)
        # 6.
        outcome: Outcome
        try:
            outcome = await self._runs.act(wanted, permit=permit)
        except ActionRefused as error:
            outcome = NotDone(str(error))
        except AnswerableError as error:
            # Which file or server it was, the caller need not know.
            _LOG.error("what became of '%s' in '%s' can't be said: %s", asked.tool, drafts.trace, error)
            outcome = Uncertain("the gate can't say what became of it")
        self.talks.settle(
            key, seen, _word(outcome), outcome.result if isinstance(outcome, Done) else _told(outcome)
        )
        # 7. The receipt is durable: whoever runs acts wrote it. This ends the exchange; if it is lost, nothing is.
        await self.ledger.append(drafts.end(_word(outcome)))
        return answers.of_outcome(outcome, drafts.trace, decision.digest, act=True)

    def _situation(self, heard: Heard, caller: Caller, bundle: Bundle) -> Situation:
        talk = talk_of(heard.messages, succeeded)
        book = Book.read(
            [(one.outcome, one.succeeded) for one in talk.calls],
            bundle.records,
            frozenset(bundle.actions),
            bundle.manifest.zone,
        )
        return Situation(talk, book, self._clock(), caller.assurance)

    def _intent(self, tool: Tool, asked: Asked, caller: Caller, thing: str | None) -> Intent:
        customer = caller.customer
        if customer is not None and self._pseudonym is not None:
            named: str | None = self._pseudonym(f"customer:{customer}")
        else:
            named = None if customer is None else hashlib.sha256(customer.encode()).hexdigest()
        return Intent(
            asked.tool,
            asked.arguments.digest,
            tool.audience,
            caller.workload.id,
            thing,
            named,
            caller.conversation,
        )


def known_of(bundle: Bundle, tool: str, arguments: dict[str, Any], book: Book) -> dict[str, Any]:
    """What the pack's rules on carrying an act out can see of it: its arguments, and the records that it needs."""
    values: dict[str, Any] = {"args": arguments, "records": book.raw()}
    action = bundle.actions.get(tool)
    if action is None:
        return values
    for need in [*([action.resource] if action.resource else []), *action.needs]:
        try:
            record = book.get(need.kind, str(need.id.find(values)))
        except ExpressionFailed:
            continue
        if record is not None:
            values[need.name] = record.raw
    return values


def _thing(need: Need, values: Mapping[str, Any]) -> str | None:
    """What the act is done to, as grants and chains name it: `Order L-1`. None where that is not known."""
    try:
        name = need.id.find(dict(values))
    except ExpressionFailed:
        return None
    text = f"{need.kind} {name}"
    return text if name is not None and text.isprintable() and len(text) <= LONGEST_TEXT else None


def _said_since(act: Seen, heard: Heard) -> bool:
    return heard.last_said is not None and heard.last_said > act.at


def _refusal(bundle: Bundle, because: str, *instead: str) -> ActDecision:
    return ActDecision(ActOutcome.REFUSE, because, (), bundle.digest, instead=instead)


def _word(outcome: Outcome) -> str:
    return DONE if isinstance(outcome, Done) else NOT_DONE if isinstance(outcome, NotDone) else UNCERTAIN


def _told(outcome: Outcome) -> str:
    return '{"error":"it was not done"}' if isinstance(outcome, NotDone) else _UNKNOWN
