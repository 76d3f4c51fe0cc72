"""What happens by itself to something that waits: people are told and reminded, it goes on to the next queue, its time
runs out; and once it is approved, it is done, and whoever speaks with the customer is told.

Each move is the pure `approvals.next_move`; what it changes is in the store and on record before the next one. So it
may be asked to go on at any time, by anybody, as often as they like.
"""

import hashlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from answerable.approvals import Move, Of, Phase, Result, State, action_of, next_move
from answerable.approvals.events import Noticed
from answerable.approvals.moves import notice_of
from answerable.apps.approvals.customers import WEBHOOK, Outcomes
from answerable.apps.approvals.notice_cap import NoticeCap, Telling, begun, together
from answerable.apps.approvals.refused import Refused
from answerable.apps.approvals.service import ApprovalService
from answerable.grants import Approval, DecisionId, Intent, Permit
from answerable.ports import Clock
from answerable.ports.approvals import Kept
from answerable.ports.notifying import Notice, Notifier, Teller, Told
from answerable.values import ActionId, ApprovalId, WorkloadId
from answerable.values.errors import AnswerableError

_LOG = logging.getLogger("answerable.approvals")
FIRST_RETRY = timedelta(seconds=1)
LONGEST_RETRY = timedelta(minutes=5)
LOOK_AGAIN = timedelta(hours=1)
_MOST_MOVES = 100


@dataclass(frozen=True, slots=True)
class Approved:
    """An act that people approved, used up for exactly one attempt: this one."""

    state: State
    arguments: str
    """JSON, with the digest that was approved."""
    action: ActionId
    """The same however often it is asked for: whoever runs it does it once."""

    def permit(self, audience: str, resource: str | None = None) -> Permit:
        """What lets it happen at that back end. Raises ValueError."""
        return permit_of(self.state, audience, resource)


RunAct = Callable[[Approved], Awaitable[Result | None]]
"""Do it, once for its `action`, or say what became of it where it was begun before. None where that is not known yet
and whoever does it calls `ApprovalService.finished` later. It may raise any AnswerableError: then it is asked again."""


Became = Callable[[ActionId], Awaitable[Result | None]]
"""What is known by now of an act; None where none was begun under that id. May raise any AnswerableError."""


@dataclass
class FollowUp:
    """Goes on with one thing that waits. Not to be asked about the same one by two tasks at once."""

    service: ApprovalService
    outcomes: Outcomes
    clock: Clock
    run_act: RunAct
    notifiers: Sequence[Notifier] = ()
    tellers: Sequence[Teller] = ()
    link: Callable[[ApprovalId], str] = lambda approval: f"/approvals/{approval}"
    all_link: str = "/approvals/"
    """Where everything stands that waits."""
    cap: NoticeCap = field(default_factory=NoticeCap)
    became: Became | None = None
    _failures: dict[ApprovalId, int] = field(default_factory=dict)
    _sent: set[tuple[str, str]] = field(default_factory=set)
    """Of a message to several, who has it: those are not sent it again while another one is tried."""

    async def go_on(self, approval: ApprovalId) -> datetime | None:
        """Do what is due now; when to look again at the latest, or None where there is nothing more to be done.

        Never raises for what may be better later: it says when to try again.
        """
        for _ in range(_MOST_MOVES):
            kept = None
            try:
                kept = await self.service.ready(approval)
                if kept is None:
                    break
                move, until = next_move(kept.state, self.clock(), tells=bool(self.tellers))
                if move is Move.END:
                    break
                if not await self._did(move, kept):
                    self._failures.pop(approval, None)
                    return until or self.clock() + LOOK_AGAIN
            except AnswerableError as error:
                return self._later(approval, kept, error)
        else:
            _LOG.error("'%s' goes around in a circle", approval)
            return self.clock() + LONGEST_RETRY
        self._failures.pop(approval, None)
        return None

    async def left(self) -> list[ApprovalId]:
        """What there is to go on with, for whoever begins now."""
        return await self.service.left(untold=bool(self.tellers))

    async def _did(self, move: Move, kept: Kept) -> bool:
        """Make one move. False where there is nothing to be done until something happens."""
        match move:
            case Move.NOTIFY:
                await self._notify(kept)
            case Move.REMIND:
                await self.service.remind(kept)
            case Move.ESCALATE:
                await self.service.escalate(kept)
            case Move.EXPIRE:
                await self.service.expire(kept)
            case Move.RUN:
                return await self._run(kept)
            case Move.TELL:
                await self._tell(kept)
            case Move.WAIT:
                return await self._settled_since(kept)
            case Move.END:
                return False
        return True

    async def _notify(self, kept: Kept) -> None:
        state = kept.state
        notice = Notice(
            id=f"{state.request.id}-{state.notices}",
            event=notice_of(state),
            route=state.route,
            summary=summary(state),
            link=self.link(state.request.id),
            at=self.clock(),
            deadline=state.request.plan.deadline,
        )
        workload = state.request.workload
        telling = self.cap.telling(workload, state.route, notice.id, notice.at)
        if telling is Telling.TOGETHER:
            notice = replace(
                notice,
                id=_digest_id(workload, state.route, notice.at),
                event="waiting",
                summary=together(state.route, self.cap.most, notice.at),
                link=self.all_link,
                deadline=None,
            )
        if telling is not Telling.TOLD:
            try:
                await self._each(
                    notice.id, [(one.name, partial(one.notify, notice)) for one in self.notifiers]
                )
            except BaseException:
                if telling is Telling.TOGETHER:
                    self.cap.failed(workload, state.route)
                raise
        # A crash before this tells them again, under the same id.
        await self.service.noticed(state.request.id, Noticed(self.clock(), state.notices))

    async def _run(self, kept: Kept) -> bool:
        state, request = kept.state, kept.state.request
        action = action_of(request.id)
        text = (await self.service.held_of(kept)).text_of(request.id, request.content)
        if state.phase is Phase.APPROVED:
            if text is None:
                await self.service.void(request.id, "what it is about is erased")
                return True
            # Used up before anything is done. A crash after this asks whoever runs it for the same action again.
            used = await self.service.use(request.id, state.binds, action)
            if isinstance(used, Refused):
                return True  # it is over: the next move says how
            state = used.state
        if request.of is Of.LINE:
            return (
                True  # it is released by being used: the ledger has that, and the customer's side may have it
            )
        if text is None:
            # Erased after it was used. Whoever runs acts may have had it before a crash: they say so if they did.
            await self.service.finished(request.id, action, Result.UNCERTAIN)
            return True
        result = await self.run_act(Approved(state, text, action))
        if result is None:
            return False
        await self.service.finished(request.id, action, result)
        return True

    async def _settled_since(self, kept: Kept) -> bool:
        """Did it come out meanwhile what became of an act that was uncertain?"""
        if self.became is None or kept.state.result is not Result.UNCERTAIN:
            return False
        request = kept.state.request
        action = action_of(request.id)
        result = await self.became(action)
        if result is None and request.undoes and self.clock() > request.opened_at + LOOK_AGAIN:
            result = Result.NOT_DONE  # its permit is over since long: none comes any more
        if result in (None, Result.UNCERTAIN):
            return False
        await self.service.finished(kept.state.request.id, action, result)
        return True

    async def _tell(self, kept: Kept) -> None:
        request = kept.state.request
        outcome = await self.outcomes.of(kept)
        if outcome is None:
            return
        told = Told(
            id=f"{request.id}-{outcome.heard}",
            approval=request.id,
            conversation=request.conversation,
            workload=request.workload,
            outcome=outcome.heard.value,
            text=outcome.text,
            at=outcome.at,
        )
        await self._each(told.id, [(one.name, partial(one.tell, told)) for one in self.tellers])
        # A crash before this tells it again, under the same id.
        await self.service.mark_told(request.id, WEBHOOK)

    async def _each(self, message: str, sends: Sequence[tuple[str, Callable[[], Awaitable[None]]]]) -> None:
        """Send to all, whoever fails; raise what failed last once all were tried."""
        failed: AnswerableError | None = None
        for name, send in sends:
            if (message, name) in self._sent:
                continue
            try:
                await send()
                self._sent.add((message, name))
            except AnswerableError as error:
                _LOG.warning("'%s' was not sent: %s", message, error)
                failed = error
        if failed is not None:
            raise failed
        self._sent -= {(message, name) for name, _ in sends}

    def _later(self, approval: ApprovalId, kept: Kept | None, error: AnswerableError) -> datetime:
        """When to try again: later each time, and never later than something is due."""
        tries = self._failures.get(approval, 0)
        self._failures[approval] = tries + 1
        _LOG.warning("'%s' goes on later: %s", approval, error)
        at = self.clock() + min(FIRST_RETRY * (1 << min(tries, 20)), LONGEST_RETRY)
        if kept is None:
            return at
        plan = kept.state.request.plan
        due = [*plan.reminders, *(when for when, _ in plan.escalations), kept.state.due or at]
        return min(at, *(one for one in due if one > self.clock()), at)


def _digest_id(workload: WorkloadId, route: str, now: datetime) -> str:
    """The same for every try of one hour's digest."""
    named = hashlib.sha256(f"{workload}\n{route}\n{begun(now).isoformat()}".encode()).hexdigest()
    return f"more-{named[:26]}"


def permit_of(state: State, audience: str, resource: str | None = None) -> Permit:
    """What an approval permits, until it is over. Raises ValueError where it permits nothing."""
    request = state.request
    if state.phase not in (Phase.APPROVED, Phase.USED) or request.tool is None or state.usable_until is None:
        raise ValueError(f"'{request.id}' permits nothing: it is {state.phase}")
    return Permit(
        DecisionId(request.trace, request.decision),
        Intent(
            request.tool,
            request.content,
            audience,
            request.workload,
            resource,
            request.customer,
            request.conversation,
        ),
        Approval(request.id, tuple(one.by for one in state.approvals)),
        request.bundle,
        state.usable_until,
    )


def summary(state: State) -> str:
    """What those who answer are told of it: which act, or that it is a line; what about, how much. Nobody's name."""
    request = state.request
    what = f"The act '{request.tool}'" if request.tool else "A line"
    about = f" about {', '.join(request.subjects)}" if request.subjects else ""
    amount = f" ({request.amount})" if request.amount else ""
    count = f"; {len(state.approvals)} of {state.needed} have approved" if state.needed > 1 else ""
    return f"{what}{about}{amount} waits in '{state.route}'{count}."
