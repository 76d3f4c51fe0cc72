"""`answerable ledger backup | restore`: copies of a ledger, and of its keys, apart from each other."""

import asyncio
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from answerable.apps.ledger.options import LedgerOption
from answerable.values.errors import LedgerUnavailable

backups = typer.Typer()

OnlyKeys = Annotated[
    bool,
    typer.Option("--keys", help="The keys of data subjects instead, wrapped. Keep such a copy for weeks."),
]


@backups.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; not there yet.")],
    *,
    keys: OnlyKeys = False,
    ledger: LedgerOption = None,
) -> None:
    """Copy a ledger while it is in use: entries (what people said stays sealed) and checkpoints, checked on the way."""
    from answerable.adapters.durable_files import NewFile  # noqa: PLC0415 – start-up time
    from answerable.adapters.world import utc_now  # noqa: PLC0415
    from answerable.apps.ledger.backup import write_keys, write_ledger  # noqa: PLC0415
    from answerable.apps.ledger_place import ledger_at  # noqa: PLC0415
    from answerable.values import rfc3339  # noqa: PLC0415

    place = ledger_at(ledger)
    opened = place.open()
    try:
        with NewFile(file) as to:
            if keys:
                count = write_keys(opened.keys, to, rfc3339(utc_now()))
            else:
                with closing(place.log()) as log:
                    count = write_ledger(opened.store, log, to, rfc3339(utc_now()))
    finally:
        asyncio.run(opened.close())
    print(f"{count} {'keys' if keys else 'entries'} are in {file}")  # noqa: T201


@backups.command()
def rewrap(
    *,
    new: Annotated[
        str,
        typer.Option(
            "--new", help="The master key to wrap under: a file (made if need be), env:NAME or vault:KEY."
        ),
    ],
    ledger: LedgerOption = None,
) -> None:
    """Wrap the keys of data subjects under another master key. Stop the gateways first, start them with the new one."""
    from answerable.apps.ledger_place import LedgerPlace, ledger_at  # noqa: PLC0415 – start-up time

    place = ledger_at(ledger)
    opened = place.open()
    try:
        count = opened.keys.rewrap(LedgerPlace(str(place), master=new).wrapper(make=True))
    finally:
        asyncio.run(opened.close())
    print(f"{count} keys are wrapped under '{new}'; name it with ANSWERABLE_LEDGER_MASTER_KEY from now on")  # noqa: T201


@backups.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that 'answerable ledger backup' wrote.")],
    *,
    keys: OnlyKeys = False,
    ledger: LedgerOption = None,
) -> None:
    """Fill a new ledger from a copy, each entry checked; or bring keys back that were lost.

    A copy that is older than what a witness has cosigned is told by the witness when the gateway starts.
    """
    from answerable.apps.ledger.backup import read_keys, read_ledger  # noqa: PLC0415 – start-up time
    from answerable.apps.ledger_place import ledger_at  # noqa: PLC0415

    place = ledger_at(ledger)
    if keys:
        with closing(place.log()):
            pass  # there is a ledger to bring keys back for
    try:
        source = file.open("rb")
    except OSError as error:
        raise LedgerUnavailable(f"'{file}' can't be read: {error.strerror}") from error
    opened = place.open(create=True)
    try:
        with source:
            if keys:
                count = read_keys(source, opened.keys)
            else:
                with closing(place.log()) as log:
                    count = read_ledger(source, opened.store, log)
    finally:
        asyncio.run(opened.close())
    print(f"{count} {'keys' if keys else 'entries'} are in {place}, each checked")  # noqa: T201
