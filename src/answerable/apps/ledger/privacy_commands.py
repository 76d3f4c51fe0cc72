"""`answerable ledger erase | retain | hold | lift | holds`: who is on record, for how long, and who decided it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from answerable.apps.ledger.options import LedgerOption
from answerable.values.errors import SettingsError

if TYPE_CHECKING:
    from answerable.adapters.stored_ledger import StoredLedger
    from answerable.apps.ledger.erasing import Officer

privacy = typer.Typer()
T = TypeVar("T")

OfficerKey = Annotated[
    Path, typer.Option("--key", help="Your own secret key ('answerable key new NAME'): you sign for this.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why, in one line; it stays on record.")]
Customer = Annotated[str | None, typer.Option("--customer", help="A customer, as the bot named them.")]
Conversation = Annotated[str | None, typer.Option("--conversation", help="A conversation's id.")]


@privacy.command()
def erase(
    *,
    key: OfficerKey,
    reason: Reason,
    customer: Customer = None,
    conversation: Conversation = None,
    trace: Annotated[
        str | None,
        typer.Option("--trace", help="What a person wrote in one entry about no customer: its trace."),
    ] = None,
    ledger: LedgerOption = None,
) -> None:
    """Erase what somebody said and was told. The entries stay, and every proof still holds."""
    from answerable.apps.ledger import erasing  # noqa: PLC0415 – start-up time

    async def act(opened: "StoredLedger", officer: "Officer") -> list[str]:
        subjects = await _subjects(opened, ledger, customer, conversation, trace)
        gone = await erasing.erase(opened, subjects, reason, officer)
        # What the index holds of them goes at once, and not when somebody next looks something up.
        await asyncio.to_thread(_index, opened, ledger)
        return gone

    count = len(_run(ledger, key, act))
    print(f"{count} {'key is' if count == 1 else 'keys are'} destroyed, and the ledger says by whom")  # noqa: T201


@privacy.command()
def retain(
    *,
    days: Annotated[int, typer.Option("--days", min=1, help="Keep what people said for this many days.")],
    key: OfficerKey,
    ledger: LedgerOption = None,
) -> None:
    """Erase what is older: whole months, each once its last day is past. Legal holds are kept."""
    from answerable.apps.ledger import erasing  # noqa: PLC0415 – start-up time

    async def act(opened: "StoredLedger", officer: "Officer") -> list[str]:
        return await erasing.retire(opened, days, officer)

    print(f"{len(_run(ledger, key, act))} keys were past their time and are destroyed")  # noqa: T201


@privacy.command()
def hold(
    *,
    key: OfficerKey,
    reason: Reason,
    customer: Customer = None,
    conversation: Conversation = None,
    everything: Annotated[bool, typer.Option("--everything", help="What is on record of everybody.")] = False,
    ledger: LedgerOption = None,
) -> None:
    """Place a legal hold: what it names can't be erased until it is lifted."""
    from answerable.apps.ledger import erasing  # noqa: PLC0415 – start-up time

    if everything and (customer or conversation):
        raise SettingsError("a hold is on everything or on somebody; leave out one of them")

    async def act(opened: "StoredLedger", officer: "Officer") -> str:
        subjects = None if everything else await _subjects(opened, ledger, customer, conversation)
        return await erasing.hold(opened, subjects, reason, officer)

    print(_run(ledger, key, act))  # noqa: T201


@privacy.command()
def lift(
    name: Annotated[str, typer.Argument(help="The hold, as 'answerable ledger holds' names it.")],
    *,
    key: OfficerKey,
    reason: Reason,
    ledger: LedgerOption = None,
) -> None:
    """Lift a legal hold."""
    from answerable.apps.ledger import erasing  # noqa: PLC0415 – start-up time

    async def act(opened: "StoredLedger", officer: "Officer") -> None:
        await erasing.lift(opened, name, reason, officer)

    _run(ledger, key, act)
    print(f"{name} is lifted")  # noqa: T201


@privacy.command()
def holds(*, ledger: LedgerOption = None) -> None:
    """List the legal holds that are in place."""
    from answerable.apps.ledger_place import ledger_at  # noqa: PLC0415 – start-up time

    async def read() -> list[str]:
        opened = ledger_at(ledger).open()
        try:
            found = {one.id.split("/")[0]: one for one in opened.keys.holds()}
        finally:
            await opened.close()
        return [
            f"{name}  {one.at[:19]}Z  by {one.by}  {'everything' if one.subject is None else 'a subject'}  {one.reason}"
            for name, one in found.items()
        ]

    print("\n".join(asyncio.run(read())) or "no legal hold is in place")  # noqa: T201


def _index(ledger: "StoredLedger", at: str | None) -> None:
    from contextlib import closing  # noqa: PLC0415 – start-up time

    from answerable.apps.ledger.indexing import catch_up  # noqa: PLC0415
    from answerable.apps.ledger_place import ledger_at  # noqa: PLC0415

    with closing(ledger_at(at).index()) as index:
        catch_up(ledger, index)


async def _subjects(
    ledger: "StoredLedger",
    at: str | None,
    customer: str | None,
    conversation: str | None,
    trace: str | None = None,
) -> list[str]:
    """Raises SettingsError where nobody or too many are named."""
    from answerable.apps.ledger import erasing, selecting  # noqa: PLC0415 – start-up time
    from answerable.apps.ledger_place import ledger_at  # noqa: PLC0415
    from answerable.receipts import data_subject  # noqa: PLC0415

    if sum(one is not None for one in (customer, conversation, trace)) != 1:
        raise SettingsError(
            "say of whom, in one way: --customer ID, --conversation ID or (to erase) --trace ID"
        )
    if trace is not None:
        return [data_subject(None, "", None, trace)]
    place = ledger_at(at)
    if customer is not None:
        wanted = selecting.Selection(customer=customer)
        traces = await asyncio.to_thread(selecting.chosen_traces, ledger, place, wanted)
        return await erasing.subjects_of_customer(ledger, customer, traces)
    wanted = selecting.Selection(conversation=conversation)
    traces = await asyncio.to_thread(selecting.chosen_traces, ledger, place, wanted)
    return await erasing.subjects_of_conversation(ledger, conversation or "", traces)


def _run(ledger: str | None, key: Path, act: "Callable[[StoredLedger, Officer], Awaitable[T]]") -> T:
    from answerable.adapters.key_files import read_secret_key  # noqa: PLC0415 – start-up time
    from answerable.adapters.world import new_trace, utc_now  # noqa: PLC0415
    from answerable.apps.ledger.erasing import Officer  # noqa: PLC0415
    from answerable.apps.ledger_place import ledger_at  # noqa: PLC0415

    officer = Officer(read_secret_key(key), utc_now, new_trace)

    async def run() -> T:
        opened = ledger_at(ledger).open()
        try:
            return await act(opened, officer)
        finally:
            await opened.close()

    return asyncio.run(run())
