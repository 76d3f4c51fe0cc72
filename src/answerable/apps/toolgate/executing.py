"""Acts at back ends, run by the executor: what is permitted becomes an action, and what settles it an outcome."""

import asyncio
from collections.abc import Callable

from answerable.actions import Outcome, action_under
from answerable.apps.acting import Executor
from answerable.apps.acting.executor import Rules
from answerable.apps.toolgate.running import Wanted
from answerable.grants import DecisionId, Permit
from answerable.values import ActionId
from answerable.values.errors import ActionRefused


class ByExecutor:
    """A `RunsActs`."""

    def __init__(self, executor: Executor, rules: Rules, random: Callable[[], str]) -> None:
        self._executor, self._rules, self._random = executor, rules, random

    async def act(self, wanted: Wanted, *, permit: Permit) -> Outcome:
        rules = self._rules(permit.intent.action, permit.bundle)
        if rules is None:
            raise ActionRefused(
                f"the bundle that '{permit.intent.action}' was decided under is not in force any more; ask again"
            )
        first = None if wanted.agreed else await asyncio.to_thread(self._first, permit, wanted)
        action = action_under(
            permit,
            id=ActionId(f"ac_{self._random()}"),
            arguments=wanted.arguments,
            connector=wanted.connector.name,
            first=first,
            subject=wanted.subject,
            amount=rules.amount_of(wanted.values),
            budget=rules.budget_of(wanted.values),
        )
        return (await self._executor.act(action, permit=permit)).outcome

    def _first(self, permit: Permit, wanted: Wanted) -> DecisionId | None:
        """The decision that began what this act goes on with: the first act since the customer's last words.

        An act that needs no yes of its own must not come to be allowed by small steps: it is counted against the
        authority of that first one (`actions.scope`).
        """
        intent = permit.intent
        if intent.conversation is None:
            return None
        for kept in self._executor.journal.store.of_conversation(intent.conversation):
            mine = kept.action.workload == intent.workload and kept.action.customer == intent.customer
            if mine and (wanted.since is None or kept.begun >= wanted.since):
                return kept.action.first
        return None
