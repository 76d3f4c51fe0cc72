"""`answerable bundle`: put bundles on a shelf, into force, and back."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from answerable.adapters.bundle_shelf import BundleShelf, Ready
from answerable.adapters.key_files import read_approvers, read_note
from answerable.adapters.world import utc_now
from answerable.decisions import Bundle
from answerable.values import Digest, rfc3339
from answerable.values.errors import BundleError, SettingsError

bundles = typer.Typer(
    name="bundle",
    help="Keep bundles by their digest; put one in force, or the one before.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Shelf = Annotated[
    Path,
    typer.Option("--shelf", help="The folder of bundles.", envvar="ANSWERABLE_BUNDLES", show_envvar=True),
]
Approvers = Annotated[
    Path | None,
    typer.Option(
        "--approvers",
        help="Who may approve: on each line a public key and whose it is, and as whom they sign in (operator: ID).",
        envvar="ANSWERABLE_APPROVERS",
        show_envvar=True,
    ),
]
Unsigned = Annotated[
    bool,
    typer.Option(
        "--insecure-unsigned", help="Take the bundle at its word about who approved it; it goes on record."
    ),
]
Ledger = Annotated[
    str | None,
    typer.Option(
        "--ledger",
        help="The ledger whose roles say whether its approver may, and which has it on record.",
        envvar="ANSWERABLE_LEDGER",
        show_envvar=True,
    ),
]
By = Annotated[str, typer.Option("--by", help="Who does it; it goes on record.")]
Because = Annotated[str, typer.Option("--because", help="Why; it goes on record.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
_SHORT = 16


@bundles.command()
def add(
    pack: Annotated[Path, typer.Argument(help="Folder of the pack, or the file that it was built into.")],
    *,
    approval: Annotated[
        Path | None, typer.Option("--approval", help="The note that 'answerable pack sign' wrote.")
    ] = None,
    shelf: Shelf = Path("var/bundles"),
    as_json: Json = False,
) -> None:
    """Check a pack and put its bundle on the shelf. It is not in force yet."""
    bundle = BundleShelf(shelf, None).add(pack, read_note(approval) if approval else None)
    _tell(bundle, as_json=as_json, words="is on the shelf; 'answerable bundle activate' puts it in force")


@bundles.command()
def activate(
    digest: Annotated[str, typer.Argument(help="The bundle's digest, or enough of its start to tell it.")],
    *,
    by: By,
    because: Because = "",
    shelf: Shelf = Path("var/bundles"),
    approvers: Approvers = None,
    insecure_unsigned: Unsigned = False,
    ledger: Ledger = None,
    as_json: Json = False,
) -> None:
    """Put a bundle in force. Conversations that have begun keep theirs."""
    kept = open_shelf(shelf, approvers, unsigned=insecure_unsigned)
    bundle, asked = _put_in_force(kept, _whole(kept, digest), by, because, ledger)
    _tell(bundle, as_json=as_json, words="is in force for conversations that begin now", asked=asked)


@bundles.command()
def rollback(
    *,
    by: By,
    because: Because = "",
    shelf: Shelf = Path("var/bundles"),
    approvers: Approvers = None,
    insecure_unsigned: Unsigned = False,
    ledger: Ledger = None,
    as_json: Json = False,
) -> None:
    """Put the bundle back in force that was before this one."""
    kept = open_shelf(shelf, approvers, unsigned=insecure_unsigned)
    bundle, asked = _put_in_force(kept, kept.before(), by, because or "rolled back", ledger)
    _tell(bundle, as_json=as_json, words="is in force again for conversations that begin now", asked=asked)


@bundles.command(name="list")
def list_bundles(*, shelf: Shelf = Path("var/bundles"), as_json: Json = False) -> None:
    """Every bundle on the shelf, and what was put in force when and by whom."""
    kept = BundleShelf(shelf, None)
    history = kept.history()
    active = history[-1].digest if history else None
    if as_json:
        rows = [
            {
                "digest": one.digest,
                "by": one.by,
                "at": rfc3339(one.at),
                "because": one.because,
                "signed_with": one.signed_with,
            }
            for one in history
        ]
        print(json.dumps({"active": active, "bundles": kept.digests(), "activations": rows}))  # noqa: T201
        return
    console = Console(highlight=False)
    table = Table("bundle", "name", "version", "author", "approver", "in force")
    for digest in kept.digests():
        manifest = kept.read(digest).manifest
        force = "yes" if digest == active else ""
        table.add_row(
            _short(digest),
            manifest.name,
            manifest.version,
            manifest.author,
            f"{manifest.approver or 'nobody'}, {'signed' if kept.approval(digest) else 'unsigned'}",
            force,
        )
    console.print(table)
    for one in history:
        why = f": {one.because}" if one.because else ""
        key = one.signed_with.split("+")[0] if one.signed_with else None
        signed = f", approval signed with '{key}'" if key else ", INSECURE: no signature was asked for"
        console.print(
            f"{rfc3339(one.at)}  {_short(one.digest)}  by {one.by}{why}{signed}", markup=False, soft_wrap=True
        )


def open_shelf(folder: Path, approvers: Path | None, *, unsigned: bool) -> BundleShelf:
    """The shelf, asking for signed approvals unless told, in so many words, not to. Raises SettingsError."""
    if approvers is None and not unsigned:
        raise SettingsError(
            "say who may approve bundles: --approvers FILE (docs/packs.md shows how); "
            "--insecure-unsigned ('serve': --insecure-unsigned-bundles) takes bundles at their word"
        )
    if approvers is not None and unsigned:
        raise SettingsError("--approvers and --insecure-unsigned contradict each other; keep one")
    return BundleShelf(folder, read_approvers(approvers) if approvers else None)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the rules on duties said of it, or why they were not asked."""

    policies: tuple[str, ...]
    why_not: str = ""

    def __str__(self) -> str:
        return (
            f"no role was asked: {self.why_not}" if self.why_not else f"allowed by {', '.join(self.policies)}"
        )


def _put_in_force(
    shelf: BundleShelf, digest: Digest, by: str, because: str, ledger: str | None
) -> tuple[Bundle, _Asked]:
    """Raises BundleError; NotAllowed, RolesUnavailable and LedgerError where a ledger and operators are named."""
    now, approvers = utc_now(), shelf.approvers
    if ledger is None:
        return shelf.activate(digest, by=by, at=now, because=because), _Asked(
            (), "name a ledger with --ledger"
        )
    if approvers is None or not approvers.operators:
        why = (
            "nobody's signature was asked for"
            if approvers is None
            else "the approvers' file says of nobody as whom they sign in"
        )
        return shelf.activate(digest, by=by, at=now, because=because), _Asked((), why)
    from answerable.apps.bundle_duties import ask_and_record  # noqa: PLC0415 – start-up time

    allowed: list[str] = []

    def first(ready: Ready) -> None:
        allowed.extend(ask_and_record(ledger, approvers, ready, now, by=by, because=because))

    bundle = shelf.activate(digest, by=by, at=now, because=because, first=first)
    return bundle, _Asked(tuple(allowed))


def _whole(shelf: BundleShelf, start: str) -> Digest:
    wanted = start if start.startswith("sha256:") else f"sha256:{start}"
    found = [digest for digest in shelf.digests() if digest.startswith(wanted)]
    if len(found) != 1:
        raise BundleError(
            f"'{start}' names {len(found)} bundles on the shelf; 'answerable bundle list' names them all"
        )
    return found[0]


def _tell(bundle: Bundle, *, as_json: bool, words: str, asked: _Asked | None = None) -> None:
    if as_json:
        manifest = bundle.manifest
        told = {"digest": bundle.digest, "name": manifest.name, "version": manifest.version}
        more = {} if asked is None else {"allowed_by": asked.policies, "no_role_asked": asked.why_not or None}
        print(json.dumps(told | more))  # noqa: T201
    else:
        name = f"{bundle.manifest.name} {bundle.manifest.version}"
        print(f"{bundle.digest}\n{name} {words}")  # noqa: T201
        if asked is not None:
            print(asked)  # noqa: T201


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:_SHORT]
