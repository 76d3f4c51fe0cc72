"""How `answerable verify` says no."""

from rich.console import Console
from rich.markup import escape


def say_broken(console: Console, error: Exception, *, as_json: bool) -> int:
    """Print what fails; the exit code for it."""
    if as_json:
        console.print_json(data={"holds": False, "error": str(error)})
    else:
        console.print(f"[red]✗ broken[/]: {escape(str(error))}", soft_wrap=True)
    return 1
