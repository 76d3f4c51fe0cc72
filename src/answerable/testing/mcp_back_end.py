"""An MCP server that goes wrong as it is told, and counts how often each call was really done.

It is a program of its own, so that it can die like one; what it does it writes into a folder.

    back_end = McpFolder(folder)
    back_end.fault("refund_order", McpFault.DIE_DONE)       # the next call
    back_end.done("k-1")
    python -m answerable.testing.mcp_back_end FOLDER [PORT]  stdio, or Streamable HTTP on that port
    python -m answerable.testing.mcp_back_end FOLDER text    stdio: tools as functions, which return text and values
"""

import asyncio
import json
import os
import sys
from enum import Enum
from pathlib import Path
from typing import Any

import mcp_types as types
import uvicorn
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.mcpserver import MCPServer
from mcp.server.stdio import stdio_server

KEY = "answerable/idempotency-key"
_HUGE = 1 << 20
_WITH_PORT = 3


class McpFault(Enum):
    """What goes wrong. Those that end in DONE do it first."""

    REFUSED = "isError: it may not be"
    UNKNOWN = "an error of the protocol: invalid params"
    FAILED = "an error of the protocol: internal"
    FAILED_DONE = "an error of the protocol: internal, and it is done"
    DIE = "the program ends"
    DIE_DONE = "the program ends, and it is done"
    SLOW = "no answer"
    SLOW_DONE = "no answer, and it is done"
    HUGE_DONE = "an answer larger than may be"
    ECHO_DONE = "an answer with its credential"
    ECHO_REFUSED = "isError with the same"

    @property
    def does_it(self) -> bool:
        return self.name.endswith("DONE")


class McpFolder:
    """Faults to come, and what was done: the same for whoever opens the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def fault(self, tool: str, *faults: McpFault) -> None:
        """What goes wrong with the next calls of a tool."""
        (self.folder / f"{tool}.faults").write_text("\n".join(one.name for one in faults))

    def done(self, key: str) -> int:
        """How often the act of that key was really done."""
        path = self.folder / "done"
        return path.read_text().splitlines().count(json.dumps(key)) if path.exists() else 0

    @property
    def arguments(self) -> list[Any]:
        """Those of every call, as they came."""
        path = self.folder / "arguments"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def next_fault(self, tool: str) -> McpFault | None:
        path = self.folder / f"{tool}.faults"
        names = path.read_text().split() if path.exists() else []
        if not names:
            return None
        path.write_text("\n".join(names[1:]))
        return McpFault[names[0]]

    def write(self, name: str, value: object) -> None:
        with (self.folder / name).open("a") as file:
            file.write(json.dumps(value) + "\n")
            file.flush()
            os.fsync(file.fileno())


def mcp_server(folder: McpFolder) -> Server[Any]:
    """The server: one tool, `refund_order`."""

    async def list_tools(_: ServerRequestContext[Any], __: object) -> types.ListToolsResult:
        tool = types.Tool(name="refund_order", description="Pay money back.", input_schema={"type": "object"})
        return types.ListToolsResult(tools=[tool])

    async def call(
        context: ServerRequestContext[Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        fault = folder.next_fault(params.name)
        key = str((context.meta or {}).get(KEY, ""))
        folder.write("arguments", params.arguments)
        if fault is None or fault.does_it:
            folder.write("done", key)
        heard = dict(context.request.headers) if context.request else {"TOKEN": os.environ.get("TOKEN")}
        match fault:
            case McpFault.REFUSED:
                return _result({"error": "not that one"}, is_error=True)
            case McpFault.UNKNOWN:
                raise _mcp_error(types.INVALID_PARAMS)
            case McpFault.FAILED | McpFault.FAILED_DONE:
                raise _mcp_error(types.INTERNAL_ERROR)
            case McpFault.DIE | McpFault.DIE_DONE:
                os._exit(1)
            case McpFault.SLOW | McpFault.SLOW_DONE:
                await asyncio.sleep(3600)
            case McpFault.HUGE_DONE:
                return _result({"a": "x" * _HUGE})
            case McpFault.ECHO_DONE | McpFault.ECHO_REFUSED:
                return _result(heard, is_error=fault is McpFault.ECHO_REFUSED)
            case None:
                pass
        return _result({"status": "success", "key": key})

    return Server("back end", on_list_tools=list_tools, on_call_tool=call)


def text_server() -> MCPServer:
    """A server whose tools are functions, as most are written: the library makes schemas and structured answers."""
    server = MCPServer("functions")

    @server.tool()
    def get_order(order_id: str) -> str:
        """An order, as JSON in a text."""
        return json.dumps({"order_id": order_id, "total": 45.5})

    @server.tool()
    def tell(text: str) -> str:
        """The text."""
        return text

    @server.tool()
    def wrap(text: str) -> dict[str, str]:
        """An object that has a 'result' by itself."""
        return {"result": text}

    @server.tool()
    def many() -> list[str]:
        """Several texts."""
        return ["a", "b"]

    return server


def _result(value: object, *, is_error: bool = False) -> types.CallToolResult:
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=json.dumps(value))], is_error=is_error
    )


def _mcp_error(code: int) -> Exception:
    from mcp.shared.exceptions import MCPError  # noqa: PLC0415

    return MCPError(code, "no")


async def _stdio(server: Server[Any]) -> None:
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


def main() -> None:
    """Run it."""
    folder = McpFolder(Path(sys.argv[1]))
    (folder.folder / "pid").write_text(str(os.getpid()))
    server = mcp_server(folder)
    if sys.argv[2:] == ["text"]:
        asyncio.run(text_server().run_stdio_async())
        return
    if len(sys.argv) < _WITH_PORT:
        asyncio.run(_stdio(server))
        return
    uvicorn.run(server.streamable_http_app(), port=int(sys.argv[2]), log_level="critical", ws="none")


if __name__ == "__main__":
    main()
