"""`answerable approvals`: look at what waits for people. Answering takes a sign-in, so it goes over HTTP alone."""

import asyncio
import json
import sys
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from answerable.apps.ledger.options import LedgerOption
from answerable.apps.settings import from_environment
from answerable.ports.approvals import every
from answerable.values import ApprovalId
from answerable.values.errors import LedgerUnavailable

if TYPE_CHECKING:
    from answerable.approvals import State

approvals = typer.Typer(
    name="approvals",
    help="Look at what waits for people. Whoever answers signs in to the gateway.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_ID, _WIDE = 29, 200
"""Characters of an id: it is asked for whole."""
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@approvals.command(name="list")
def list_them(
    *,
    route: Annotated[str | None, typer.Option(help="Of this queue.")] = None,
    ledger: LedgerOption = None,
    as_json: AsJson = False,
) -> None:
    """What waits now, oldest first."""
    from answerable.apps.approvals.place import open_approvals  # noqa: PLC0415 – start-up time
    from answerable.apps.approvals.showing import list_json  # noqa: PLC0415

    with closing(open_approvals(ledger or from_environment().ledger)) as store:
        stops = _stopped(ledger, None)
        states = [kept.state for kept in every(lambda after: store.waiting(route, after))]
    found = list_json(states)
    if as_json:
        print(json.dumps(found))  # noqa: T201
        return
    from rich.console import Console  # noqa: PLC0415 – start-up time
    from rich.table import Column, Table  # noqa: PLC0415

    if stops:
        print(f"{stops}: no act can be approved now")  # noqa: T201
    if not states:
        print("nothing waits")  # noqa: T201
        return
    table = Table(
        Column("approval", no_wrap=True, min_width=_ID),
        "what",
        "about",
        "amount",
        "queue",
        "approved",
        "until",
        box=None,
    )
    for row in found["approvals"]:
        table.add_row(
            row["approval"], row["tool"] or "a line", ", ".join(row["subjects"]), row["amount"] or "", row["route"],
            f"{row['approved']} of {row['needed']}", row["deadline"][:16].replace("T", " "),
        )  # fmt: skip
    # In a file or a pipe nothing is cut: ids are asked for whole.
    Console(width=None if sys.stdout.isatty() else _WIDE).print(table)


@approvals.command()
def show(
    approval: Annotated[str, typer.Argument(help="Its id, as `approvals list` prints it.")],
    *,
    ledger: LedgerOption = None,
) -> None:
    """Everything that an answer to it is bound to, as JSON."""
    from answerable.apps.approvals.held import find_held  # noqa: PLC0415 – start-up time
    from answerable.apps.approvals.place import open_approvals  # noqa: PLC0415
    from answerable.apps.approvals.showing import shown, shown_json  # noqa: PLC0415
    from answerable.apps.ledger_place import ledger_at  # noqa: PLC0415

    place = ledger or from_environment().ledger
    with closing(open_approvals(place)) as store:
        kept = store.get(ApprovalId(approval))
    if kept is None:
        raise LedgerUnavailable(f"there is no approval '{approval}' at '{ledger_at(place)}'")
    request = kept.state.request
    stops = _stopped(ledger, kept.state)

    async def found() -> dict[str, object]:
        book = ledger_at(place).open()
        try:
            held = await find_held(book, request.trace, request.decision)
        finally:
            await book.close()
        return shown_json(shown(kept.state, held, lambda _conversation, _trace: "", stops))

    print(json.dumps(asyncio.run(found()), indent=2, ensure_ascii=False))  # noqa: T201


def _stopped(ledger: str | None, state: "State | None") -> str:
    """What keeps it, or everything, from being done if it is approved now. Raises GrantsUnavailable."""
    from answerable.apps.approvals.stopped import stopped_by  # noqa: PLC0415 – start-up time
    from answerable.apps.authority.opening import grants_file, open_grants  # noqa: PLC0415

    settings = from_environment()
    settings = settings if ledger is None else replace(settings, ledger=ledger)
    path = grants_file(settings)
    if path is not None and not path.exists():
        return ""
    with closing(open_grants(settings)) as store:
        by = [] if state is None else [one.by for one in state.approvals]
        return stopped_by(store.revocations)(None if state is None else state.request, by)
