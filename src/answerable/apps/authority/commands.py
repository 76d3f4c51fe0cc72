"""`answerable grants`: stop acts and let them go on, for whoever has the machine, and on record like anything else.

Who is signed in does it at /revocations. Here it is for the night when nobody can sign in. `by` is then `unix:`, the
number of whoever runs this and their name on the machine: a remark and no proof, for whoever can run this can write
to the stores as well.
"""

import asyncio
import json
import os
import pwd
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from answerable.apps.ledger.options import LedgerOption
from answerable.values.errors import (
    AnswerableError,
    GrantsUnavailable,
    InvalidRequest,
    LedgerError,
    LedgerUnavailable,
    NotOnRecord,
    SettingsError,
)

if TYPE_CHECKING:
    from answerable.adapters.stored_ledger import StoredLedger
    from answerable.apps.authority.recording import RecordedGrants
    from answerable.apps.settings import Settings
    from answerable.grants import Selection
    from answerable.ports.grants import GrantStore
    from answerable.receipts import Draft

grants = typer.Typer(
    name="grants",
    help="Stop acts, let them go on, and see what can still be done.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
SelectorOption = Annotated[
    str, typer.Option(help="grant, conversation, workload, bundle, approver or everything.")
]
ValueOption = Annotated[str, typer.Option(help="Which one; none for everything.")]
ReasonOption = Annotated[str, typer.Option(help="Why. It stays on record: name no customer.")]

Record = Callable[[Sequence["Draft"]], None]


@grants.command()
def revocations(*, ledger: LedgerOption = None, as_json: AsJson = False) -> None:
    """What is stopped now, oldest first."""
    from answerable.apps.authority.revoking import named  # noqa: PLC0415 – start-up time
    from answerable.apps.authority.showing import revocation_json  # noqa: PLC0415

    with closing(_store(_settings(ledger))) as store:
        found = [one for one in store.revocations() if one.lifted is None]
    if as_json:
        print(json.dumps({"standing": [revocation_json(one) for one in found]}))  # noqa: T201
        return
    for one in found:
        print(f"{named(one.selection)}  since {one.at:%Y-%m-%d %H:%M:%S} UTC  by {one.by}  {one.reason}")  # noqa: T201
    if not found:
        print("nothing is stopped")  # noqa: T201


@grants.command()
def outstanding(
    *,
    selector: SelectorOption = "everything",
    value: ValueOption = "",
    ledger: LedgerOption = None,
    as_json: AsJson = False,
) -> None:
    """The grants that can be used now, of those selected."""
    from answerable.adapters.world import utc_now  # noqa: PLC0415 – start-up time
    from answerable.apps.authority.showing import grant_json  # noqa: PLC0415

    selection = _selection(selector, value)
    with closing(_store(_settings(ledger))) as store:
        rows = [grant_json(one) for one in store.outstanding(selection, utc_now())]
    if as_json:
        print(json.dumps({"grants": rows}))  # noqa: T201
        return
    for row in rows:
        until = row["expires"]
        print(f"{row['grant']}  {row['tool']} at {row['back_end']}  for {row['workload']}  until {until}")  # noqa: T201
    if not rows:
        print("no grant can be used now")  # noqa: T201


@grants.command()
def revoke(
    *,
    selector: SelectorOption,
    value: ValueOption = "",
    reason: ReasonOption,
    ledger: LedgerOption = None,
    as_json: AsJson = False,
) -> None:
    """Stop what is selected: nothing of it is begun or sent until it is lifted."""
    _stop(ledger, _selection(selector, value), reason, as_json=as_json)


@grants.command(name="stop-everything")
def stop_everything(*, reason: ReasonOption, ledger: LedgerOption = None, as_json: AsJson = False) -> None:
    """Stop every act, of every bot, at once."""
    _stop(ledger, _selection("everything", ""), reason, as_json=as_json)


@grants.command()
def lift(
    *,
    selector: SelectorOption,
    value: ValueOption = "",
    reason: ReasonOption,
    ledger: LedgerOption = None,
    as_json: AsJson = False,
) -> None:
    """Let go on what was stopped. What was taken back stays taken back: it is asked for anew."""
    from answerable.adapters.world import utc_now  # noqa: PLC0415 – start-up time
    from answerable.apps.authority.revoking import named  # noqa: PLC0415

    selection, why = _selection(selector, value), _reason(reason)
    with _recorded(_settings(ledger)) as store:
        if not any(one.lifted is None and one.selection == selection for one in store.revocations()):
            raise SettingsError(
                f"'{named(selection)}' is not stopped; 'answerable grants revocations' says what is"
            )
        count = store.lift(selection, utc_now(), machine_user(), why)
    if as_json:
        print(json.dumps({"lifted": named(selection), "count": count}))  # noqa: T201
    else:
        print(f"'{named(selection)}' goes on")  # noqa: T201


@grants.command(name="rotate-keys")
def rotate_keys(*, ledger: LedgerOption = None, as_json: AsJson = False) -> None:
    """Sign grants with the next key from now on; the last one counts until what it signed has expired."""
    from pathlib import Path  # noqa: PLC0415 – start-up time

    from answerable.adapters.grant_ring import RingFile  # noqa: PLC0415
    from answerable.adapters.secret_sources import Place  # noqa: PLC0415
    from answerable.adapters.world import new_trace, utc_now  # noqa: PLC0415
    from answerable.apps.authority.opening import ring_place  # noqa: PLC0415
    from answerable.receipts import Draft, GrantBody  # noqa: PLC0415
    from answerable.values import rfc3339  # noqa: PLC0415

    settings = _settings(ledger)
    place = ring_place(settings)
    if place.place is not Place.FILE:
        raise SettingsError(
            "the keys of grants are in no file, so they are rotated where they are kept, and the gateway started anew"
        )
    if not Path(place.name).exists():
        raise GrantsUnavailable(
            f"there are no keys of grants at '{place.name}'; name the ledger with --ledger"
        )
    now = utc_now()
    # A crash after this leaves a new key that the ledger does not name: what it signs is checked all the same.
    key = RingFile(Path(place.name)).rotate(now).current.id
    body = GrantBody("", "rotated", by=machine_user(), detail=f"the key {key} signs from now on")
    with _record(settings) as record:
        try:
            record([Draft(new_trace(), rfc3339(now), body)])
        except LedgerError as error:
            raise NotOnRecord(
                f"the key {key} signs from now on, and that is not on record: {error}"
            ) from error
    print(json.dumps({"key": key}) if as_json else f"the key {key} signs from now on")  # noqa: T201


def machine_user() -> str:
    """Whoever runs this, as the machine knows them: `unix:1000(ruth)`."""
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        name = "?"
    return f"unix:{number}({name})"


def _stop(ledger: str | None, selection: "Selection", reason: str, *, as_json: bool) -> None:
    from answerable.adapters.world import utc_now  # noqa: PLC0415 – start-up time
    from answerable.apps.authority.revoking import named  # noqa: PLC0415
    from answerable.grants import Revocation  # noqa: PLC0415

    why, now = _reason(reason), utc_now()
    with _recorded(_settings(ledger)) as store:
        covered = len(store.outstanding(selection, now))
        try:
            store.revoke(Revocation(selection, now, machine_user(), why))
        except NotOnRecord as error:
            raise NotOnRecord(
                f"'{named(selection)}' is stopped, and that is not on record: {error}; do it again once the ledger can "
                "be written"
            ) from error
    if as_json:
        print(json.dumps({"revoked": named(selection), "count": covered}))  # noqa: T201
    else:
        print(f"'{named(selection)}' is stopped; {covered} grants that could be used were taken back")  # noqa: T201


def _settings(ledger: str | None) -> "Settings":
    from answerable.apps.settings import from_environment  # noqa: PLC0415 – start-up time

    settings = from_environment()
    return replace(settings, ledger=ledger) if ledger else settings


def _store(settings: "Settings") -> "GrantStore":
    """Raises GrantsUnavailable where there is none: what would be stopped in a new one is going on elsewhere."""
    from answerable.apps.authority.opening import grants_file, open_grants  # noqa: PLC0415 – start-up time

    path = grants_file(settings)
    if path is not None and not path.exists():
        raise GrantsUnavailable(
            f"nothing was ever granted at '{path}'; name the gateway's ledger with --ledger"
        )
    return open_grants(settings)


@contextmanager
def _recorded(settings: "Settings") -> "Iterator[RecordedGrants]":
    from answerable.adapters.world import new_trace, utc_now  # noqa: PLC0415 – start-up time
    from answerable.apps.authority.recording import RecordedGrants  # noqa: PLC0415

    with closing(_store(settings)) as store, _record(settings) as record:
        yield RecordedGrants(store, record, utc_now, new_trace)


@contextmanager
def _record(settings: "Settings") -> "Iterator[Record]":
    """Writes to the ledger, which is opened when there is something to write: stopping comes before that."""
    from answerable.apps.ledger_place import LedgerPlace  # noqa: PLC0415 – start-up time

    opened: list[StoredLedger] = []

    def record(drafts: "Sequence[Draft]") -> None:
        try:
            if not opened:
                opened.append(LedgerPlace.of(settings).open())
            asyncio.run(opened[0].append(drafts))
        except LedgerError:
            raise
        except AnswerableError as error:  # its keys, or the settings that say where they are
            raise LedgerUnavailable(str(error)) from error

    try:
        yield record
    finally:
        for one in opened:
            asyncio.run(one.close())


def _selection(selector: str, value: str) -> "Selection":
    from answerable.apps.authority.revoking import selection_of  # noqa: PLC0415 – start-up time

    try:
        return selection_of(selector, value)
    except InvalidRequest as error:
        raise SettingsError(str(error)) from error


def _reason(text: str) -> str:
    from answerable.apps.operators.forms import reason_in  # noqa: PLC0415 – start-up time

    try:
        return reason_in({"reason": text})
    except InvalidRequest as error:
        raise SettingsError(str(error)) from error
