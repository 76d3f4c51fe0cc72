"""The commands of `answerable ledger`."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from answerable.apps.ledger.backup_commands import backups
from answerable.apps.ledger.export_command import exports
from answerable.apps.ledger.lookup_commands import lookups
from answerable.apps.ledger.options import LedgerOption, LogKey
from answerable.apps.ledger.privacy_commands import privacy
from answerable.signing import written
from answerable.values.errors import LedgerUnavailable, SettingsError

ledgers = typer.Typer(
    name="ledger",
    help="The ledger: look-ups, checkpoints and witnesses, evidence, copies, and who is erased from it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
ledgers.add_typer(lookups)

ledgers.add_typer(privacy)
ledgers.add_typer(backups)
ledgers.add_typer(exports)


@ledgers.command()
def checkpoint(ledger: LedgerOption = None) -> None:
    """Print the last signed checkpoint, to be kept where the ledger's owner can't change it."""
    from answerable.apps.ledger_place import ledger_at  # noqa: PLC0415 – start-up time

    place = ledger_at(ledger)
    with closing(place.log()) as store:
        note = store.checkpoint()
    if note is None:
        raise LedgerUnavailable(
            f"no checkpoint of '{place}' was signed yet; 'answerable ledger sign' signs one"
        )
    print(written(note).decode(), end="")  # noqa: T201


@ledgers.command()
def fsck(
    *,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair", help="Write again the kept hashes that are wrong. Entries are never touched."
        ),
    ] = False,
    ledger: LedgerOption = None,
) -> None:
    """Check a ledger as 'answerable verify' does, and the hashes that are kept of its tree."""
    import asyncio  # noqa: PLC0415 – start-up time

    from rich.console import Console  # noqa: PLC0415

    from answerable.apps.ledger.verifying import verify_ledger  # noqa: PLC0415
    from answerable.apps.ledger_place import ledger_at  # noqa: PLC0415
    from answerable.ledger.log import wrong_roots  # noqa: PLC0415

    place = ledger_at(ledger)
    code = asyncio.run(verify_ledger(Console(highlight=False), place, [], None, [], as_json=False))
    if code:
        raise typer.Exit(code)
    with closing(place.log()) as store:
        wrong = wrong_roots(store, store.size())
        if repair:
            store.keep(wrong)
    if wrong and not repair:
        print(f"{len(wrong)} kept hashes are not those of the entries below them; --repair writes them again")  # noqa: T201
        raise typer.Exit(1)
    told = (
        f"{len(wrong)} kept hashes were wrong and are written again" if wrong else "the kept hashes are right"
    )
    print(told)  # noqa: T201


@ledgers.command()
def sign(
    *,
    key: LogKey = None,
    ledger: LedgerOption = None,
) -> None:
    """Sign a checkpoint for what is new. The gateway does this by itself while it runs."""
    import asyncio  # noqa: PLC0415 – start-up time

    from answerable.apps.ledger.checkpointing import Checkpointer  # noqa: PLC0415
    from answerable.apps.ledger_place import ledger_at  # noqa: PLC0415

    place = ledger_at(ledger)
    with closing(place.log()):  # is there one at all?
        signer = place.signing_key(key)
    note = asyncio.run(Checkpointer(place, signer).once())
    print(note.text if note else "nothing new to sign for\n", end="")  # noqa: T201


@ledgers.command("rotate-key")
def rotate_key(
    *,
    new: Annotated[
        str,
        typer.Option(
            "--new", help="The key to hand over to, of the same name: a file, env:NAME or vault:KEY."
        ),
    ],
    key: LogKey = None,
    ledger: LedgerOption = None,
) -> None:
    """Hand the log over to another key. From then on the gateway must be started with that one."""
    from answerable.adapters.world import utc_now  # noqa: PLC0415 – start-up time
    from answerable.apps.key_references import open_signing_key  # noqa: PLC0415
    from answerable.apps.ledger import rotating  # noqa: PLC0415
    from answerable.apps.ledger_place import ledger_at  # noqa: PLC0415

    place = ledger_at(ledger)
    old = place.signing_key(key)
    follower = open_signing_key(new, lambda: old.verifier.name)
    note = rotating.rotate_key(place, old, follower, utc_now())
    print(written(note).decode(), end="")  # noqa: T201
    print(  # noqa: T201
        f"\nthe log signs with {follower.verifier}\n"
        "start the gateway with it, and give it to the auditors and witnesses who check this log "
        "('answerable ledger witness --log KEY')"
    )


@ledgers.command()
def witness(
    *,
    key: Annotated[
        Path, typer.Option("--key", help="The witness's secret key ('answerable key new --witness').")
    ],
    log: Annotated[
        list[str] | None,
        typer.Option(
            "--log",
            help="The public key of a log to follow; once followed, it stays so. A later key of the same log comes "
            "after the one before, which is retired once the later one has signed.",
        ),
    ] = None,
    state: Annotated[
        Path, typer.Option("--state", help="The file of what was cosigned. Losing it is forgetting.")
    ] = Path("var/witness.json"),
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port to listen on.")] = 8090,
) -> None:
    """Cosign other people's checkpoints, if each continues the one before. Run it where they can't reach it."""
    import uvicorn  # noqa: PLC0415 – start-up time

    from answerable.adapters.key_files import read_secret_key  # noqa: PLC0415
    from answerable.adapters.witness_file import WitnessFile  # noqa: PLC0415
    from answerable.adapters.world import utc_now  # noqa: PLC0415
    from answerable.apps.ledger.witnessing import witness_app  # noqa: PLC0415
    from answerable.signing import verifier_from  # noqa: PLC0415
    from answerable.signing.keys import Algorithm  # noqa: PLC0415

    signer = read_secret_key(key)
    if signer.verifier.algorithm is not Algorithm.COSIGNATURE:
        raise SettingsError(f"'{key}' is no witness's key; make one with 'answerable key new NAME --witness'")
    kept = WitnessFile(state)
    for one in log or []:
        kept.follow(verifier_from(one))
    if not kept.logs:
        raise SettingsError("name a log to follow: --log PUBLIC_KEY")
    names = ", ".join(kept.logs)
    for followed in kept.logs.values():
        for old in followed.retired:
            print(f"{old.short} is retired here, and stays so")  # noqa: T201
    print(f"http://{host}:{port} follows {names}\nas {signer.verifier}", flush=True)  # noqa: T201
    uvicorn.run(
        witness_app(kept, signer, utc_now), host=host, port=port, log_level="warning", server_header=False
    )
