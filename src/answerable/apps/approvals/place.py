"""Where approvals are kept: beside the ledger, as `ledger.db.approvals`, or in its database, in a schema of its own."""

from importlib.util import find_spec
from pathlib import Path

from answerable.adapters.sqlite_approvals import SqliteApprovals
from answerable.adapters.sqlite_ledger import beside
from answerable.ports.approvals import ApprovalStore
from answerable.values.errors import LedgerUnavailable, SettingsError
from answerable.values.extras import how_to_install

_SCHEMES = ("postgresql://", "postgres://")


def open_approvals(ledger: str, *, create: bool = False) -> ApprovalStore:
    """The store that belongs to a ledger: a file, or `postgresql://…`.

    Raises LedgerUnavailable where there is none and none is to be made, ApprovalsUnavailable, SettingsError.
    """
    if ledger.startswith(_SCHEMES):
        if find_spec("asyncpg") is None:
            raise SettingsError(f"approvals are in a PostgreSQL database; {how_to_install('postgres')}")
        from answerable.adapters.postgres.approvals import PostgresApprovals  # noqa: PLC0415 – an extra

        return PostgresApprovals(ledger)
    path = beside(Path(ledger), "approvals")
    if not create and not path.exists():
        raise LedgerUnavailable(
            f"nothing ever waited for people at '{ledger}'; name its ledger with --ledger"
        )
    return SqliteApprovals(path)
