"""Held decisions and what people answer: opened, answered, used, told. Put together from its parts.

held decision ─► Asking ─► (people) ─► Answering ─► CarryingOut ─► (customers)
└──────────┬───────────┴────────────┘
OnRecord: durable, then on record, then it counts
"""

from collections.abc import Callable

from answerable.approvals import UNBOUNDED, ApprovalRequest, Room, Rules
from answerable.apps.approvals.answering import Answering, Reconsider, StillStands, it_stands, no_changes
from answerable.apps.approvals.asking import Asking
from answerable.apps.approvals.authority import Authority
from answerable.apps.approvals.carrying_out import CarryingOut
from answerable.apps.approvals.held import FactsOf, plain_facts
from answerable.apps.approvals.on_record import OnRecord
from answerable.apps.approvals.stopped import Stopped, nothing_stopped
from answerable.ports import Clock, Ledger
from answerable.ports.approvals import ApprovalStore
from answerable.values import ApprovalId, OperatorId, WorkloadId


class ApprovalService:
    """What the gateway, operators and the follow-up ask. Async; the store is asked in threads.

    Its calls are those of its parts, and raise ApprovalsUnavailable, GrantsUnavailable, LedgerError, RolesUnavailable:
    then nothing came of it that counts. What the arguments are stands with the parts that have them.
    """

    def __init__(
        self,
        store: ApprovalStore,
        ledger: Ledger,
        rules: Callable[[], Rules],
        authority: Authority,
        clock: Clock,
        new_id: Callable[[], ApprovalId],
        *,
        owners: Callable[[WorkloadId], frozenset[OperatorId]] = lambda _: frozenset(),
        facts: FactsOf = plain_facts,
        reconsider: Reconsider = no_changes,
        still_stands: StillStands = it_stands,
        stopped: Stopped = nothing_stopped,
        room: Room = UNBOUNDED,
        patience: float = 2.0,
    ) -> None:
        self.store, self.authority, self.clock = store, authority, clock
        self.does: Callable[[ApprovalRequest], bool] = lambda _: True
        """Would the gateway do it? Else whoever approves it is told before that it would not."""
        there = self.on_record = OnRecord(store, ledger, patience=patience)
        self.changed = there.changed
        self.ready, self.held_of, self.put_on_record = there.ready, there.held_of, there.put_on_record
        self.of_conversation, self.waiting, self.left = there.of_conversation, there.waiting, there.left

        asks = self.asking = Asking(there, rules, clock, new_id, owners, facts, room=room)
        self.open, self.follow_undo = asks.open, asks.follow_undo

        people = self.answering = Answering(there, authority, clock, reconsider, still_stands, stopped)
        self.approve, self.change, self.deny = people.approve, people.change, people.deny
        self.withdraw, self.withdraw_by_workload = people.withdraw, people.withdraw_by_workload
        self.stops = people.stops

        then = self.carrying_out = CarryingOut(there, clock, still_stands, stopped)
        self.use, self.hand_over, self.finished = then.use, then.hand_over, then.finished
        self.remind, self.escalate, self.expire = then.remind, then.escalate, then.expire
        self.void, self.noticed, self.mark_told = then.void, then.noticed, then.mark_told
