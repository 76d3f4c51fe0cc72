"""How `answerable verify` says no, and what it says of the log's keys."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from answerable.ledger.handover import Handover
from answerable.values import rfc3339


def say_broken(console: Console, error: Exception, *, as_json: bool) -> int:
    """Print what fails; the exit code for it."""
    if as_json:
        console.print_json(data={"holds": False, "error": str(error)})
    else:
        console.print(f"[red]✗ broken[/]: {escape(str(error))}", soft_wrap=True)
    return 1


def tell_handovers(
    console: Console, handovers: Sequence[Handover], key: str | None, cosigned_by: Sequence[str]
) -> None:
    """Print when the log's key was handed over, if it was; and what that does not show to who named an older `key`."""
    for one in handovers:
        console.print(
            f"  the log's key was handed over at {one.size} entries, on {rfc3339(one.at)}, "
            f"to {escape(str(one.new))}",
            soft_wrap=True,
        )
    if handovers and not cosigned_by and key != str(handovers[-1].new):
        console.print(
            "  whoever holds a retired key could have made that up: name the last key with --key, or a witness",
            soft_wrap=True,
        )
