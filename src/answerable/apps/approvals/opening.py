"""From settings to approvals: what is held waits in a store, people answer, and what they approved is done."""

import os
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from answerable.adapters.notification_file import Notifications, read_notifications
from answerable.adapters.secret_sources import parse_reference, read_secret
from answerable.adapters.stored_ledger import StoredLedger
from answerable.adapters.world import utc_now
from answerable.approvals import ApprovalRequest, Result
from answerable.approvals.reading import rules_of
from answerable.apps.approvals.authority import ByDuties
from answerable.apps.approvals.customers import Outcomes
from answerable.apps.approvals.following import Approved, Became, FollowUp, RunAct
from answerable.apps.approvals.in_replies import InReplies
from answerable.apps.approvals.judging import Judging
from answerable.apps.approvals.place import open_approvals as open_store
from answerable.apps.approvals.service import ApprovalService
from answerable.apps.approvals.watching import Watch
from answerable.apps.deciders import KnownBundles
from answerable.apps.operators.people import People
from answerable.apps.settings import Settings
from answerable.ports import Reader
from answerable.values import ApprovalId

_ID_BYTES = 13


@dataclass(frozen=True, slots=True)
class Approvals:
    """Everything about approvals that a gateway needs."""

    service: ApprovalService
    outcomes: Outcomes
    follow_up: FollowUp
    watch: Watch
    in_replies: InReplies

    async def close(self) -> None:
        """Let go of the store."""
        self.service.store.close()


def open_approvals(
    settings: Settings,
    ledger: StoredLedger,
    people: People,
    bundles: KnownBundles,
    reader: Reader,
    run_act: RunAct | None = None,
    became: Became | None = None,
) -> Approvals:
    """Without `run_act` no back end is at hand, and an act that is approved is not done from here.

    `became` says what is known of one that was begun.

    Raises SettingsError, SignatureError, ApprovalsUnavailable.
    """
    judging = Judging(ledger, bundles.of, reader)
    service = ApprovalService(
        store=open_store(settings.ledger, create=True),
        ledger=ledger,
        rules=lambda: rules_of(bundles.current()),
        authority=ByDuties(people.duties, people.roles.of),
        clock=utc_now,
        new_id=new_approval,
        owners=people.roles.owners,
        facts=judging.facts,
        reconsider=judging.reconsider,
        still_stands=_same_bundle(bundles),
    )
    outcomes = Outcomes(service, lambda: bundles.current().wording)
    told = _notifications(settings)
    url = people.sessions.origin
    follow_up = FollowUp(
        service,
        outcomes,
        utc_now,
        run_act or _nobody_does,
        told.notifiers,
        told.tellers,
        lambda approval: f"{url}/approvals/{approval}",
        became,
    )

    watch = Watch(follow_up.go_on, partial(service.left, untold=bool(told.tellers)), utc_now)
    service.changed.append(watch.wake)
    return Approvals(service, outcomes, follow_up, watch, InReplies(service, outcomes))


def new_approval() -> ApprovalId:
    """An id that nobody guesses."""
    return ApprovalId(f"ap_{secrets.token_hex(_ID_BYTES)}")


def _notifications(settings: Settings) -> Notifications:
    if settings.notifications is None:
        return Notifications()
    folder = settings.notifications.parent

    def secret(text: str) -> str:
        found = parse_reference(text if ":" in text else str(folder / text))
        return read_secret(found, os.environ)

    return read_notifications(settings.notifications, secret, utc_now)


def _same_bundle(bundles: KnownBundles) -> Callable[[ApprovalRequest], Awaitable[str]]:
    async def stands(request: ApprovalRequest) -> str:
        if request.bundle == bundles.current().digest:
            return ""
        return "another bundle is in force since: what was asked about has to be decided on anew"

    return stands


async def _nobody_does(_: Approved) -> Result | None:
    return Result.NOT_DONE
