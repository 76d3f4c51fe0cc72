"""From settings to the tool gate: which back ends' tools, for whom, and who runs acts and takes what is held."""

from collections.abc import Mapping
from pathlib import Path

from answerable.adapters.stored_ledger import StoredLedger
from answerable.approvals import Phase
from answerable.apps.acting.opening import Acting, random
from answerable.apps.approvals.service import ApprovalService
from answerable.apps.deciders import KnownBundles
from answerable.apps.ledger_place import LedgerPlace
from answerable.apps.settings import Settings
from answerable.apps.toolgate.allowed import Allowed, read_allowed
from answerable.apps.toolgate.catalogue import Catalogue
from answerable.apps.toolgate.executing import ByExecutor
from answerable.apps.toolgate.gate import ToolGate
from answerable.apps.toolgate.recorded import RecordedPast
from answerable.apps.toolgate.running import Held
from answerable.apps.toolgate.talks import Talks
from answerable.flow import Mode
from answerable.ports.connectors import BackEnds, Connector
from answerable.values import ApprovalId
from answerable.values.errors import ApprovalError, SettingsError


def open_catalogue(settings: Settings, connectors: Mapping[str, Connector], back_ends: BackEnds) -> Catalogue:
    """The tools, and who may use which. Raises SettingsError."""
    if settings.toolgate is None or settings.connectors is None:
        raise SettingsError(
            "the tool gate needs to be told who may use which tools (ANSWERABLE_TOOLGATE) and where those are "
            "(ANSWERABLE_CONNECTORS); see docs/tools.md"
        )
    allowed = read_allowed(settings.toolgate)
    _check(allowed, settings.toolgate, connectors, settings.connectors)
    audiences = {name: one.audience for name, one in back_ends.items()}
    return Catalogue(list(connectors.values()), allowed, audiences)


def open_tool_gate(
    settings: Settings,
    ledger: StoredLedger,
    place: LedgerPlace,
    acting: Acting,
    bundles: KnownBundles,
    approvals: ApprovalService | None,
) -> ToolGate:
    """Without `approvals` nobody is asked about what is held. Raises SettingsError."""
    if settings.mode is not Mode.ENFORCE:
        raise SettingsError(
            "the tool gate has no 'observe': what it let pass against the rules would be done. Unset ANSWERABLE_MODE"
        )

    catalogue = open_catalogue(settings, acting.connectors, acting.back_ends)
    signed_in = sorted(tool for tool, one in catalogue.allowed.needs.items() if one.assurance)
    if signed_in and settings.customer_issuers is None:
        raise SettingsError(
            f"{settings.toolgate}: '{signed_in[0]}' is for customers who have signed in, and nobody says who has; set "
            "ANSWERABLE_CUSTOMER_ISSUERS"
        )

    async def ask_people(held: Held) -> ApprovalId | None:
        if approvals is None:
            return None
        kept = await approvals.open(held.id.trace, held.id.digest)
        if kept.state.phase is Phase.VOIDED:
            raise ApprovalError(kept.state.why)
        return kept.state.request.id

    return ToolGate(
        ledger,
        bundles.current,
        catalogue,
        ByExecutor(acting.executor, bundles.rules, random),
        talks=Talks(RecordedPast(ledger, place.index)),
        open_approval=ask_people,
        pseudonym=ledger.keys.pseudonym,
    )


def _check(allowed: Allowed, file: Path, connectors: Mapping[str, Connector], listed: Path) -> None:
    for workload, share in allowed.workloads.items():
        if unknown := sorted(share.connectors - connectors.keys()):
            raise SettingsError(
                f"{file}: '{workload}' may use '{unknown[0]}', which is no back end of {listed}"
            )
