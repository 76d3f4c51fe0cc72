"""The commands of `answerable pack`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from answerable.adapters.archives import packed
from answerable.adapters.bundle_files import pack_files
from answerable.adapters.durable_files import write_new
from answerable.adapters.key_files import read_secret_key
from answerable.decisions import approval_of, parse
from answerable.signing import written
from answerable.values import from_rfc3339
from answerable.values.errors import SettingsError

pack = typer.Typer(
    name="pack",
    help="Write a company's pack of policies, terms, records and acts. docs/packs.md is the tutorial.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Folder = Annotated[Path, typer.Argument(help="Folder of the pack.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


@pack.command()
def init(folder: Annotated[Path, typer.Argument(help="A new folder for the pack.")]) -> None:
    """Write a small pack that works at once, to be made your own."""
    from answerable.apps.pack.beginning import write_starter  # noqa: PLC0415 – start-up time

    for path in write_starter(folder):
        print(path)  # noqa: T201
    print(f"Next: answerable pack lint {folder} && answerable pack test {folder}")  # noqa: T201


@pack.command()
def lint(folder: Folder, *, as_json: Json = False) -> None:
    """Find what is wrong with a pack: it can't be parsed, contradicts itself, hides a policy, over-promises."""
    from answerable.apps.pack.linting import report_lint  # noqa: PLC0415 – start-up time

    raise typer.Exit(report_lint(Console(highlight=False), folder, as_json=as_json))


@pack.command(name="test")
def run_tests(folder: Folder, *, as_json: Json = False) -> None:
    """Decide the conversations in its tests, and compare with what they expect."""
    from answerable.apps.pack.testing import report_tests  # noqa: PLC0415 – start-up time

    raise typer.Exit(report_tests(Console(highlight=False), folder, as_json=as_json))


@pack.command()
def build(
    folder: Folder,
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The file to write; the same pack, the same bytes.")
    ],
) -> None:
    """Write the bundle that a pack makes as one file, and print its digest."""
    files = pack_files(folder)
    bundle = parse(files)
    try:
        output.write_bytes(packed(files))
    except OSError as error:
        raise SettingsError(f"'{output}' can't be written: {error.strerror}; name another file") from error
    print(bundle.digest)  # noqa: T201


@pack.command()
def sign(
    folder: Annotated[Path, typer.Argument(help="Folder of the pack, or the file that it was built into.")],
    *,
    key: Annotated[Path, typer.Option("--key", help="The approver's secret key ('answerable key new').")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The note to write.")],
) -> None:
    """Approve the bundle that a pack makes: sign a note that names its digest. Read 'pack diff' before."""
    note = approval_of(parse(pack_files(folder)))
    signed = note.signed(read_secret_key(key))
    write_new(output, written(signed))
    print(note.text, end="")  # noqa: T201


@pack.command()
def diff(
    old: Annotated[Path, typer.Argument(help="The pack or bundle before.")],
    new: Annotated[Path, typer.Argument(help="The pack or bundle after.")],
    *,
    as_json: Json = False,
) -> None:
    """Print which policies, terms, acts, records and words differ. Exit code 1 if any does."""
    from answerable.apps.pack.comparing import report_diff  # noqa: PLC0415 – start-up time

    raise typer.Exit(report_diff(Console(highlight=False), old, new, as_json=as_json))


@pack.command()
def backtest(
    folder: Annotated[Path, typer.Argument(help="The pack or bundle to try.")],
    *,
    against: Annotated[Path, typer.Option("--against", help="The pack or bundle in force now.")],
    recordings: Annotated[
        list[Path], typer.Option("--recordings", help="Recorded conversations, .jsonl or .jsonl.gz.")
    ],
    at: Annotated[str, typer.Option("--at", help="When they took place, as RFC 3339.")],
    html: Annotated[Path | None, typer.Option("--html", help="Write a page with a picture.")] = None,
    as_json: Json = False,
) -> None:
    """Decide recorded conversations under both, and print every decision that changes."""
    from answerable.apps.pack.backtesting import report_backtest  # noqa: PLC0415 – start-up time

    try:
        instant = from_rfc3339(at)
    except ValueError as error:
        raise SettingsError(
            f"--at is '{at}', which is no instant; write it as 2026-01-31T12:00:00Z"
        ) from error
    console = Console(highlight=False)
    raise typer.Exit(
        report_backtest(console, folder, against, recordings, instant, html=html, as_json=as_json)
    )
