"""Everything about approvals that a gateway needs, put together."""

from collections.abc import Callable
from dataclasses import dataclass

from answerable.adapters.world import new_approval
from answerable.approvals import UNBOUNDED, ApprovalRequest, Room
from answerable.approvals.reading import rules_of
from answerable.apps.approvals.answering import Reconsider, no_changes
from answerable.apps.approvals.authority import ByDuties
from answerable.apps.approvals.customers import Outcomes
from answerable.apps.approvals.following import Became, FollowUp, RunAct
from answerable.apps.approvals.held import FactsOf, plain_facts
from answerable.apps.approvals.service import ApprovalService
from answerable.apps.approvals.stopped import Stopped, nothing_stopped
from answerable.apps.approvals.watching import Watch
from answerable.apps.approvals.ways import Ways
from answerable.decisions import Bundle
from answerable.ports import Clock, Ledger
from answerable.ports.approvals import ApprovalStore
from answerable.ports.roles import RoleStore
from answerable.roles import Duties

NO_WAYS = Ways()


@dataclass(frozen=True, slots=True)
class Approvals:
    """The service, what customers hear, and what goes on by itself: run `watch.run` beside the gateway."""

    service: ApprovalService
    outcomes: Outcomes
    watch: Watch


def put_together(
    store: ApprovalStore,
    ledger: Ledger,
    roles: RoleStore,
    duties: Duties,
    bundle: Callable[[], Bundle],
    run_act: RunAct,
    clock: Clock,
    *,
    ways: Ways = NO_WAYS,
    facts: FactsOf = plain_facts,
    reconsider: Reconsider = no_changes,
    url: str = "",
    became: Became | None = None,
    room: Room = UNBOUNDED,
    stopped: Stopped = nothing_stopped,
) -> Approvals:
    """`bundle` is the one in force now. `url` is where people find the gateway, for links in what they are sent.

    `became` says what is known of an act that was begun. `room` is how much may wait at once, `stopped`
    what keeps an act from being done.

    What was decided under rules that are not in force any more is void: it is asked for again, under the new ones.
    """

    async def still_stands(request: ApprovalRequest) -> str:
        return "" if bundle().digest == request.bundle else "the rules that held it are not in force any more"

    service = ApprovalService(
        store,
        ledger,
        lambda: rules_of(bundle()),
        ByDuties(duties, roles.of),
        clock,
        new_approval,
        owners=roles.owners,
        facts=facts,
        reconsider=reconsider,
        still_stands=still_stands,
        room=room,
        stopped=stopped,
    )
    outcomes = Outcomes(service, lambda: bundle().wording)
    follow = FollowUp(
        service,
        outcomes,
        clock,
        run_act,
        ways.notifiers,
        ways.tellers,
        lambda one: f"{url}/approvals/{one}",
        all_link=f"{url}/approvals/",
        became=became,
    )
    watch = Watch(follow.go_on, follow.left, clock)
    service.changed.append(watch.wake)
    return Approvals(service, outcomes, watch)
