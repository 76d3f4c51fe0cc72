"""`answerable shop`: run the example shop, or print its OpenAPI document."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from answerable.values.errors import SettingsError

shop = typer.Typer(
    name="shop",
    help="The example shop: a back end whose acts need grants.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_URL = "http://127.0.0.1:9000"


@shop.command()
def serve(
    *,
    database: Annotated[
        str, typer.Option("--database", help="A file, or postgresql://…; made and furnished if empty.")
    ] = "var/shop.db",
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 9000,
    audience: Annotated[str | None, typer.Option(help="What grants call it; its URL if left out.")] = None,
    url: Annotated[
        str | None, typer.Option(help="Where callers find it, if that is not its audience.")
    ] = None,
    issuer: Annotated[str | None, typer.Option(help="Who issues the grants: a URL.")] = None,
    issuer_key: Annotated[
        str | None,
        typer.Option(help="The bearer token to ask the issuer with: a file, env:NAME or vault:PATH/FIELD."),
    ] = None,
    reader_key: Annotated[
        str | None, typer.Option(help="The bearer token that reads need, kept likewise; none if left out.")
    ] = None,
    insecure_without_grants: Annotated[
        bool, typer.Option("--insecure-without-grants", help="Do acts for whoever asks.")
    ] = False,
) -> None:
    """Serve the shop until told to stop."""
    import uvicorn  # noqa: PLC0415 – start-up time

    from answerable.adapters.connectors.urls import is_loopback  # noqa: PLC0415
    from answerable.apps.key_references import open_secrets  # noqa: PLC0415
    from answerable.apps.shop.app import create_shop  # noqa: PLC0415
    from answerable.apps.shop.database import shop_database  # noqa: PLC0415
    from answerable.backends import HttpAuthority  # noqa: PLC0415

    if (issuer is None) != insecure_without_grants:
        raise SettingsError(
            "an act needs a grant: name who issues them with --issuer and --issuer-key, or say "
            "--insecure-without-grants"
        )
    secrets = open_secrets(os.environ)
    key = secrets.at(reader_key, Path())() if reader_key else None
    if not is_loopback(host) and (insecure_without_grants or key is None):
        raise SettingsError(
            f"'{host}' can be reached from other machines: that needs --issuer and --reader-key"
        )
    authority = None
    if issuer is not None:
        if issuer_key is None:
            raise SettingsError("the issuer is asked with a token: name where it is kept with --issuer-key")
        token = secrets.at(issuer_key, Path())
        token()  # what can't be read is said now, and not when the first act comes
        authority = HttpAuthority(issuer, lambda: f"Bearer {token()}")
    own = audience or f"http://{host}:{port}"
    app = create_shop(shop_database(database), own, authority, base_url=url, reader_key=key)
    print(f"Larkfield listens at http://{host}:{port}", file=sys.stderr, flush=True)  # noqa: T201
    uvicorn.run(
        app, host=host, port=port, log_level="warning", access_log=False, server_header=False,
        proxy_headers=False, ws="none",
    )  # fmt: skip


@shop.command()
def openapi(
    url: Annotated[str, typer.Option(help="Where the shop is.")] = _URL,
) -> None:
    """Print the shop's OpenAPI document, to try the openapi connector on."""
    from answerable.apps.shop.tools import openapi as document  # noqa: PLC0415 – start-up time

    print(json.dumps(document(url), indent=2))  # noqa: T201
