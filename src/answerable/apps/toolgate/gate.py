"""One call of a tool on its way through the gate.

    1. The tool is one that this workload may use; its arguments are read within bounds and fit its schema.
    2. A call that is under way already is joined, not made twice; of each workload only so many are.
    3. The situation: what was said, as the ledger has it, and what this gate saw done in the conversation.
    4. What is for known or signed-in customers is refused to others. A read passes; an act is decided by the bundle
       in force, or was let pass by a chat reply's decision.
    5. The call and its decision are durable before anything happens.
    6. A read is made, an act run under its permit, a held one taken to people, a refused one explained.
    7. What came of it is durable before the caller hears it.

A caller that goes away changes nothing: what was begun is finished, recorded, and told to whoever asks again.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta

from answerable.actions import Done, NotDone, Outcome, Uncertain
from answerable.adapters.world import new_trace, utc_now
from answerable.apps.acting.calls import called
from answerable.apps.intents import intent_of, known_of, thing_of
from answerable.apps.toolgate import answers
from answerable.apps.toolgate.answers import Answer
from answerable.apps.toolgate.asked import Asked, Permitted, one_form
from answerable.apps.toolgate.caller import Caller
from answerable.apps.toolgate.catalogue import Catalogue, Tool
from answerable.apps.toolgate.drafts import Drafts
from answerable.apps.toolgate.permitted import find_permitted
from answerable.apps.toolgate.refused_calls import RefusedCalls
from answerable.apps.toolgate.running import Held, OpensApprovals, RunsActs, Wanted
from answerable.apps.toolgate.schemas import check_arguments
from answerable.apps.toolgate.talks import DONE, NOT_DONE, UNCERTAIN, Heard, Seen, TalkKey, Talks
from answerable.apps.toolgate.under_way import Same, UnderWay
from answerable.decisions import ActDecider, ActDecision, ActOutcome, Bundle, Situation
from answerable.dialogue import talk_of
from answerable.exchange import ToolCall
from answerable.findings import succeeded
from answerable.grants import DecisionId, Intent, Permit, Policies
from answerable.identity import UNPROVEN
from answerable.ports import Clock, Ledger, NewTrace
from answerable.ports.connectors import BackEndCall
from answerable.records import Book
from answerable.values import (
    ActionId,
    CallId,
    Digest,
)
from answerable.values.errors import (
    ActionRefused,
    AnswerableError,
    ApprovalError,
    InvalidRequest,
)

_LOG = logging.getLogger("answerable.toolgate")
PERMIT_LASTS = timedelta(seconds=60)
_SIGN_IN = "ask the customer to sign in to their account; once they have, ask for it again"
_UNKNOWN = '{"error":"nobody knows yet whether it was done"}'


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
        self._under_way = UnderWay(clock, catalogue.allowed.calls_at_once)
        self._refused = RefusedCalls(ledger, bundle, catalogue, clock, trace)
        self._writing: set[asyncio.Task[None]] = set()

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

    async def ask(
        self,
        caller: Caller,
        tool: str,
        arguments: object,
        call: CallId,
        permitted: Permitted | None = None,
        once: str = "",
    ) -> Answer:
        """`asked` and `call`. What they refuse as it stands is on record before it is raised; raises as they do."""
        try:
            return await self.call(caller, self.asked(caller, tool, arguments, call, permitted, once))
        except InvalidRequest as error:
            # Shielded: whoever hangs up at once was refused all the same.
            writing = asyncio.create_task(self._refused(caller, tool, arguments, call, error))
            self._writing.add(writing)
            writing.add_done_callback(self._written)
            await asyncio.shield(writing)
            raise

    async def call(self, caller: Caller, asked: Asked) -> Answer:
        """Steps 2 to 7. Raises Overloaded, InvalidRequest, LedgerError: then nothing was done.

        Cancelling this does not cancel what was begun.
        """
        # 2.
        key = caller.key(f"alone/{self._new_trace()}")
        tool = self.catalogue.find(caller.workload.id, asked.tool)
        unmet = tool is not None and self._unmet(tool, caller) is not None
        same = Same(key, asked.tool, asked.arguments.digest, asked.once, unmet)
        read = tool is not None and self.catalogue.is_read(tool, self.bundle())
        return await self._under_way.answer(same, lambda: self._answer(caller, asked, key), read=read)

    async def close(self) -> None:
        """Wait for what was begun."""
        await self._under_way.close()
        await asyncio.gather(*self._writing, return_exceptions=True)

    def _written(self, writing: "asyncio.Task[None]") -> None:
        self._writing.discard(writing)
        if not writing.cancelled() and (error := writing.exception()) is not None:
            _LOG.error("a refused call could not be recorded: %s", error)  # its caller may have hung up

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
        # 4.
        unmet = self._unmet(tool, caller)
        if unmet is not None:
            return await self._turned_away(_refusal(bundle, unmet, _SIGN_IN), drafts)
        if self.catalogue.is_read(tool, bundle):
            return await self._read(tool, call, asked, key, drafts)
        return await self._act(tool, call, asked, key, drafts, heard, caller, bundle)

    def _unmet(self, tool: Tool, caller: Caller) -> str | None:
        """Why it is not for this caller's customer, by the gate's file; None where it is."""
        needs = self.catalogue.allowed.needs_of(tool.name, tool.offered.name)
        return needs.unmet(caller.customer, caller.assurance, proven=caller.customer_proof != UNPROVEN)

    async def _turned_away(self, decision: ActDecision, drafts: Drafts) -> Answer:
        """Not for this customer: nothing is looked at, and that it was asked for is on record."""
        end = drafts.end(decision.outcome.value)
        leaves = await self.ledger.append([*drafts.begin(decision, passed=False), *end])
        return answers.of_decision(decision, drafts.trace, f"sha256:{leaves[1]}")

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
        intent = intent_of(tool, asked, caller, thing_of(bundle, asked.tool, values), self._pseudonym)
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


def _said_since(act: Seen, heard: Heard) -> bool:
    return heard.last_said is not None and heard.last_said > act.at


def _refusal(bundle: Bundle, because: str, *instead: str) -> ActDecision:
    return ActDecision(ActOutcome.REFUSE, because, (), bundle.digest, instead=instead)


def _word(outcome: Outcome) -> str:
    return DONE if isinstance(outcome, Done) else NOT_DONE if isinstance(outcome, NotDone) else UNCERTAIN


def _told(outcome: Outcome) -> str:
    return '{"error":"it was not done"}' if isinstance(outcome, NotDone) else _UNKNOWN
