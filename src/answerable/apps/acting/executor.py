"""Do one decided act at a back end, at most once, and know what became of it.

intent ─► ledger ─► grant ─► ledger ─► (used up) ─► ledger ─► sent ─► call ─► ledger ─► settled
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from answerable.actions import (
    UNSENT,
    WAITING_FOR_PEOPLE,
    Action,
    Answered,
    Done,
    How,
    NotDone,
    Outcome,
    Settled,
    State,
    TakenBack,
    Uncertain,
    action_under,
    authority_of,
    compensation,
    is_final,
)
from answerable.approvals import action_of
from answerable.apps.acting.calls import Calls, Pace
from answerable.apps.acting.entries import action_draft, what_was_done
from answerable.apps.acting.grant_of_act import GrantOfAct
from answerable.apps.acting.granting import Granting
from answerable.apps.acting.inquiry import Inquiry
from answerable.apps.acting.journal import Journal
from answerable.apps.acting.telling import known, told
from answerable.apps.acting.undoing import DecideUndo, Undoing
from answerable.decisions.act_rules import ActRules
from answerable.grants import Approval, DecisionId, Permit, confusable
from answerable.identity.operators import Operator
from answerable.ports.actions import ActionStore, Kept
from answerable.ports.connectors import Connector, ShownGrant
from answerable.ports.ledger import Ledger
from answerable.values import ActionId, Digest, OperatorId
from answerable.values.errors import (
    ActionError,
    ActionRefused,
    ActionTaken,
    AnswerableError,
    InvalidRequest,
    LedgerError,
)

_LOG = logging.getLogger("answerable.acting")
_PERSON = "person "
"""How a lease begins that a person's word has taken."""

Rules = Callable[[str, Digest], ActRules | None]
"""What a bundle says of carrying an act out; None where it knows no such act."""


class Executor:
    """Does acts. One for a process; several processes may share the stores."""

    def __init__(
        self,
        *,
        store: ActionStore,
        ledger: Ledger,
        granting: Granting,
        connectors: Mapping[str, Connector],
        rules: Rules,
        now: Callable[[], datetime],
        random: Callable[[], str],
        decide_undo: DecideUndo | None = None,
        pace: Pace | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`random` gives at least 96 random bits as text. Without `decide_undo` nothing is taken back from here."""
        pace = pace or Pace()
        self.journal = Journal(store, ledger, now, timedelta(seconds=pace.lease))
        self._grant = GrantOfAct(self.journal, granting, now)
        self._connectors, self._rules = connectors, rules
        self._now, self._random, self._decide_undo = now, random, decide_undo
        self._patience = timedelta(seconds=pace.patience)
        self._calls = Calls(self.journal, pace, now)
        self.inquiry = Inquiry(
            self.journal, self._calls, granting, connectors, pace=pace, now=now, sleep=sleep
        )
        self._turns: WeakValueDictionary[DecisionId, asyncio.Lock] = WeakValueDictionary()
        self._under_way: set[asyncio.Task[Settled]] = set()

    async def act(self, wanted: Action, *, permit: Permit) -> Settled:
        """Do it. Asked again with the same decision, it answers what became of the first time, or goes on with it.

        Goes on to its end where whoever asked does not wait for it.
        Raises ActionRefused where it may not be begun; ActionsUnavailable, GrantsUnavailable or LedgerError where
        something that must be durable first was not: then nothing was sent. Once something was, it
        always returns.
        """
        return await self._to_its_end(self._act(wanted, permit))

    async def undo(
        self, action: ActionId, by: Operator, reason: str, *, subject: str | None = None
    ) -> Settled:
        """Take a done act back, as its pack says how. `subject` is whom it is about, where its trace does not say.

        Raises ActionRefused where that can't be (UndoWaits: not yet), NotAllowed where `by` may not, and as `act`.
        """
        kept = await asyncio.to_thread(self.journal.store.find, action)
        if kept is None or kept.progress.state is not State.DONE:
            raise ActionRefused(
                f"the act '{action}' is not known to have been done, so there is nothing to take back"
            )
        if self._decide_undo is None:
            raise ActionRefused("nobody here decides on taking acts back")
        rules = self._rules(kept.action.tool, kept.action.bundle)
        was = what_was_done(await self.journal.ledger.trace(kept.action.trace), action)
        if was.arguments is None or was.result is None:
            raise ActionRefused(
                f"what was done in the act '{action}' is erased, so it can't be taken back from here"
            )
        act = compensation(action, rules.undo if rules else None, was.arguments, was.result)
        about = subject or was.subject
        permit = await self._decide_undo(Undoing(kept, act, by, reason, about))
        wanted = action_under(
            permit,
            id=action_of(permit.basis.id)
            if isinstance(permit.basis, Approval)
            else ActionId(f"ac_{self._random()}"),
            arguments=act.arguments,
            connector=kept.action.connector,
            first=kept.action.first,
            subject=about,
            undoes=action,
        )
        return await self.act(wanted, permit=permit)

    async def resolve(
        self, action: ActionId, outcome: Done | NotDone, by: OperatorId, reason: str, *, detail: str = ""
    ) -> Settled:
        """A person has looked, and says what became of an uncertain act. Whether they may, the caller has asked.

        `detail` stands in its receipt in the clear. Raises ActionRefused where it is not uncertain, or where "not done"
        comes before the back end can be done with it; ActionTaken, ActionsUnavailable, LedgerError.
        """
        kept = await asyncio.to_thread(self.journal.store.find, action)
        if kept is None or kept.progress.state not in WAITING_FOR_PEOPLE:
            raise ActionRefused(f"the act '{action}' is not waiting for anybody's word on it")
        if kept.lease.holder.startswith(_PERSON) and self._now() < kept.lease.until:
            raise ActionTaken(f"somebody else is saying what became of the act '{action}'; look at it again")
        said: Outcome
        match outcome:
            case Done(result, reference):
                said = Done(result or reason, reference)
            case NotDone():
                if not is_final(kept.progress, self._now(), self._patience):
                    raise ActionRefused(
                        f"the back end may still be at work on the act '{action}'; look again "
                        f"{self._patience.total_seconds():g} seconds after it was sent"
                    )
                said = NotDone(reason)
        # What somebody said before a crash is on record and counts: a second word would contradict it.
        before = await self.journal.on_record(kept)
        if before is not None and before.how is How.PERSON:
            word = Answered(before.outcome, before.how, before.leaf, before.by)
            return told(await self.journal.advance(kept, word))
        # Taken first: of two people, or a person and a program, that come at once, one writes a receipt. A crash
        # after this leaves it as it was, and anybody may go on with it once the lease is over.
        kept = await asyncio.to_thread(
            self.journal.store.renew, kept, self.journal.lease(f"{_PERSON}{self.holder()}")
        )
        return told(await self.journal.learned(kept, said, How.PERSON, by=by, detail=detail))

    def holder(self) -> str:
        """A name for one piece of work, which nobody else has."""
        return self._random()

    async def close(self) -> None:
        """Wait for what is under way."""
        while self._under_way:
            await asyncio.wait(list(self._under_way))

    # -- one act -------------------------------------------------------------------

    async def _act(self, wanted: Action, permit: Permit) -> Settled:
        """The whole way.

        1. It is what was permitted, can be read in one way only, and there is somebody to do it.
        2. One act of a chain at a time; it is kept and counted.
        3. Who has it already, or had: what became of it is the answer.
        """
        # 1.
        connector, rules = self._checked(wanted, permit)
        # 2.
        turn = self._turns.setdefault(wanted.first, asyncio.Lock())
        async with turn:
            kept, mine = await self._begin(wanted, permit, rules)
            # 3.
            if not mine:
                return await known(self.journal, kept)
            if kept.progress.state not in UNSENT:
                return told(await self.inquiry.go_on(kept))
            return await self._begun(kept, permit, connector)

    async def _begin(self, wanted: Action, permit: Permit, rules: ActRules) -> tuple[Kept, bool]:
        """The act as it is kept, and whether it is ours to do. Raises ActionRefused, and as `act`."""
        lease = self.journal.lease(self.holder())
        authority = authority_of(wanted, rules.leads_to) if wanted.begins_chain else None
        try:
            kept = await asyncio.to_thread(
                self.journal.store.begin,
                wanted,
                until=permit.until,
                authority=authority,
                limits=rules.limits,
                now=self._now(),
                lease=lease,
            )
        except ActionRefused as error:
            await self.journal.refused(wanted, permit.until, str(error))
            raise
        if kept.arguments != permit.intent.arguments or kept.action.tool != wanted.tool:
            raise ActionRefused(
                f"another act than this was begun under the same decision: '{kept.action.id}'"
            )
        return kept, kept.lease.holder == lease.holder

    def _checked(self, wanted: Action, permit: Permit) -> tuple[Connector, ActRules]:
        """Raises ActionRefused."""
        try:
            if found := confusable(wanted.arguments):
                raise ActionRefused(f"the arguments of '{wanted.tool}' hold {found}")
            same = wanted.permit(permit.until) == permit
        except (InvalidRequest, ValueError) as error:
            raise ActionRefused(f"the act '{wanted.tool}' can't be done as it is written: {error}") from None
        if not same:
            raise ActionRefused(f"the act '{wanted.tool}' is not the one that was permitted")
        connector = self._connectors.get(wanted.connector)
        if connector is None:
            raise ActionRefused(
                f"no back end '{wanted.connector}' is connected here, so '{wanted.tool}' can't be done"
            )
        rules = self._rules(wanted.tool, wanted.bundle)
        if rules is None and wanted.undoes is not None:
            rules = ActRules(connector=wanted.connector)
        if rules is None or rules.connector != wanted.connector:
            raise ActionRefused(f"the pack does not have '{wanted.tool}' done by '{wanted.connector}'")
        return connector, rules

    async def _begun(self, kept: Kept, permit: Permit, connector: Connector) -> Settled:
        """From the intent to the call. Nothing was sent yet; what goes wrong here leaves it to be gone on with."""
        try:
            if kept.progress.state is State.INTENDED:
                # A crash before this leaves an intent that only the store knows: it is gone on with, or given up.
                await self.journal.record([action_draft(kept, "intended", self._now())])
            got = await self._grant.ready(kept, permit, connector)
            if isinstance(got, str):
                return told(await self.journal.give_up(kept, got))
            kept, shown = got
            # A crash before this leaves a grant (used up, where the gateway brokers) and nothing sent: the same
            # decision goes on with it while its permit lasts, and then it is given up.
            kept = await self._calls.sending(kept, shown.drafts)
        except ActionTaken:
            return await known(self.journal, kept)
        except AnswerableError:
            await self._let_go(kept)
            raise
        return await self._sent(kept, connector, shown.grant)

    async def _sent(self, kept: Kept, connector: Connector, shown: ShownGrant | None) -> Settled:
        """The call itself, and what came of it. From here on it may have been done."""
        if self._calls.stood_still(kept):
            try:
                unsent = await self.journal.advance(kept, TakenBack("it took too long before it was sent"))
                return told(await self.journal.recorded(unsent))
            except (ActionError, LedgerError):
                return await known(self.journal, kept)
        # A crash from here to the receipt leaves the act `sent`: recovery finds out what became of it.
        outcome = await self._calls.made(kept, connector, shown)
        event = detail = ""
        if connector.checks_grants and not isinstance(outcome, Uncertain):
            outcome, event, detail = await self._grant.answered(kept, outcome)
        return await self._learned(kept, outcome, How.ANSWER, event, detail)

    async def _learned(self, kept: Kept, outcome: Outcome, how: How, grant: str, detail: str) -> Settled:
        """Never raises for what a store can't do: the act was sent, and what is not known is uncertain."""
        try:
            kept = await self.journal.learned(kept, outcome, how, grant=grant, detail=detail)
            return told(await self.inquiry.go_on(kept))
        except AnswerableError as error:
            _LOG.warning("what became of '%s' is not kept yet: %s", kept.action.id, error)
            return Settled(Uncertain("what became of it could not be kept"), kept.action.id, None)

    async def _let_go(self, kept: Kept) -> None:
        """Whoever asks for it again may go on with it at once."""
        try:
            found = await asyncio.to_thread(self.journal.store.find, kept.action.id)
            if found is not None and found.lease.holder == kept.lease.holder:
                await self.journal.look_again(found, self._now())
        except AnswerableError:
            pass  # then when its lease is over

    async def _to_its_end(self, work: "Awaitable[Settled]") -> Settled:
        async def run() -> Settled:
            return await work

        task = asyncio.create_task(run())
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)
