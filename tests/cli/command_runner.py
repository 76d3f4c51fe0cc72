"""The program's commands, run in this process."""

from pathlib import Path

from typer.testing import CliRunner

from answerable.apps.cli import app


def run(*arguments: object, code: int = 0) -> str:
    """What a command prints; it ends with `code`."""
    result = CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


def run_on(ledger: Path, *arguments: object, code: int = 0) -> str:
    """The same, on a ledger."""
    return run(*arguments, "--ledger", ledger, code=code)
