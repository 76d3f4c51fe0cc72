"""`answerable acts`: look at acts. What became of one is said, and taken back, by whoever signs in to the gateway."""

import asyncio
import json
import sys
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from answerable.apps.ledger.options import LedgerOption
from answerable.values.errors import ActionsUnavailable, SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from answerable.apps.settings import Settings
    from answerable.ports.actions import ActionStore, Kept

acts = typer.Typer(
    name="acts",
    help="Look at acts at back ends. Whoever says what became of one signs in to the gateway.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
_MOST = 200
_ID, _WIDE = 29, 200
"""Characters of an id: it is asked for whole."""


@acts.command(name="list")
def list_them(
    *,
    conversation: Annotated[str | None, typer.Option(help="The latest of this conversation.")] = None,
    trace: Annotated[str | None, typer.Option(help="The latest of this trace.")] = None,
    ledger: LedgerOption = None,
    as_json: AsJson = False,
) -> None:
    """Acts of which nobody knows whether they were done, oldest first."""
    from answerable.apps.acting.showing import list_json  # noqa: PLC0415 – start-up time

    if conversation is not None and trace is not None:
        raise SettingsError("acts are looked for by --conversation or by --trace, not by both")
    settings = _settings(ledger)
    with closing(_store(settings)) as store:
        found = list_json(_found(settings, store, conversation, trace))
    if as_json:
        print(json.dumps(found))  # noqa: T201
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Column, Table  # noqa: PLC0415

    if not found["acts"]:
        print("nothing waits" if conversation is None and trace is None else "there is nothing of it")  # noqa: T201
        return
    table = Table(
        Column("act", no_wrap=True, min_width=_ID),
        "what",
        "state",
        "amount",
        "back end",
        "begun",
        "conversation",
        box=None,
    )
    for row in found["acts"]:
        table.add_row(
            row["act"], row["tool"], row["state"], row["amount"] or "", row["back_end"],
            row["begun_at"][:19].replace("T", " "), row["conversation"] or "",
        )  # fmt: skip
    # In a file or a pipe nothing is cut: ids are asked for whole.
    Console(width=None if sys.stdout.isatty() else _WIDE).print(table)


@acts.command()
def show(
    act: Annotated[str, typer.Argument(help="Its id, as `acts list` prints it.")],
    *,
    ledger: LedgerOption = None,
) -> None:
    """Everything that is on record of an act, as JSON."""
    from answerable.apps.acting.on_record import act_on_record  # noqa: PLC0415 – start-up time
    from answerable.apps.acting.showing import act_json  # noqa: PLC0415
    from answerable.apps.ledger_place import LedgerPlace  # noqa: PLC0415
    from answerable.values import ActionId  # noqa: PLC0415

    settings = _settings(ledger)
    with closing(_store(settings)) as store:
        kept = store.find(ActionId(act))
        if kept is None:
            raise ActionsUnavailable(f"there is no act '{act}' at '{store.name}'")

        async def shown() -> dict[str, object]:
            opened = LedgerPlace.of(settings).open()
            try:
                return act_json(await act_on_record(opened, store, kept))
            finally:
                await opened.close()

        print(json.dumps(asyncio.run(shown()), indent=2, ensure_ascii=False))  # noqa: T201


def _found(
    settings: "Settings", store: "ActionStore", conversation: str | None, trace: str | None
) -> "Sequence[Kept]":
    from answerable.apps.acting.on_record import acts_of_trace  # noqa: PLC0415 – start-up time
    from answerable.apps.ledger_place import LedgerPlace  # noqa: PLC0415
    from answerable.values import ConversationId, TraceId  # noqa: PLC0415

    if conversation is not None:
        return store.of_conversation(ConversationId(conversation))[-_MOST:]
    if trace is None:
        return store.waiting(_MOST)

    async def of_trace() -> "Sequence[Kept]":
        opened = LedgerPlace.of(settings).open()
        try:
            return await acts_of_trace(opened, store, TraceId(trace))
        finally:
            await opened.close()

    return asyncio.run(of_trace())[-_MOST:]


def _settings(ledger: str | None) -> "Settings":
    from answerable.apps.settings import from_environment  # noqa: PLC0415 – start-up time

    settings = from_environment()
    return replace(settings, ledger=ledger) if ledger else settings


def _store(settings: "Settings") -> "ActionStore":
    """Raises ActionsUnavailable where there is none."""
    from answerable.adapters.sqlite_ledger import beside  # noqa: PLC0415 – start-up time
    from answerable.apps.acting.opening import open_actions  # noqa: PLC0415
    from answerable.apps.ledger_place import LedgerPlace  # noqa: PLC0415

    path = LedgerPlace.of(settings).path
    if path is not None and not beside(path, "actions").exists():
        raise ActionsUnavailable(
            f"no act was ever begun at '{settings.ledger}'; name its ledger with --ledger"
        )
    return open_actions(settings)
