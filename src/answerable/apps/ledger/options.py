"""Options that the commands about a ledger share."""

from datetime import UTC, date, datetime, time
from typing import Annotated

import typer

from answerable.values import from_rfc3339
from answerable.values.errors import SettingsError

LedgerOption = Annotated[
    str | None,
    typer.Option("--ledger", help="The ledger: a file, or postgresql://… [ANSWERABLE_LEDGER]"),
]
_KEY_HELP = (
    "The log's secret key: a file, env:NAME or vault:KEY. [ANSWERABLE_LEDGER_KEY, or beside the ledger]"
)
LogKey = Annotated[str | None, typer.Option("--key", help=_KEY_HELP)]


def instant(option: str, text: str | None) -> datetime | None:
    """What an option says: a day, from its midnight in UTC, or an instant with its zone. Raises SettingsError."""
    if text is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        pass
    try:
        return from_rfc3339(text)
    except ValueError as error:
        raise SettingsError(
            f"{option} is '{text}', which is no instant; write it as 2026-01-31 or 2026-01-31T12:00:00Z"
        ) from error
