"""The commands of `answerable tools`."""

from pathlib import Path
from typing import Annotated

import typer

from answerable.apps.ledger.options import LedgerOption

tools = typer.Typer(
    name="tools",
    help="The tool gate: an MCP server that decides every call before it is made.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

ToolgateOption = Annotated[
    Path | None, typer.Option("--toolgate", help="File of who may use which tools. [ANSWERABLE_TOOLGATE]")
]
ConnectorsOption = Annotated[
    Path | None, typer.Option("--connectors", help="File of the back ends. [ANSWERABLE_CONNECTORS]")
]
BundleOption = Annotated[
    Path | None, typer.Option("--bundle", help="Folder of the bundle to put in force. [ANSWERABLE_BUNDLE]")
]


@tools.command()
def serve(
    *,
    stdio: Annotated[
        bool, typer.Option("--stdio", help="Speak over stdin and stdout, for one workload.")
    ] = False,
    svid: Annotated[
        Path | None, typer.Option("--svid", help="With --stdio: the workload's JWT-SVID. [ANSWERABLE_SVID]")
    ] = None,
    toolgate: ToolgateOption = None,
    connectors: ConnectorsOption = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on. [ANSWERABLE_HOST]")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on. [ANSWERABLE_PORT]")] = None,
    ledger: LedgerOption = None,
    bundle: BundleOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Serve the back ends' tools over MCP. Every other setting is read from the environment."""
    from answerable.apps.serve import settings_for  # noqa: PLC0415 – start-up time
    from answerable.apps.toolgate.serving import run_tool_server  # noqa: PLC0415

    settings = settings_for(
        svid=svid,
        toolgate=toolgate,
        connectors=connectors,
        host=host,
        port=port,
        ledger=ledger,
        bundle=bundle,
    )
    run_tool_server(settings, stdio=stdio, as_json=as_json)


@tools.command("list")
def list_tools(
    *,
    toolgate: ToolgateOption = None,
    connectors: ConnectorsOption = None,
    bundle: BundleOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Print what the back ends offer: what is served as what, with its fingerprint, and what is left out and why."""
    from answerable.apps.serve import settings_for  # noqa: PLC0415 – start-up time
    from answerable.apps.toolgate.serving import print_tools  # noqa: PLC0415

    print_tools(settings_for(toolgate=toolgate, connectors=connectors, bundle=bundle), as_json=as_json)
