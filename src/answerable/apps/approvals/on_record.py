"""What happens to something that waits: durable, then on record, then it counts.

    1. The store lets it happen, in one transaction that says whether it may (`approvals.step`).
    2. Its entry is in the ledger.
    3. Only then the next thing can happen to it: the store says no until it is told of 2.

The store comes first because it alone knows which of two answers at once counts: an entry written first could say
"denied" of what was approved a moment before, and done. A crash between 1 and 2 leaves something that is pending:
whoever touches it next, or starts, puts its entry into the ledger, and until then nothing comes of it.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from weakref import WeakValueDictionary

from answerable.approvals import Event, Refusal
from answerable.apps.approvals.entries import entry_of, is_recorded, refusal_of, refusals
from answerable.apps.approvals.held import Held, find_held
from answerable.apps.approvals.refused import Refused, missing
from answerable.identity.operators import Operator
from answerable.ports import Ledger
from answerable.ports.approvals import NO_NOTE, Applied, ApprovalStore, Kept, Note, Unknown, Unrecorded, every
from answerable.values import ApprovalId, ConversationId, WorkloadId
from answerable.values.errors import ApprovalsUnavailable

_TRIES = 20
MOST_REFUSALS = 20
"""Of one approval that are recorded: who tries without end fills the log, which is thrown away, and no ledger."""
_LOOK_SECONDS = 0.05


@dataclass
class OnRecord:
    """The store and the ledger, in step. Raises ApprovalsUnavailable, LedgerError: then nothing came of it."""

    store: ApprovalStore
    ledger: Ledger
    changed: list[Callable[[ApprovalId], None]] = field(default_factory=list)
    """Called after anything happened to one: the follow-up looks at it then."""
    patience: float = 2.0
    """Seconds that whoever let something happen has for putting it on record before others do."""
    _doors: WeakValueDictionary[ApprovalId, asyncio.Lock] = field(
        default_factory=WeakValueDictionary, repr=False
    )

    # -- what there is -----------------------------------------------------------------

    async def ready(self, approval: ApprovalId) -> Kept | None:
        """It, with all that happened to it on record; None where there is none of that id."""
        kept = await asyncio.to_thread(self.store.get, approval)
        return None if kept is None else await self.put_on_record(kept)

    async def held_of(self, kept: Kept) -> Held:
        """What it is about. Raises ApprovalError, LedgerError."""
        request = kept.state.request
        return await find_held(
            self.ledger, request.trace, request.decision, taken_back=request.undoes is not None
        )

    async def of_conversation(self, workload: WorkloadId, conversation: ConversationId) -> Sequence[Kept]:
        return await asyncio.to_thread(
            every, lambda after: self.store.of_conversation(workload, conversation, after)
        )

    async def waiting(self, route: str | None = None) -> Sequence[Kept]:
        return await asyncio.to_thread(every, lambda after: self.store.waiting(route, after))

    async def left(self, *, untold: bool) -> list[ApprovalId]:
        """All about which something is still to be done; with `untold`, those too that nobody was told the end of."""
        found: dict[ApprovalId, None] = {}
        # The first is asked again: what is told between the two questions is not on record yet, and in neither answer.
        three = (self.store.unsettled, self.store.untold, self.store.unsettled)
        for ask in three if untold else (self.store.unsettled,):
            found.update(dict.fromkeys(kept.state.request.id for kept in await asyncio.to_thread(every, ask)))
        return list(found)

    # -- what happens to it ------------------------------------------------------------

    async def happen(self, kept: Kept, event: Event, note: Note = NO_NOTE) -> Kept | Refused:
        """Let it happen, if the store says that it may, and put it on record."""
        approval = kept.state.request.id
        for _ in range(_TRIES):
            answer = await asyncio.to_thread(self.store.apply, approval, event, note)
            match answer:
                case Applied(found, again):
                    found = await (self.put_on_record(found) if again else self.record(found))
                    self.tell_of(approval)
                    return found
                case Unrecorded(found):  # somebody else was first, and is not done
                    await self.put_on_record(found)
                case Refusal(because):
                    return Refused(because, closed=True)
                case Unknown():
                    return missing()
        raise ApprovalsUnavailable(f"others answer '{approval}' all the time; try again")

    async def refuse(
        self, kept: Kept, by: Operator, wanted: str, policies: tuple[str, ...], at: datetime
    ) -> None:
        """Put on record that somebody may not do what they `wanted`. A crash before leaves it in nobody's answer.

        Several gateways at once may record a few more than `MOST_REFUSALS`.
        """
        approval = kept.state.request.id
        async with self._doors.setdefault(approval, asyncio.Lock()):
            held = await self.held_of(kept)
            if refusals(approval, held) < MOST_REFUSALS:
                await self.ledger.append([refusal_of(kept.state, held, by, wanted, policies, at)])

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
        return await self.record(kept)

    async def record(self, kept: Kept, held: Held | None = None) -> Kept:
        """As `put_on_record`, at once: for whoever let it happen. `held` is what it is about, where they have it."""
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

    def tell_of(self, approval: ApprovalId) -> None:
        """Something happened to it."""
        for one in self.changed:
            one(approval)
