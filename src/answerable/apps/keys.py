"""`answerable key`: make an Ed25519 key, and print the public part of one."""

import secrets
from pathlib import Path
from typing import Annotated

import typer

from answerable.adapters.key_files import write_secret_key
from answerable.signing import new_signer
from answerable.signing.keys import SEED_BYTES, Algorithm
from answerable.values.errors import SettingsError

keys = typer.Typer(
    name="key",
    help="Make and show the keys that people sign with.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@keys.command()
def new(
    name: Annotated[str, typer.Argument(help="What signatures will call the key: one word, as ruth.okafor.")],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file for the secret key.")],
    witness: Annotated[
        bool, typer.Option("--witness", help="A key that cosigns other people's logs, with the time.")
    ] = False,
) -> None:
    """Make a key: the secret part into a file that only you can read, the public part printed."""
    algorithm = Algorithm.COSIGNATURE if witness else Algorithm.ED25519
    signer = new_signer(name, secrets.token_bytes(SEED_BYTES), algorithm)
    write_secret_key(output, signer)
    print(signer.verifier)  # noqa: T201


@keys.command()
def show(
    key: Annotated[str, typer.Argument(help="Where a secret key is: a file, env:NAME or vault:KEY.")],
    *,
    name: Annotated[
        str | None,
        typer.Option("--name", help="A vault's key has no name: the log's, as on its checkpoints."),
    ] = None,
) -> None:
    """Print the public part of a key, for others to know it by."""
    from answerable.apps.key_references import open_signing_key  # noqa: PLC0415 – start-up time

    def given_name() -> str:
        if name is None:
            raise SettingsError("a vault's key has no name of its own; give the log's with --name")
        return name

    print(open_signing_key(key, given_name).verifier)  # noqa: T201
