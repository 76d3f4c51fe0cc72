"""The command line. `answerable --help` lists its commands.

Exit codes: 0 done; 1 the command ran and its answer is no (a chain that is
broken, a demo whose lines did not come out as its scenarios say, a goal that a
reader missed); 2 the command line, a setting or a labelled line can't be used;
3 something it needs is not there (a file, a trace, a ledger, an upstream).
"""

import asyncio
import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from answerable import __version__
from answerable.apps.acting.commands import acts as acts_done
from answerable.apps.approvals.commands import approvals
from answerable.apps.authority.commands import grants
from answerable.apps.bundles import bundles
from answerable.apps.evaluation.commands import evaluations
from answerable.apps.identity import identities
from answerable.apps.keys import keys
from answerable.apps.ledger.commands import ledgers
from answerable.apps.ledger.options import LedgerOption
from answerable.apps.operator_commands import operators, roles
from answerable.apps.pack.commands import pack
from answerable.apps.shop.commands import shop
from answerable.apps.toolgate.commands import tools
from answerable.flow import Mode
from answerable.values.errors import (
    AnswerableError,
    BundleError,
    EvaluationError,
    EvaluationMissing,
    IdentityError,
    NotAllowed,
    RoleError,
    RolesUnavailable,
    SettingsError,
    SignatureError,
)

NO, MISUSE, MISSING = 1, 2, 3
_MANY = ("--gold", "--conversations", "--recordings")

app = typer.Typer(
    name="answerable",
    help="The accountability gateway for customer-facing AI.",
    epilog="Exit codes: 0 done, 1 the answer is no, 2 can't be used as given, 3 something is missing.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(evaluations)
app.add_typer(bundles)
app.add_typer(pack)
app.add_typer(keys)
app.add_typer(identities)
app.add_typer(ledgers)
app.add_typer(tools)
app.add_typer(shop)
app.add_typer(operators)
app.add_typer(roles)
app.add_typer(approvals)
app.add_typer(acts_done)
app.add_typer(grants)

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
NewLedger = Annotated[Path | None, typer.Option("--ledger", help="A new file for this run's ledger.")]


def _version(asked: bool) -> None:  # noqa: FBT001 – typer's callback form
    if asked:
        as_json = "--json" in sys.argv
        print(json.dumps({"version": __version__}) if as_json else f"answerable {__version__}")  # noqa: T201
        raise typer.Exit


@app.callback()
def root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --version: print JSON.", hidden=True)] = False,
) -> None:
    """Every line a support bot says is read, decided and recorded before a customer sees it."""


@app.command()
def serve(
    *,
    upstream: Annotated[
        str | None, typer.Option(help="Base URL of the upstream. [ANSWERABLE_UPSTREAM]")
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on. [ANSWERABLE_HOST]")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on. [ANSWERABLE_PORT]")] = None,
    ledger: LedgerOption = None,
    ledger_key: Annotated[
        str | None,
        typer.Option(
            help="The key that signs its checkpoints: a file, env:NAME or vault:KEY. [ANSWERABLE_LEDGER_KEY]"
        ),
    ] = None,
    witnesses: Annotated[
        Path | None,
        typer.Option(help="File of who cosigns them, a URL and a key a line. [ANSWERABLE_WITNESSES]"),
    ] = None,
    anchor: Annotated[
        Path | None,
        typer.Option(help="Folder elsewhere that keeps the checkpoints, too. [ANSWERABLE_ANCHOR]"),
    ] = None,
    issuer: Annotated[
        str | None,
        typer.Option(help="URL by which back ends know it as issuer of grants. [ANSWERABLE_ISSUER]"),
    ] = None,
    retention_days: Annotated[
        int | None,
        typer.Option(min=1, help="How long what people said is kept. [ANSWERABLE_RETENTION_DAYS]"),
    ] = None,
    mode: Annotated[
        Mode | None, typer.Option(help="observe records only; enforce decides. [ANSWERABLE_MODE]")
    ] = None,
    trust_bundles: Annotated[
        str | None,
        typer.Option(help="File, folder, list or socket of trust bundles. [ANSWERABLE_TRUST_BUNDLES]"),
    ] = None,
    audience: Annotated[
        str | None, typer.Option(help="Whom workloads' JWT-SVIDs must be for. [ANSWERABLE_AUDIENCE]")
    ] = None,
    workload_issuers: Annotated[
        Path | None, typer.Option(help="File of workloads' OIDC issuers. [ANSWERABLE_WORKLOAD_ISSUERS]")
    ] = None,
    customer_issuers: Annotated[
        Path | None, typer.Option(help="File of customers' login services. [ANSWERABLE_CUSTOMER_ISSUERS]")
    ] = None,
    insecure_client_keys: Annotated[
        Path | None,
        typer.Option(help="File of name:key lines, who may call unproven. [ANSWERABLE_INSECURE_CLIENT_KEYS]"),
    ] = None,
    tls_cert: Annotated[
        Path | None, typer.Option(help="File of the certificate for HTTPS. [ANSWERABLE_TLS_CERT]")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(help="File of its key. [ANSWERABLE_TLS_KEY]")] = None,
    tls_client_ca: Annotated[
        Path | None, typer.Option(help="File of who signs client certificates. [ANSWERABLE_TLS_CLIENT_CA]")
    ] = None,
    bundle: Annotated[
        Path | None, typer.Option(help="Folder of the bundle to put in force. [ANSWERABLE_BUNDLE]")
    ] = None,
    bundles: Annotated[
        Path | None,
        typer.Option(help="Folder of bundles; the one last activated is in force. [ANSWERABLE_BUNDLES]"),
    ] = None,
    approvers: Annotated[
        Path | None,
        typer.Option(help="File of who may approve those bundles, and their keys. [ANSWERABLE_APPROVERS]"),
    ] = None,
    insecure_unsigned_bundles: Annotated[
        bool, typer.Option("--insecure-unsigned-bundles", help="Take bundles at their word about approval.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Run the gateway in front of an OpenAI-compatible upstream."""
    from answerable.apps.serve import run_server, settings_for  # noqa: PLC0415 – start-up time

    settings = settings_for(
        upstream=upstream,
        host=host,
        port=port,
        ledger=ledger,
        ledger_key=ledger_key,
        witnesses=witnesses,
        anchor=anchor,
        issuer=issuer,
        retention_days=retention_days,
        mode=mode,
        trust_bundles=trust_bundles,
        audience=audience,
        workload_issuers=workload_issuers,
        customer_issuers=customer_issuers,
        insecure_client_keys=insecure_client_keys,
        tls_cert=tls_cert,
        tls_key=tls_key,
        tls_client_ca=tls_client_ca,
        bundle=bundle,
        bundles=bundles,
        approvers=approvers,
        insecure_unsigned_bundles=insecure_unsigned_bundles or None,
    )
    run_server(settings, as_json=as_json)


@app.command()
def demo(
    *,
    only: Annotated[
        str | None, typer.Option("--only", help="Play only scenarios whose id holds this text.")
    ] = None,
    model: Annotated[
        bool, typer.Option("--model", help="Talk to a real local model instead (make demo-model).")
    ] = False,
    ledger: NewLedger = None,
    as_json: Json = False,
) -> None:
    """Play scenarios through the real gateway over HTTP, then show the chain of one stopped promise."""
    from answerable.apps.demo import play_demo, play_model  # noqa: PLC0415 – start-up time

    console = Console(highlight=False)
    if model:
        raise typer.Exit(play_model(console, ledger, as_json=as_json))
    raise typer.Exit(play_demo(console, ledger, only=only, as_json=as_json))


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="Recorded conversations, .jsonl or .jsonl.gz.")],
    *,
    most: Annotated[int, typer.Option("--most", min=1, help="Play at most this many conversations.")] = 1000,
    lines: Annotated[bool, typer.Option("--lines", help="Print every line that was stopped.")] = False,
    ledger: NewLedger = None,
    as_json: Json = False,
) -> None:
    """Play recorded conversations through the real gateway, and count what it would have stopped."""
    from answerable.apps.replay import replay_file  # noqa: PLC0415 – start-up time

    console = Console(highlight=False)
    raise typer.Exit(replay_file(console, file, ledger, most=most, lines=lines, as_json=as_json))


@app.command()
def show(
    trace: Annotated[
        str | None, typer.Argument(help="A trace id (the Answerable-Trace header); latest if left out.")
    ] = None,
    *,
    line: Annotated[
        int | None, typer.Option("--line", help="Only this line of the reply, counted from 0.")
    ] = None,
    stopped: Annotated[
        bool, typer.Option("--stopped", help="Only the lines that were not released.")
    ] = False,
    ledger: LedgerOption = None,
    as_json: Json = False,
) -> None:
    """Print the chain of an exchange: asked, retrieved, said, decided by whom, what happened."""
    from answerable.apps.show import show_trace  # noqa: PLC0415 – start-up time

    console = Console(highlight=False)
    shown = show_trace(console, ledger, trace, line=line, stopped=stopped, as_json=as_json)
    raise typer.Exit(asyncio.run(shown))


@app.command()
def verify(
    evidence: Annotated[
        Path | None,
        typer.Argument(help="Evidence that 'answerable ledger export' wrote; a ledger if left out."),
    ] = None,
    *,
    ledger: LedgerOption = None,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(
            "--checkpoint", help="A checkpoint that was kept elsewhere: the ledger must continue it."
        ),
    ] = None,
    key: Annotated[
        str | None, typer.Option("--key", help="The log's public key: checkpoints must be signed by it.")
    ] = None,
    witness: Annotated[
        list[str] | None,
        typer.Option("--witness", help="A witness's public key: the last checkpoint must be cosigned by it."),
    ] = None,
    timestamp_ca: Annotated[
        Path | None,
        typer.Option(
            "--timestamp-ca", help="An authority's certificates (PEM): evidence must hold a timestamp of its."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check evidence, or every link, hash and private part of a ledger, and that it continues its checkpoints."""
    if evidence is not None:
        from answerable.apps.ledger.evidence import verify_evidence  # noqa: PLC0415 – start-up time

        console = Console(highlight=False)
        raise typer.Exit(
            verify_evidence(
                console, evidence, key, witness or [], timestamp_ca, checkpoint or [], as_json=as_json
            )
        )
    if timestamp_ca is not None:
        raise SettingsError("a ledger has no timestamp; --timestamp-ca goes with a file of evidence")
    from answerable.apps.ledger.verifying import verify_ledger  # noqa: PLC0415 – start-up time
    from answerable.apps.ledger_place import ledger_at  # noqa: PLC0415

    checked = verify_ledger(
        Console(highlight=False), ledger_at(ledger), checkpoint or [], key, witness or [], as_json=as_json
    )
    raise typer.Exit(asyncio.run(checked))


def repeated(arguments: list[str]) -> list[str]:
    """`--gold A B` as `--gold A --gold B`, so that the shell may name many files."""
    written: list[str] = []
    option = ""
    for argument in arguments:
        if argument.startswith("-"):
            option = argument if argument in _MANY else ""
        elif option and written[-1] != option:
            written.append(option)
        written.append(argument)
    return written


def main() -> None:
    """Run the command line; errors of ours are one line and an exit code, never a traceback."""
    try:
        app(args=repeated(sys.argv[1:]))
    except NotAllowed as error:
        _fail(error, NO)
    except (
        RolesUnavailable,
        EvaluationMissing,
    ) as error:  # of the kinds below, and nothing that was asked amiss
        _fail(error, MISSING)
    except (SettingsError, BundleError, SignatureError, IdentityError, EvaluationError, RoleError) as error:
        _fail(error, MISUSE)
    except AnswerableError as error:
        _fail(error, MISSING)


def _fail(error: AnswerableError, code: int) -> None:
    if _json_is_asked_for(sys.argv):
        print(json.dumps({"error": str(error)}))  # noqa: T201
    else:
        print(f"answerable: {error}", file=sys.stderr)  # noqa: T201
    raise SystemExit(code)


def _json_is_asked_for(arguments: list[str]) -> bool:
    """On standard output. `eval` takes a file after --json, or - for standard output."""
    if arguments[1:2] != ["eval"]:
        return "--json" in arguments
    return "--json=-" in arguments or ("--json", "-") in pairwise(arguments)


if __name__ == "__main__":
    main()
