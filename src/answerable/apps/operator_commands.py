"""`answerable operators` and `answerable roles`: for whoever has the machine, and on record like anything else.

Who is signed in gives roles on the page at /operators/roles. Here there is only what nobody could do there: the first
administrator, and taking a role from somebody at once. `by` is then `command-line#` and the login name of the machine,
which is a remark and no proof: whoever can run this can write to the stores as well.
"""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from answerable.apps.ledger.options import LedgerOption, instant
from answerable.values.errors import NotAllowed, SettingsError

if TYPE_CHECKING:
    from answerable.apps.ledger_place import LedgerPlace
    from answerable.apps.operators.role_changes import RoleChanges
    from answerable.ports.directory import Directory
    from answerable.roles import Role
    from answerable.values import OperatorId

T = TypeVar("T")

operators = typer.Typer(
    name="operators",
    help="The people of this machine, who sign in with passkeys.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
roles = typer.Typer(
    name="roles",
    help="Who may do what here, and whose bots are whose.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Id = Annotated[str, typer.Argument(help="Their id, as /operators/whoami shows it: ISSUER#SUBJECT.")]
RoleName = Annotated[str, typer.Argument(help="The role: approver, administrator …")]
Reason = Annotated[str, typer.Option("--reason", help="Why, in one line; it stays on record.")]
Workload = Annotated[str, typer.Argument(help="The workload, as spiffe://shop.example/bot.")]


@operators.command()
def invite(
    name: Annotated[str, typer.Argument(help="What pages call them.")],
    *,
    handle: Annotated[
        str | None, typer.Option("--for", help="Somebody who is here already (local#…): another passkey.")
    ] = None,
    ledger: LedgerOption = None,
) -> None:
    """Invite somebody to register a passkey. Prints their id, and a code for them alone."""
    from answerable.adapters.passkeys import need_webauthn  # noqa: PLC0415 – start-up time
    from answerable.adapters.world import utc_now  # noqa: PLC0415
    from answerable.apps.operators import passkeys  # noqa: PLC0415
    from answerable.ports.directory import Person, local_id  # noqa: PLC0415

    need_webauthn()
    if not name.strip() or not name.isprintable() or len(name) > 120:  # noqa: PLR2004 – what a page has room for
        raise SettingsError(f"'{name[:80]}' is no name for a page; write 1 to 120 letters")

    def act(directory: "Directory") -> None:
        now, code = utc_now(), passkeys.new_code()
        person = Person(passkeys.new_handle(), name.strip(), now)
        if handle is not None:
            found = [one for one in directory.people() if local_id(one.handle) == handle]
            if not found:
                raise SettingsError(f"'{handle}' is nobody here; 'answerable operators list' says who is")
            person = found[0]
        until = passkeys.invite(directory, person, code, now)
        print(f"{local_id(person.handle)}  {person.name}")  # noqa: T201
        print(f"code {code}, good once at /operators/register until {until:%Y-%m-%d %H:%M} UTC")  # noqa: T201

    _with_directory(ledger, act)


@operators.command("list")
def list_people(*, ledger: LedgerOption = None) -> None:
    """Who was invited, and how many passkeys each has."""
    from answerable.ports.directory import local_id  # noqa: PLC0415 – start-up time

    def act(directory: "Directory") -> None:
        for one in directory.people():
            keys = f"{one.passkeys} passkey{'' if one.passkeys == 1 else 's'}"
            print(f"{local_id(one.handle)}  {one.name}  {keys}")  # noqa: T201

    _with_directory(ledger, act)


@operators.command()
def remove(
    operator: Annotated[str, typer.Argument(help="Their id: local#…")], *, ledger: LedgerOption = None
) -> None:
    """Forget somebody's passkeys, and sign them out. Their roles are taken with 'answerable roles take'."""
    from answerable.apps.operators.opening import open_sign_ins  # noqa: PLC0415 – start-up time
    from answerable.ports.directory import LOCAL, Handle  # noqa: PLC0415
    from answerable.values import OperatorId  # noqa: PLC0415

    def act(directory: "Directory") -> None:
        if not directory.remove(Handle(operator.removeprefix(f"{LOCAL}#"))):
            raise SettingsError(f"'{operator}' is nobody here; 'answerable operators list' says who is")

    _with_directory(ledger, act)
    place, _ = _place(ledger)
    store = open_sign_ins(place)
    try:
        ended = store.end_all(OperatorId(operator))
    finally:
        store.close()
    print(f"'{operator}' is gone, and signed out of {ended} session{'' if ended == 1 else 's'}")  # noqa: T201


@roles.command()
def give(
    operator: Id,
    role: RoleName,
    *,
    first: Annotated[
        bool, typer.Option("--first", help="Make the first administrator, while there is none.")
    ] = False,
    until: Annotated[
        str | None, typer.Option("--until", help="A day or an instant; for good without.")
    ] = None,
    reason: Reason = "the first administrator",
    ledger: LedgerOption = None,
) -> None:
    """Make the first administrator. Every other role is given by one, who is signed in, at /operators/roles."""
    from answerable.apps.operators.role_changes import Change  # noqa: PLC0415 – start-up time
    from answerable.roles import Limits, Role  # noqa: PLC0415
    from answerable.values import OperatorId  # noqa: PLC0415

    if _role(role) is not Role.ADMINISTRATOR or not first:
        raise NotAllowed(
            "roles are given by an administrator who is signed in, at /operators/roles; here the first one is made: "
            "answerable roles give ID administrator --first"
        )
    ends: datetime | None = instant("--until", until)

    async def act(changes: "RoleChanges") -> bool:
        return await changes.give_first(
            _who(), Change(OperatorId(operator), Role.ADMINISTRATOR, Limits(), ends, reason)
        )

    if not _with_changes(ledger, act):
        raise NotAllowed("there is an administrator already, who gives roles at /operators/roles")
    print(f"'{operator}' is the first administrator")  # noqa: T201


@roles.command()
def take(operator: Id, role: RoleName, *, reason: Reason, ledger: LedgerOption = None) -> None:
    """Take a role from somebody at once, all parts of it."""
    from answerable.values import OperatorId  # noqa: PLC0415 – start-up time

    wanted = _role(role)

    async def act(changes: "RoleChanges") -> int:
        return await changes.take_here(_who(), OperatorId(operator), wanted, reason)

    count = _with_changes(ledger, act)
    print(f"'{operator}' is no '{role}' any more" if count else f"'{operator}' was no '{role}'")  # noqa: T201


@roles.command("list")
def list_roles(*, ledger: LedgerOption = None) -> None:
    """Who has which role, within which limits, by whom; whose workload is whose; which ids are one person's."""
    from answerable.apps.operators.limits_form import limits_shown  # noqa: PLC0415 – start-up time

    async def act(changes: "RoleChanges") -> None:
        for one in changes.store.kept.all():
            ends = "" if one.until is None else f", until {one.until:%Y-%m-%d %H:%M} UTC"
            print(f"{one.operator}  {one.role}  {limits_shown(one.limits)}{ends}  by {one.given_by}")  # noqa: T201
        for workload, owner in changes.store.kept.owned():
            print(f"{owner}  owns  {workload}")  # noqa: T201
        for first, second in sorted(changes.store.on_record().links):
            print(f"{first}  is  {second}")  # noqa: T201

    _with_changes(ledger, act)


@roles.command()
def check(*, ledger: LedgerOption = None) -> None:
    """Hold the store of roles against the ledger: what no entry accounts for was put there by other means.

    Such a role counts for nothing. What a crash left half done is finished.
    """

    async def act(changes: "RoleChanges") -> list[str]:
        return await changes.finish()

    strange = _with_changes(ledger, act)
    print("\n".join(strange) or "every role is on record")  # noqa: T201
    raise typer.Exit(1 if strange else 0)


@roles.command()
def own(workload: Workload, operator: Id, *, reason: Reason, ledger: LedgerOption = None) -> None:
    """Say whose bot a workload is: its owner approves nothing that it asks for."""
    _owning(ledger, workload, operator, reason, owns=True)
    print(f"'{operator}' is an owner of '{workload}'")  # noqa: T201


@roles.command()
def disown(workload: Workload, operator: Id, *, reason: Reason, ledger: LedgerOption = None) -> None:
    """Say that a workload is not somebody's any more."""
    _owning(ledger, workload, operator, reason, owns=False)
    print(f"'{operator}' is no owner of '{workload}' any more")  # noqa: T201


@roles.command()
def link(
    operator: Id,
    other: Annotated[str, typer.Argument(help="Another id of the same person.")],
    *,
    reason: Reason,
    ledger: LedgerOption = None,
) -> None:
    """Say that two ids are one person's: they count as one wherever two people are needed, at once.

    An administrator who is neither takes that back, signed in, at /operators/roles.
    """
    from answerable.values import OperatorId  # noqa: PLC0415 – start-up time

    async def act(changes: "RoleChanges") -> None:
        await changes.link_here(_who(), OperatorId(operator), OperatorId(other), reason)

    _with_changes(ledger, act)
    print(f"'{operator}' and '{other}' are one person")  # noqa: T201


def _owning(ledger: str | None, workload: str, operator: str, reason: str, *, owns: bool) -> None:
    from answerable.values import OperatorId, WorkloadId  # noqa: PLC0415 – start-up time

    async def act(changes: "RoleChanges") -> None:
        await changes.own(_who(), WorkloadId(workload), OperatorId(operator), reason, owns=owns)

    _with_changes(ledger, act)


def _role(name: str) -> "Role":
    from answerable.roles import Role  # noqa: PLC0415 – start-up time

    try:
        return Role(name)
    except ValueError:
        raise SettingsError(f"'{name[:40]}' is no role; there are: {', '.join(Role)}") from None


def _who() -> "OperatorId":
    from answerable.values import OperatorId  # noqa: PLC0415 – start-up time

    return OperatorId(f"command-line#{getpass.getuser()}")


def _place(ledger: str | None) -> "tuple[LedgerPlace, str]":
    from answerable.apps.ledger_place import ledger_at  # noqa: PLC0415 – start-up time
    from answerable.apps.settings import from_environment  # noqa: PLC0415

    return ledger_at(ledger), ledger or from_environment().ledger


def _with_directory(ledger: str | None, act: "Callable[[Directory], None]") -> None:
    from answerable.apps.operators.opening import open_directory  # noqa: PLC0415 – start-up time

    directory = open_directory(_place(ledger)[0])
    try:
        act(directory)
    finally:
        directory.close()


def _with_changes(ledger: str | None, act: "Callable[[RoleChanges], Awaitable[T]]") -> T:
    from answerable.adapters.duty_files import shipped_duties  # noqa: PLC0415 – start-up time
    from answerable.adapters.world import new_trace, utc_now  # noqa: PLC0415
    from answerable.apps.operators.opening import open_roles  # noqa: PLC0415
    from answerable.apps.operators.role_changes import RoleChanges  # noqa: PLC0415

    place, dsn = _place(ledger)

    async def run() -> T:
        # Made if need be: the first administrator may be there before the first exchange.
        opened = place.open(create=True)
        try:
            store = open_roles(place, dsn)
            try:
                return await act(RoleChanges(opened, store, shipped_duties(), utc_now, new_trace))
            finally:
                store.close()
        finally:
            await opened.close()

    return asyncio.run(run())
