"""Acts at back ends, run by the executor: what is permitted becomes an action, and what settles it an outcome."""

from collections.abc import Callable

from answerable.actions import Outcome, action_under
from answerable.apps.acting import Executor
from answerable.apps.toolgate.running import Wanted
from answerable.decisions import Bundle
from answerable.decisions.act_rules import ActRules
from answerable.grants import Permit
from answerable.values import ActionId, Digest
from answerable.values.errors import ActionRefused


class Bundles:
    """The bundles that were in force while this ran: an act is carried out by the rules that it was decided under."""

    def __init__(self, current: Callable[[], Bundle]) -> None:
        self._current = current
        self._known: dict[Digest, Bundle] = {}

    def current(self) -> Bundle:
        """The one in force."""
        bundle = self._current()
        self._known[bundle.digest] = bundle
        return bundle

    def rules(self, tool: str, digest: Digest) -> ActRules | None:
        """How an act is carried out under a bundle; None where that bundle, or the act in it, is not known."""
        bundle = self._known.get(digest) or self.current()
        action = bundle.actions.get(tool) if bundle.digest == digest else None
        return action.rules if action is not None else None


class ByExecutor:
    """A `RunsActs`."""

    def __init__(self, executor: Executor, bundles: Bundles, random: Callable[[], str]) -> None:
        self._executor, self._bundles, self._random = executor, bundles, random

    async def act(self, wanted: Wanted, *, permit: Permit) -> Outcome:
        rules = self._bundles.rules(permit.intent.action, permit.bundle)
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
