"""The commands of `answerable ledger`."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from answerable.apps.ledger.lookup_commands import lookups
from answerable.apps.settings import from_environment
from answerable.values.errors import LedgerUnavailable, SettingsError

ledgers = typer.Typer(
    name="ledger",
    help="Look up in a ledger; its checkpoints, and witnesses of other people's.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
ledgers.add_typer(lookups)

LedgerFile = Annotated[Path | None, typer.Option("--ledger", help="The ledger file. [ANSWERABLE_LEDGER]")]


def _existing(ledger: Path | None) -> Path:
    """The ledger's file. Raises LedgerUnavailable where there is none."""
    path = ledger or from_environment().ledger
    if not path.exists():
        raise LedgerUnavailable(f"there is no ledger at '{path}'; name one with --ledger")
    return path


@ledgers.command()
def checkpoint(ledger: LedgerFile = None) -> None:
    """Print the last signed checkpoint, to be kept where the ledger's owner can't change it."""
    from answerable.adapters.sqlite_log import SqliteLog  # noqa: PLC0415 – start-up time
    from answerable.signing import written  # noqa: PLC0415

    path = _existing(ledger)
    with closing(SqliteLog(path)) as store:
        note = store.checkpoint()
    if note is None:
        raise LedgerUnavailable(
            f"no checkpoint of '{path}' was signed yet; 'answerable ledger sign' signs one"
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
    ledger: LedgerFile = None,
) -> None:
    """Check a ledger as 'answerable verify' does, and the hashes that are kept of its tree."""
    import asyncio  # noqa: PLC0415 – start-up time

    from rich.console import Console  # noqa: PLC0415

    from answerable.adapters.sqlite_log import SqliteLog  # noqa: PLC0415
    from answerable.apps.ledger.verifying import verify_ledger  # noqa: PLC0415
    from answerable.ledger.log import wrong_roots  # noqa: PLC0415

    path = _existing(ledger)
    code = asyncio.run(verify_ledger(Console(highlight=False), path, [], None, [], as_json=False))
    if code:
        raise typer.Exit(code)
    with closing(SqliteLog(path)) as store:
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
    key: Annotated[Path, typer.Option("--key", help="The file of the log's secret key.")],
    ledger: LedgerFile = None,
) -> None:
    """Sign a checkpoint for what is new. The gateway does this by itself while it runs."""
    import asyncio  # noqa: PLC0415 – start-up time

    from answerable.adapters.key_files import read_secret_key  # noqa: PLC0415
    from answerable.apps.ledger.checkpointing import Checkpointer  # noqa: PLC0415

    note = asyncio.run(Checkpointer(_existing(ledger), read_secret_key(key)).once())
    print(note.text if note else "nothing new to sign for\n", end="")  # noqa: T201


@ledgers.command()
def export(
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")],
    trace: Annotated[str | None, typer.Option("--trace", help="The exchange of this trace.")] = None,
    conversation: Annotated[
        str | None, typer.Option("--conversation", help="Every exchange of this conversation.")
    ] = None,
    private: Annotated[
        bool, typer.Option("--private/--no-private", help="With or without what people said.")
    ] = True,
    key: Annotated[
        Path | None,
        typer.Option("--key", help="The log's secret key; the one beside the ledger if left out."),
    ] = None,
    ledger: LedgerFile = None,
) -> None:
    """Write evidence: entries, proofs, checkpoint and a page to read, for 'answerable verify FILE' anywhere."""
    import asyncio  # noqa: PLC0415 – start-up time

    from answerable.adapters.durable_files import write_new  # noqa: PLC0415
    from answerable.adapters.key_files import read_secret_key  # noqa: PLC0415
    from answerable.adapters.world import utc_now  # noqa: PLC0415
    from answerable.apps.ledger import exporting  # noqa: PLC0415

    if (trace is None) is (conversation is None):
        raise SettingsError("say what the evidence is of: --trace ID or --conversation ID")
    path = _existing(ledger)
    signer = read_secret_key(key or path.with_name(path.name + ".key"))
    made = exporting.export(
        path, signer, trace=trace, conversation=conversation, private=private, now=utc_now()
    )
    content, count = asyncio.run(made)
    write_new(output, content)
    print(f"{count} entries and their proofs are in {output}")  # noqa: T201
    print(f"check it: answerable verify {output} --key '{signer.verifier}'")  # noqa: T201


@ledgers.command()
def witness(
    *,
    key: Annotated[
        Path, typer.Option("--key", help="The witness's secret key ('answerable key new --witness').")
    ],
    log: Annotated[
        list[str] | None,
        typer.Option("--log", help="The public key of a log to follow; once followed, it stays so."),
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
    print(f"http://{host}:{port} follows {names}\nas {signer.verifier}", flush=True)  # noqa: T201
    uvicorn.run(
        witness_app(kept, signer, utc_now), host=host, port=port, log_level="warning", server_header=False
    )
