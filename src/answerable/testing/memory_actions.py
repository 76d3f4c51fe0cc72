"""A store of acts that forgets everything at exit. For tests and for trying acts in a notebook."""

import threading
from collections.abc import Sequence
from datetime import datetime

from answerable.actions.action import Action
from answerable.actions.limits import Counted, whose
from answerable.actions.scope import Authority
from answerable.actions.state import COUNTED, UNKNOWN, WAITING_FOR_PEOPLE, Event
from answerable.adapters.action_rows import (
    advanced,
    as_kept,
    check_begin,
    check_chain,
    check_limit,
    leased,
    new_kept,
    taken,
    takes_over,
)
from answerable.decisions.act_rules import Limit
from answerable.grants import DecisionId
from answerable.ports.actions import Kept, Lease
from answerable.values import ActionId, ConversationId
from answerable.values.errors import ActionsUnavailable


class MemoryActions:
    """An `ActionStore` in a dictionary, in the order in which acts were begun."""

    name = "memory"

    def __init__(self) -> None:
        self._door = threading.Lock()
        self._kept: dict[ActionId, Kept] = {}
        self._closed = False

    def begin(
        self,
        action: Action,
        *,
        until: datetime,
        authority: Authority | None,
        limits: Sequence[Limit],
        now: datetime,
        lease: Lease,
    ) -> Kept:
        made = new_kept(action, until, authority, now, lease)
        with self._open():
            for found in self._kept.values():
                if found.action.decision == action.decision:
                    if takes_over(found, now):
                        self._kept[found.action.id] = found = leased(found, lease)  # noqa: PLW2901
                    return found
            check_begin(action, until, now)
            check_chain(action, made.arguments, self._of_chain(action.first))
            for limit in limits:
                check_limit(limit, action, self._counted(limit, action, now))
            if action.id in self._kept:
                raise ActionsUnavailable(f"there is another act of the id '{action.id}'; ask with a new one")
            self._kept[action.id] = made
            return made

    def advance(self, kept: Kept, event: Event, lease: Lease) -> Kept:
        made = advanced(kept, event, lease)
        with self._open():
            return self._swap(kept, made)

    def unfinished(self, now: datetime, lease: Lease, most: int) -> Sequence[Kept]:
        with self._open():
            free = [one for one in self._kept.values() if takes_over(one, now)]
            free.sort(key=lambda one: (one.lease.until, one.action.id))
            return [self._swap(one, leased(one, lease)) for one in free[:most]]

    def renew(self, kept: Kept, lease: Lease) -> Kept:
        with self._open():
            return self._swap(kept, leased(kept, lease))

    def find(self, action: ActionId) -> Kept | None:
        with self._open():
            return self._kept.get(action)

    def of_decision(self, decision: DecisionId) -> Kept | None:
        with self._open():
            return next((one for one in self._kept.values() if one.action.decision == decision), None)

    def of_conversation(self, conversation: ConversationId) -> Sequence[Kept]:
        with self._open():
            return [one for one in self._kept.values() if one.action.conversation == conversation]

    def of_chain(self, first: DecisionId) -> Sequence[Kept]:
        with self._open():
            return self._of_chain(first)

    def unknown(self, most: int) -> Sequence[Kept]:
        with self._open():
            return [one for one in self._kept.values() if one.progress.state in UNKNOWN][:most]

    def waiting(self, most: int) -> Sequence[Kept]:
        with self._open():
            return self._waiting()[:most]

    def count_waiting(self) -> int:
        with self._open():
            return len(self._waiting())

    def clean(self, before: datetime) -> int:
        with self._open():
            gone = [one for one, kept in self._kept.items() if kept.progress.finished and kept.until < before]
            for one in gone:
                del self._kept[one]
            return len(gone)

    def problem(self) -> str:
        return f"the store of actions '{self.name}' is closed" if self._closed else ""

    def close(self) -> None:
        self._closed = True

    # -- behind the door -----------------------------------------------------------

    def _swap(self, before: Kept, after: Kept) -> Kept:
        found = self._kept.get(before.action.id)
        if found is None or found.version != before.version:
            raise taken(before)
        self._kept[before.action.id] = as_kept(after)
        return after

    def _waiting(self) -> list[Kept]:
        return [one for one in self._kept.values() if one.progress.state in WAITING_FOR_PEOPLE]

    def _of_chain(self, first: DecisionId) -> list[Kept]:
        return [one for one in self._kept.values() if one.action.first == first]

    def _counted(self, limit: Limit, action: Action, now: datetime) -> Counted:
        since, whose_acts = now - limit.window, whose(limit, action)
        counted = [
            one.action.amount
            for one in self._kept.values()
            if one.action.tool == action.tool
            and whose(limit, one.action) == whose_acts
            and one.begun > since
            and one.progress.state in COUNTED
        ]
        currency = limit.amount.currency if limit.amount else None
        known = [one.minor for one in counted if one is not None and one.currency == currency]
        return Counted(len(counted), sum(known), len(counted) - len(known))

    def _open(self) -> threading.Lock:
        if self._closed:
            raise ActionsUnavailable(self.problem())
        return self._door
