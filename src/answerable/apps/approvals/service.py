"""Held decisions and what people answer: opened, answered, used, told. Each is durable, then on record, then counts.

    1. The store lets it happen, in one transaction that says whether it may (`approvals.step`).
    2. Its entry is in the ledger.
    3. Only then the next thing can happen to it: the store says no until it is told of 2.

The store comes first because it alone knows which of two answers at once counts: an entry written first could say
"denied" of what was approved a moment before, and done. A crash between 1 and 2 leaves something that is pending:
whoever touches it next, or starts, puts its entry into the ledger, and until then nothing comes of it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from weakref import WeakValueDictionary

from answerable.actions import Action
from answerable.approvals import (
    UNBOUNDED,
    UNROUTED,
    ApprovalRequest,
    Approve,
    Change,
    Deny,
    Escalate,
    Event,
    Expire,
    Finish,
    Noticed,
    Of,
    Phase,
    Plan,
    Refusal,
    Remind,
    Result,
    Room,
    Rules,
    State,
    Told,
    Use,
    Void,
    Withdraw,
    action_of,
    digest_of,
    plan_for,
)
from answerable.apps.approvals.authority import Authority
from answerable.apps.approvals.entries import entry_of, is_recorded
from answerable.apps.approvals.held import FactsOf, Held, content_digest, find_held, plain_facts
from answerable.apps.approvals.stopped import Stopped, nothing_stopped
from answerable.grants import DecisionId
from answerable.identity.operators import Operator
from answerable.ports import Clock, Ledger
from answerable.ports.approvals import NO_NOTE, Applied, ApprovalStore, Kept, Note, Unknown, Unrecorded, every
from answerable.roles import Needs
from answerable.values import ApprovalId, ConversationId, Digest, Money, OperatorId, TraceId, WorkloadId
from answerable.values.errors import (
    ApprovalError,
    ApprovalsUnavailable,
    GrantsUnavailable,
    InvalidRequest,
    LedgerUnavailable,
)

_LOG = logging.getLogger("answerable.approvals")
_TRIES = 20
_LOOK_SECONDS = 0.05
LONGEST_REASON = 2000
_GOES_ON_WAITING = (
    "It goes on waiting until that is lifted or its time is over; it can be denied or withdrawn"
)


@dataclass(frozen=True, slots=True)
class Refused:
    """Somebody may not do it, or it can't be done any more. `because` is for them."""

    because: str
    policies: tuple[str, ...] = ()
    needs: Needs | None = None
    """Where a better or later sign-in, and nothing else, is missing."""
    closed: bool = False
    """It is not theirs to answer any more, whoever they are: it is over, or another than they were shown."""


@dataclass(frozen=True, slots=True)
class Reconsidered:
    """What the rules say of other arguments, or other words. `because` says why not; empty where they may stand."""

    amount: Money | None = None
    because: str = ""


Reconsider = Callable[[Held, str], Awaitable[Reconsidered]]
"""Decide on an approver's change as on the model's own: what policies refuse, no person can approve."""


async def no_changes(_: Held, __: str) -> Reconsidered:
    """Where nothing decides on a change, none is made."""
    return Reconsidered(because="changes can't be checked here; deny it, and let it be asked for anew")


async def _stands(_: ApprovalRequest) -> str:
    return ""


@dataclass
class ApprovalService:
    """What the gateway, operators and the follow-up ask. Async; the store is asked in threads.

    Methods raise ApprovalsUnavailable, GrantsUnavailable, LedgerError, RolesUnavailable: then nothing came of it that
    counts.
    """

    store: ApprovalStore
    ledger: Ledger
    rules: Callable[[], Rules]
    """Of the bundle in force now."""
    authority: Authority
    clock: Clock
    new_id: Callable[[], ApprovalId]
    owners: Callable[[WorkloadId], frozenset[OperatorId]] = lambda _: frozenset()
    """Whose workload it is; may wait for its disk."""
    facts: FactsOf = plain_facts
    """May wait for its disk."""
    reconsider: Reconsider = no_changes
    still_stands: Callable[[ApprovalRequest], Awaitable[str]] = _stands
    """Why what is asked does not hold any more (its bundle was taken back, …); empty where it does."""
    changed: list[Callable[[ApprovalId], None]] = field(default_factory=list)
    """Called after anything happened to one: the follow-up looks at it then."""
    stopped: Stopped = nothing_stopped
    """What keeps an act from being done now. While anything does, no act is approved: it goes on waiting."""
    hands_over: Callable[[Digest, str], bool] = lambda _, __: False
    """Does the bot's own client do the act of that name under that bundle, with a grant of its own?"""
    does: Callable[[ApprovalRequest], bool] = lambda _: True
    """Would the gateway do it? Else whoever approves it is told before that it would not."""
    room: Room = UNBOUNDED
    """How much may wait at once of one workload and one conversation: what is beyond it asks nobody."""
    patience: float = 2.0
    """Seconds that whoever let something happen has for putting it on record before others do."""
    _doors: WeakValueDictionary[ApprovalId, asyncio.Lock] = field(
        default_factory=WeakValueDictionary, repr=False
    )

    # -- the gateway's side ------------------------------------------------------------

    async def open(self, trace: TraceId, decision: Digest) -> Kept:
        """Let a held decision wait for people. Call it when its entry is durable, and before anybody is told.

        A crash before this returns leaves a held decision that the customer and the model have heard nothing of:
        the reply broke off, and is asked for again. Where too much waits already, it comes back as voided: it is on
        record why, nobody is asked, and the customer hears later that nothing came of it.

        Raises ApprovalError where nothing of the kind is on record, InvalidRequest where its arguments can't be read
        in one way only.
        """
        held = await find_held(self.ledger, trace, decision)
        now = self.clock()
        facts, rules = await asyncio.to_thread(self.facts, held), self.rules()
        owners = await asyncio.to_thread(self.owners, WorkloadId(held.exchange.workload))
        route = held.route or UNROUTED
        text = held.text
        if text is None or held.body.decision is None:
            raise ApprovalError(f"what '{decision[:20]}…' is about is erased: nobody can approve it")
        content = content_digest(held.of, text)
        if (same := await self._same_waits(held, route, content, facts.customer)) is not None:
            return same
        request = ApprovalRequest(
            id=self.new_id(),
            of=held.of,
            trace=trace,
            decision=decision,
            content=content,
            findings=held.findings,
            bundle=Digest(held.body.decision.bundle),
            workload=WorkloadId(held.exchange.workload),
            route=route,
            plan=plan_for(rules, route, facts.amount, now),
            opened_at=now,
            tool=held.tool,
            conversation=ConversationId(held.exchange.conversation) if held.exchange.conversation else None,
            customer=facts.customer,
            owners=tuple(sorted(owners)),
            subjects=tuple(sorted(facts.subjects)),
            amount=facts.amount,
            region=facts.region,
            handed_over=held.tool is not None
            and self.hands_over(Digest(held.body.decision.bundle), held.tool),
        )
        kept = await self._recorded(await asyncio.to_thread(self.store.open, request, self.room), held)
        if kept.state.phase is Phase.VOIDED:
            _LOG.warning("'%s' waits for nobody: %s", request.id, kept.state.why)
        self._tell_of(kept.state.request.id)
        return kept

    async def follow_undo(self, original: Action, tool: str, approval: ApprovalId, content: Digest) -> None:
        """An act is about to be taken back under this approval: once it was, the customer hears of it.

        What takes back something that took something back is nobody's news.
        """
        if original.undoes is not None:
            return
        now = self.clock()
        request = ApprovalRequest(
            id=approval,
            of=Of.ACT,
            trace=original.trace,
            decision=original.decision.digest,
            content=content,
            findings=digest_of({"undoes": original.id}),
            bundle=original.bundle,
            workload=original.workload,
            route=UNROUTED,
            plan=Plan(now),
            opened_at=now,
            tool=tool,
            conversation=original.conversation,
            customer=original.customer,
            undoes=original.id,
        )
        # A crash after this leaves one of which no act comes: the follow-up finds that out.
        await asyncio.to_thread(self.store.open, request)
        self._tell_of(approval)

    async def _same_waits(self, held: Held, route: str, content: Digest, customer: str | None) -> Kept | None:
        """What waits already in the same conversation for the same thing: a bot that asks again asks nobody twice."""
        exchange, decision = held.exchange, held.body.decision
        if exchange.conversation is None or decision is None:
            return None
        for kept in await self.of_conversation(
            WorkloadId(exchange.workload), ConversationId(exchange.conversation)
        ):
            asked = kept.state.request
            mine = (held.of, held.tool, content, route, decision.bundle, customer)
            if kept.state.phase is Phase.OPEN and mine == (
                asked.of, asked.tool, asked.content, asked.route, asked.bundle, asked.customer,
            ):  # fmt: skip
                return await self.put_on_record(kept)
        return None

    # -- people's side -----------------------------------------------------------------

    async def approve(
        self, approval: ApprovalId, operator: Operator, binds: Digest, reason: str = ""
    ) -> Kept | Refused:
        """Say yes to exactly what was shown: `binds`."""
        ready = await self._answerable(approval, operator)
        if isinstance(ready, Refused):
            return ready
        kept, _, policies, needed = ready
        also = tuple(sorted(operator.also))
        event = Approve(self.clock(), operator.id, binds, int(operator.level), policies, needed, also)
        return await self._happen(kept, event, Note(reason=_reason(reason)))

    async def change(
        self, approval: ApprovalId, operator: Operator, binds: Digest, text: str, reason: str = ""
    ) -> Kept | Refused:
        """Say yes to something else instead: other arguments, or other words. Raises InvalidRequest.

        Policies decide on it as on the model's own; whoever approved what was there before approves anew.
        """
        ready = await self._answerable(approval, operator)
        if isinstance(ready, Refused):
            return ready
        kept, held, policies, needed = ready
        content = content_digest(held.of, text)
        again = await self.reconsider(held, text)
        if again.because:
            return Refused(f"what you wrote is not allowed: {again.because}")
        event = Change(
            self.clock(), operator.id, binds, content, again.amount, int(operator.level), policies, needed
        )
        reason = _reason(reason)
        note = Note(reason, wording=text) if held.of is Of.LINE else Note(reason, arguments=text)
        return await self._happen(kept, event, note)

    async def deny(
        self, approval: ApprovalId, operator: Operator, binds: Digest, reason: str = ""
    ) -> Kept | Refused:
        """Say no: that ends it."""
        ready = await self._answerable(approval, operator, denies=True)
        if isinstance(ready, Refused):
            return ready
        kept, _, policies, _ = ready
        event = Deny(self.clock(), operator.id, binds, int(operator.level), policies)
        return await self._happen(kept, event, Note(reason=_reason(reason)))

    async def withdraw(self, approval: ApprovalId, operator: Operator, reason: str = "") -> Kept | Refused:
        """Take it back before anything was done."""
        kept = await self.ready(approval)
        if kept is None:
            return _missing()
        ruling = await self.authority.to_withdraw(operator, kept.state, self.clock())
        if not ruling.allowed:
            return Refused("; ".join(ruling.because), ruling.policies, ruling.needs)
        event = Withdraw(self.clock(), operator.id, int(operator.level), ruling.policies)
        return await self._happen(kept, event, Note(reason=_reason(reason)))

    async def withdraw_by_workload(self, approval: ApprovalId, workload: WorkloadId) -> Kept | Refused:
        """Whoever asked does not want it any more (the customer changed their mind, the conversation is over)."""
        kept = await self.ready(approval)
        if kept is None or kept.state.request.workload != workload:
            return _missing()
        return await self._happen(kept, Withdraw(self.clock(), workload))

    # -- the follow-up's side ----------------------------------------------------------

    async def use(self, approval: ApprovalId, binds: Digest, attempt: str) -> Kept | Refused:
        """Use it up for one attempt, before anything is done. The same attempt may ask again.

        A crash after this leaves something that is used and may not have been done: the same attempt goes on.
        """
        kept = await self.ready(approval)
        if kept is None:
            return _missing()
        if kept.state.phase is Phase.APPROVED and (why := await self.still_stands(kept.state.request)):
            await self._happen(kept, Void(self.clock(), why))
            return Refused(why, closed=True)
        found = await self._happen(kept, Use(self.clock(), binds, attempt))
        if isinstance(found, Kept) and found.state.phase is not Phase.USED:
            return Refused(found.state.why, closed=True)
        return found

    async def hand_over(self, approval: ApprovalId, decision: DecisionId) -> tuple[State, str] | None:
        """Use it up for the bot's own client, which asks for a grant; with the arguments that were approved.

        The same again while it can be used: what becomes of the grant, its store says. None where it permits nothing.
        """
        kept = await self.ready(approval)
        if kept is None:
            return None
        state, request = kept.state, kept.state.request
        mine = request.handed_over and (request.trace, request.decision) == (decision.trace, decision.digest)
        if not mine or state.usable_until is None or self.clock() >= state.usable_until:
            return None
        text = (await self.held_of(kept)).text_of(request.id, request.content)
        by = [one.by for one in state.approvals]
        stops = await asyncio.to_thread(self.stopped, request, by)
        if text is None or stops:
            return None
        # A crash after this leaves it used, and no grant: the same decision gets one while it can be used.
        used = await self.use(approval, state.binds, action_of(approval))
        return None if isinstance(used, Refused) else (used.state, text)

    async def finished(self, approval: ApprovalId, attempt: str, result: Result) -> Kept | Refused:
        """What became of the act: its receipt is on record by now."""
        kept = await self.ready(approval)
        return _missing() if kept is None else await self._happen(kept, Finish(self.clock(), attempt, result))

    async def expire(self, kept: Kept) -> Kept | Refused:
        """Its time is over. Recorded as that, and as nobody's answer."""
        return await self._happen(kept, Expire(self.clock()))

    async def remind(self, kept: Kept) -> Kept | Refused:
        return await self._happen(kept, Remind(self.clock(), kept.state.reminded + 1))

    async def escalate(self, kept: Kept) -> Kept | Refused:
        return await self._happen(kept, Escalate(self.clock(), kept.state.escalated + 1))

    async def noticed(self, approval: ApprovalId, event: Noticed) -> None:
        """Those who answer were told. That decides nothing, and has no entry."""
        kept = await self.ready(approval)
        if kept is not None:
            await self._happen(kept, event)

    async def of_conversation(self, workload: WorkloadId, conversation: ConversationId) -> Sequence[Kept]:
        return await asyncio.to_thread(
            every, lambda after: self.store.of_conversation(workload, conversation, after)
        )

    async def waiting(self, route: str | None = None) -> Sequence[Kept]:
        return await asyncio.to_thread(every, lambda after: self.store.waiting(route, after))

    async def stops(self, state: State | None = None, operator: Operator | None = None) -> str:
        """What keeps it from being done if this person approves it now, in words to be shown before they do.

        Without a state: whether everything is stopped.
        """
        by = [] if state is None else [one.by for one in state.approvals]
        by += [] if operator is None else [operator.id, *sorted(operator.also)]
        try:
            return await asyncio.to_thread(self.stopped, state.request if state else None, by)
        except GrantsUnavailable:
            return "it can't be known now whether everything is stopped"

    async def left(self, *, untold: bool) -> list[ApprovalId]:
        """All about which something is still to be done; with `untold`, those too that nobody was told the end of."""
        found: dict[ApprovalId, None] = {}
        # The first is asked again: what is told between the two questions is not on record yet, and in neither answer.
        three = (self.store.unsettled, self.store.untold, self.store.unsettled)
        for ask in three if untold else (self.store.unsettled,):
            found.update(dict.fromkeys(kept.state.request.id for kept in await asyncio.to_thread(every, ask)))
        return list(found)

    async def void(self, approval: ApprovalId, why: str) -> Kept | Refused:
        """What was asked about is not what it was. `why` names nobody's data."""
        kept = await self.ready(approval)
        return _missing() if kept is None else await self._happen(kept, Void(self.clock(), why))

    async def mark_told(self, approval: ApprovalId, how: str) -> bool:
        """The customer was given the outcome, or is about to be. Once: False where they were before."""
        kept = await self.ready(approval)
        return kept is not None and isinstance(await self._happen(kept, Told(self.clock(), how)), Kept)

    async def ready(self, approval: ApprovalId) -> Kept | None:
        """It, with all that happened to it on record; None where there is none of that id."""
        kept = await asyncio.to_thread(self.store.get, approval)
        return None if kept is None else await self.put_on_record(kept)

    async def put_on_record(self, kept: Kept) -> Kept:
        """Put what is pending into the ledger, and say so. Raises LedgerUnavailable: then it stays pending.

        Whoever let it happen is about to do so: it is given some time first. Where two do it all the same, in two
        processes, the ledger has the same entry twice, and it says the same.
        """
        until = asyncio.get_running_loop().time() + self.patience
        while kept.pending is not None and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(_LOOK_SECONDS)
            found = await asyncio.to_thread(self.store.get, kept.state.request.id)
            kept = kept if found is None else found
        return await self._recorded(kept)

    async def _recorded(self, kept: Kept, held: Held | None = None) -> Kept:
        request, revision = kept.state.request, kept.state.revision
        if kept.pending is None:
            return kept
        async with self._doors.setdefault(request.id, asyncio.Lock()):
            now = await asyncio.to_thread(self.store.get, request.id)
            if now is None or now.pending is None or now.state.revision != revision:
                return Kept(kept.state)  # somebody else did
            found = held or await self.held_of(kept)
            draft = entry_of(kept.state, kept.pending, found)
            if not is_recorded(draft, found):
                # A crash after this leaves it pending though it is on record; it is found there the next time.
                await self.ledger.append([draft])
            await asyncio.to_thread(self.store.recorded, request.id, revision)
            return Kept(kept.state)

    async def held_of(self, kept: Kept) -> Held:
        """What it is about. Raises ApprovalError, LedgerError."""
        request = kept.state.request
        return await find_held(
            self.ledger, request.trace, request.decision, taken_back=request.undoes is not None
        )

    # -- one behind the other ----------------------------------------------------------

    async def _answerable(
        self, approval: ApprovalId, operator: Operator, *, denies: bool = False
    ) -> tuple[Kept, Held, tuple[str, ...], int] | Refused:
        """1. It is there. 2. They may answer it. 3. It would be done, and is what it was. 4. It is all on record."""
        # 1.
        kept = await self.ready(approval)
        if kept is None:
            return _missing()
        state, now = kept.state, self.clock()
        if why := await self.ledger.ready():
            # Said before anything happens: an answer that can't be put on record would count later, unseen.
            raise LedgerUnavailable(f"nothing can be put on record now: {why}")
        # 2. Whoever said yes before may still say no.
        earlier = () if denies else tuple(one.by for one in state.approvals)
        ruling = await self.authority.to_answer(operator, state, earlier, now)
        if not ruling.allowed:
            return Refused("; ".join(ruling.because), ruling.policies, ruling.needs)
        # 3.
        by = (*(one.by for one in state.approvals), operator.id, *sorted(operator.also))
        if not denies and (stops := await asyncio.to_thread(self.stopped, state.request, by)):
            return Refused(f"{stops}: approved now, it would not be done. {_GOES_ON_WAITING}", closed=True)
        held = await self.held_of(kept)
        why = await self.still_stands(state.request)
        # 4.
        if not why and held.text_of(state.request.id, state.request.content) is None:
            why = "what it is about is erased"
        if why and state.phase in (Phase.OPEN, Phase.APPROVED):
            await self._happen(kept, Void(now, why))
            return Refused(why, closed=True)
        return kept, held, ruling.policies, ruling.approvers_needed

    async def _happen(self, kept: Kept, event: Event, note: Note = NO_NOTE) -> Kept | Refused:
        approval = kept.state.request.id
        for _ in range(_TRIES):
            answer = await asyncio.to_thread(self.store.apply, approval, event, note)
            match answer:
                case Applied(found, again):
                    found = await (self.put_on_record(found) if again else self._recorded(found))
                    self._tell_of(approval)
                    return found
                case Unrecorded(found):  # somebody else was first, and is not done
                    await self.put_on_record(found)
                case Refusal(because):
                    return Refused(because, closed=True)
                case Unknown():
                    return _missing()
        raise ApprovalsUnavailable(f"others answer '{approval}' all the time; try again")

    def _tell_of(self, approval: ApprovalId) -> None:
        for one in self.changed:
            one(approval)


def past_due(kept: Kept, now: datetime) -> bool:
    """Is its time over?"""
    return kept.state.due is not None and now >= kept.state.due


def _missing() -> Refused:
    return Refused("there is nothing of that id", closed=True)


def _reason(text: str) -> str:
    if len(text) > LONGEST_REASON:
        raise InvalidRequest(f"a reason has up to {LONGEST_REASON} characters", "reason")
    return text.strip()
