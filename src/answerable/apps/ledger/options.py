"""Options that the commands about a ledger share."""

from typing import Annotated

import typer

LedgerOption = Annotated[
    str | None,
    typer.Option("--ledger", help="The ledger: a file, or postgresql://… [ANSWERABLE_LEDGER]"),
]
_KEY_HELP = (
    "The log's secret key: a file, env:NAME or vault:KEY. [ANSWERABLE_LEDGER_KEY, or beside the ledger]"
)
LogKey = Annotated[str | None, typer.Option("--key", help=_KEY_HELP)]
