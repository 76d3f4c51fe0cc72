"""Acts at back ends, run by the executor: what is permitted becomes an action, and what settles it an outcome."""

from collections.abc import Callable

from answerable.actions import Outcome, action_under
from answerable.apps.acting import Executor
from answerable.apps.acting.executor import Rules
from answerable.apps.toolgate.running import Wanted
from answerable.grants import Permit
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
        action = action_under(
            permit,
            id=ActionId(f"ac_{self._random()}"),
            arguments=wanted.arguments,
            connector=wanted.connector.name,
            subject=wanted.subject,
            amount=rules.amount_of(wanted.values),
            budget=rules.budget_of(wanted.values),
        )
        return (await self._executor.act(action, permit=permit)).outcome
