"""Everything behind a gateway's replies, opened once from its settings: people, approvals, grants, acts.

    connectors ─► acts done here            ANSWERABLE_CONNECTORS
    issuer     ─► grants for back ends      ANSWERABLE_ISSUER
    operators  ─► sign-in, roles, approvals ANSWERABLE_OPERATORS

What no setting asks for is not there. Operators have a desk for the acts, and one for the grants, of whatever is there.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from answerable.adapters.connectors.opening import read_back_ends
from answerable.adapters.stored_ledger import StoredLedger
from answerable.adapters.world import new_approval, utc_now
from answerable.approvals import ApprovalRequest, Of
from answerable.apps.acting.authority import ActDuties
from answerable.apps.acting.desk import ActsDesk, create_acts_desk
from answerable.apps.acting.opening import Acting, open_acting
from answerable.apps.acting.undoing import RecordedUndo, Undoing
from answerable.apps.approvals.app import create_approvals
from answerable.apps.approvals.authority import wanted
from answerable.apps.approvals.in_replies import InReplies
from answerable.apps.approvals.opening import open_approvals
from answerable.apps.approvals.running import RunsApproved
from answerable.apps.approvals.stopped import nothing_stopped, stopped_by
from answerable.apps.approvals.together import Approvals
from answerable.apps.authority.desk import create_grants_desk
from answerable.apps.authority.opening import Authority, open_authority, open_grants, open_ring, recorded
from answerable.apps.authority.recording import RecordedGrants
from answerable.apps.authority.revoking import GrantsDesk
from answerable.apps.deciders import KnownBundles
from answerable.apps.gateway.customers import Customers
from answerable.apps.ledger_place import LedgerPlace
from answerable.apps.operators.app import create_operators, keep_fresh
from answerable.apps.operators.opening import open_people
from answerable.apps.operators.people import People
from answerable.apps.permits import Approved
from answerable.apps.settings import Settings
from answerable.grants import Approval, DecisionId
from answerable.grants.metadata import JWKS, METADATA
from answerable.ports import Reader
from answerable.ports.actions import Kept as KeptAct
from answerable.ports.callers import WorkloadAuthenticator
from answerable.ports.connectors import BackEnds
from answerable.roles import Approvable
from answerable.values import ActionId, ApprovalId, Digest
from answerable.values.errors import ActionsUnavailable, AnswerableError, ApprovalsUnavailable, SettingsError
from answerable.values.extras import how_to_install

_LOG = logging.getLogger("answerable.gateway")
_IN_THE_LOG = "something stands in its way; the log says what"
_TIDY_SECONDS = 300.0
_KEPT = timedelta(days=90)
"""How long what is settled can be asked for here. The ledger has it for longer."""

Task = Callable[[], Coroutine[Any, Any, None]]


@dataclass(slots=True)
class Assembly:
    """What was opened. `houses` are applications at the gateway's address; `beside` goes on while it runs."""

    bundles: KnownBundles
    grants: RecordedGrants | None = None
    authority: Authority | None = None
    acting: Acting | None = None
    people: People | None = None
    approvals: Approvals | None = None
    in_replies: InReplies | None = None
    houses: dict[str, ASGIApp] = field(default_factory=dict)
    started: list[Starlette] = field(default_factory=list)
    """Applications among them that have to be started, and stopped at the end."""
    beside: list[Task] = field(default_factory=list)
    _said: dict[str, str] = field(default_factory=dict)
    """What the log was told last."""
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def problems(self) -> dict[str, str]:
        """What stands in the way of each part, by its name; empty where nothing does.

        Anybody may read it, so which file or server it is, is for the log to say.
        """
        stores: dict[str, Callable[[], str]] = {}
        if self.grants is not None:
            stores["grants"] = self.grants.problem
        if self.people is not None:
            stores["roles"] = self.people.roles.problem
        if self.approvals is not None:
            stores["approvals"] = self.approvals.service.store.problem
        found = {name: await asyncio.to_thread(problem) for name, problem in stores.items()}
        if self.acting is not None:
            found["acts"] = self.acting.recovery.problem
        for name, problem in found.items():
            if problem and self._said.get(name) != problem:
                _LOG.error("%s: %s", name, problem)
        self._said = found
        return {name: _IN_THE_LOG if problem else "" for name, problem in found.items()}

    async def waiting(self) -> dict[str, int]:
        """How much waits for people, of each part. What can't be counted now is left out: `problems` says why."""
        counts: dict[str, Callable[[], int]] = {}
        if self.acting is not None:
            counts["acts"] = self.acting.store.count_waiting
        if self.approvals is not None:
            counts["approvals"] = self.approvals.service.store.count_waiting
        found: dict[str, int] = {}
        for name, count in counts.items():
            with suppress(ActionsUnavailable, ApprovalsUnavailable):
                found[name] = await asyncio.to_thread(count)
        return found

    async def close(self) -> None:
        """Let go of everything, last opened first."""
        await self._open.aclose()


def assemble(
    settings: Settings,
    ledger: StoredLedger,
    bundles: KnownBundles,
    reader: Reader,
    callers: WorkloadAuthenticator,
    *,
    tools_for: Customers | None = None,
) -> Assembly:
    """With `tools_for`, who vouches for customers, the tool gate is a part of it where there are settings for one.

    Raises SettingsError, SignatureError, IdentityError, and where a store can't be opened."""
    made = Assembly(bundles)
    if settings.notifications is not None and settings.operators is None:
        raise SettingsError(
            "notifications are of what waits for people; set ANSWERABLE_OPERATORS to say who they are"
        )
    back_ends: BackEnds = read_back_ends(settings.connectors) if settings.connectors else {}
    if settings.operators is not None:
        _people(made, settings, ledger)
    if settings.issuer is not None or settings.connectors is not None:
        _grants_and_acts(made, settings, ledger, callers, back_ends)
    if made.people is not None:
        _approvals(made, made.people, settings, ledger, reader, back_ends)
    if settings.toolgate is not None and tools_for is not None:
        _tools(made, settings, ledger, callers, tools_for)
    return made


def _tools(
    made: Assembly,
    settings: Settings,
    ledger: StoredLedger,
    callers: WorkloadAuthenticator,
    customers: Customers,
) -> None:
    if made.acting is None:
        raise SettingsError("a tool gate needs back ends; set ANSWERABLE_CONNECTORS")
    try:
        from answerable.apps.toolgate.http import PATH, PROTECTED, create_tool_app  # noqa: PLC0415 – an extra
        from answerable.apps.toolgate.opening import open_tool_gate  # noqa: PLC0415
    except ImportError as error:
        raise SettingsError(f"the tool gate needs the extra 'mcp'; {how_to_install('mcp')}") from error
    service = made.approvals.service if made.approvals is not None else None
    place = LedgerPlace.of(settings)
    gate = open_tool_gate(settings, ledger, place, made.acting, made.bundles, service)
    app = create_tool_app(gate, callers, customers, limits=settings.limits, alone=False)
    made.houses |= {PATH: app, PROTECTED: app}
    made.started.append(app)


def _grants_and_acts(
    made: Assembly,
    settings: Settings,
    ledger: StoredLedger,
    callers: WorkloadAuthenticator,
    back_ends: BackEnds,
) -> None:
    store, ring = open_grants(settings), open_ring(settings)
    made.grants = recorded(store, ledger)
    made._open.callback(store.close)  # noqa: SLF001 – its own module
    if made.people is not None:
        grants_desk = GrantsDesk(made.people.duties, made.people.roles, made.grants, utc_now)
        made.houses["/revocations"] = _mounted("/revocations", create_grants_desk(grants_desk, made.people))
    if settings.issuer is not None:
        made.authority = open_authority(
            settings,
            ledger,
            callers,
            back_ends,
            partial(_connector_of, made.bundles),
            made.bundles.of,
            store,
            ring,
            partial(_approved_for, made),
        )
        app = made.authority.app
        made.houses |= {"/oauth/": app, "/grants/": app, METADATA: app, JWKS: app}
        made.beside.append(made.authority.run)
    if settings.connectors is not None:
        authority = None if made.people is None else _act_duties(made, made.people)
        decide_undo = None
        if authority is not None:
            decide_undo = RecordedUndo(
                ledger,
                now=utc_now,
                new_id=new_approval,
                allowed=authority.allows_undo,
                followed=partial(_followed, made),
            )
        made.acting = open_acting(settings, ledger, made.bundles, store, ring, decide_undo)
        made._open.push_async_callback(made.acting.close)  # noqa: SLF001
        made.beside += [made.acting.run, partial(_tidy, made.acting.store.clean)]
        if made.people is not None and authority is not None:
            desk = ActsDesk(made.acting.executor, ledger, authority)
            made.houses["/acts"] = _mounted("/acts", create_acts_desk(desk, made.people))


def _people(made: Assembly, settings: Settings, ledger: StoredLedger) -> None:
    assert settings.operators is not None  # noqa: S101 – the caller looked
    people = made.people = open_people(settings.operators, settings, ledger)
    made._open.callback(people.roles.close)  # noqa: SLF001
    made.houses["/operators/"] = _mounted("/operators", create_operators(people))
    made.beside.append(partial(keep_fresh, people))


def _act_duties(made: Assembly, people: People) -> ActDuties:
    """Asks what is opened after it: acts and approvals are there before anybody asks."""

    def find(action: ActionId) -> KeptAct | None:
        return None if made.acting is None else made.acting.store.find(action)

    def approvable(approval: ApprovalId) -> Approvable | None:
        kept = None if made.approvals is None else made.approvals.service.store.get(approval)
        return None if kept is None else wanted(kept.state)

    return ActDuties(people.duties, people.roles, made.bundles.of, find, approvable, utc_now)


def _approvals(
    made: Assembly,
    people: People,
    settings: Settings,
    ledger: StoredLedger,
    reader: Reader,
    back_ends: BackEnds,
) -> None:
    run_act = became = None
    does = _lines_alone
    if made.acting is not None:
        run_act = RunsApproved(made.acting.executor, ledger, made.bundles.of, back_ends)
        became, does = run_act.became, run_act.does
    stopped = nothing_stopped if made.grants is None else stopped_by(made.grants.revocations)
    opened = open_approvals(settings, ledger, people, made.bundles, reader, run_act, became, stopped)
    approvals = made.approvals = opened.approvals
    approvals.service.does = does
    approvals.service.asking.hands_over = partial(_by_bot, made.bundles, back_ends)
    made.in_replies = opened.in_replies
    made._open.push_async_callback(opened.close)  # noqa: SLF001
    made.houses["/approvals"] = _mounted("/approvals", create_approvals(approvals.service, people=people))
    made.beside += [approvals.watch.run, partial(_tidy, approvals.service.store.clean)]
    if made.acting is not None:
        made.acting.executor.journal.finished.append(partial(_wake, approvals))


def _lines_alone(request: ApprovalRequest) -> bool:
    """What would be done here where there are no back ends."""
    return request.of is Of.LINE


def _by_bot(bundles: KnownBundles, back_ends: BackEnds, bundle: Digest, tool: str) -> bool:
    found = bundles.of(bundle)
    action = None if found is None else found.actions.get(tool)
    back_end = None if action is None else back_ends.get(action.rules.connector or "")
    return back_end is not None and back_end.by_bot


def _approved_for(made: Assembly, decision: DecisionId, approval: ApprovalId) -> Approved | None:
    """For the worker thread in which somebody asks for a grant: approvals are the loop's that runs them."""
    loop = None if made.approvals is None else made.approvals.watch.loop
    if made.approvals is None or loop is None:
        return None
    asked = made.approvals.service.hand_over(approval, decision)
    found = asyncio.run_coroutine_threadsafe(asked, loop).result()
    if found is None or (until := found[0].usable_until) is None:
        return None
    state, arguments = found
    by = tuple(one.by for one in state.approvals)
    return Approved(Approval(approval, by), arguments, until)


def _wake(approvals: Approvals, kept: KeptAct) -> None:
    """What became of an act that people allowed is known: whoever tells the customer looks at it now."""
    basis = kept.action.basis
    if isinstance(basis, Approval):
        approvals.watch.wake(basis.id)


async def _followed(made: Assembly, wanted: Undoing, approval: ApprovalId, content: Digest) -> None:
    if made.approvals is not None:
        await made.approvals.service.follow_undo(wanted.original.action, wanted.act.tool, approval, content)


def _connector_of(bundles: KnownBundles, tool: str) -> str | None:
    action = bundles.current().actions.get(tool)
    return None if action is None else action.rules.connector


async def _tidy(clean: Callable[[datetime], int]) -> None:
    """Forget what was settled long ago, and what is still in free pages and logs of what is. Until cancelled."""
    while True:
        try:
            await asyncio.to_thread(clean, utc_now() - _KEPT)
        except AnswerableError as error:
            _LOG.warning("what is settled was not tidied: %s", error)
        await asyncio.sleep(_TIDY_SECONDS)


def _mounted(prefix: str, app: ASGIApp) -> ASGIApp:
    """An application that knows under which path it stands."""
    return Starlette(routes=[Mount(prefix, app)])
