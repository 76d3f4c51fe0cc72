"""From settings to approvals: what is held waits in a store, people answer, and what they approved is done."""

import os
from dataclasses import dataclass

from answerable.adapters.stored_ledger import StoredLedger
from answerable.adapters.world import utc_now
from answerable.approvals import Result, Room
from answerable.apps.approvals.following import Approved, Became, RunAct
from answerable.apps.approvals.in_replies import InReplies
from answerable.apps.approvals.judging import Judging
from answerable.apps.approvals.place import open_approvals as open_store
from answerable.apps.approvals.stopped import Stopped, nothing_stopped
from answerable.apps.approvals.together import Approvals, put_together
from answerable.apps.approvals.ways import Ways, read_ways
from answerable.apps.deciders import KnownBundles
from answerable.apps.operators.people import People
from answerable.apps.settings import Settings
from answerable.ports import Reader


@dataclass(frozen=True, slots=True)
class Opened:
    """Approvals, and how replies meet them."""

    approvals: Approvals
    in_replies: InReplies

    async def close(self) -> None:
        """Let go of the store."""
        self.approvals.service.store.close()


def open_approvals(
    settings: Settings,
    ledger: StoredLedger,
    people: People,
    bundles: KnownBundles,
    reader: Reader,
    run_act: RunAct | None = None,
    became: Became | None = None,
    stopped: Stopped = nothing_stopped,
) -> Opened:
    """Without `run_act` no back end is at hand, and an act that is approved is not done from here.

    `became` says what is known of one that was begun, `stopped` what keeps one from being done.

    Raises SettingsError, SignatureError, ApprovalsUnavailable.
    """
    judging = Judging(ledger, bundles.of, reader)
    ways = read_ways(settings.notifications, os.environ, utc_now) if settings.notifications else Ways()
    made = put_together(
        open_store(settings.ledger, create=True),
        ledger,
        people.roles,
        people.duties,
        bundles.current,
        run_act or _nobody_does,
        utc_now,
        ways=ways,
        facts=judging.facts,
        reconsider=judging.reconsider,
        url=people.sessions.origin,
        became=became,
        stopped=stopped,
        room=Room(settings.limits.waiting_of_workload, settings.limits.waiting_of_conversation),
    )
    return Opened(made, InReplies(made.service, made.outcomes, ledger.keys.pseudonym))


async def _nobody_does(_: Approved) -> Result | None:
    return Result.NOT_DONE
