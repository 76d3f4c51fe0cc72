"""The tool gate over stdin and stdout: for the one workload whose credential lies with the gate.

The client is whoever started this program, and its word on who it is counts for nothing. The workload is proven by a
JWT-SVID (or another credential that a caller may show) in a file, read again for each message: whoever keeps it
fresh keeps the gate working, and once it is expired nothing more is done.

A line is bounded, and strictly read, before the protocol sees it.
"""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO, cast

import anyio
from mcp.server.stdio import stdio_server

from answerable.apps.gateway.customers import Customers
from answerable.apps.toolgate.gate import ToolGate
from answerable.apps.toolgate.server import Context, ToolServer
from answerable.identity import Workload
from answerable.ports.callers import Shown, WorkloadAuthenticator
from answerable.values.errors import NotAuthenticated, SettingsError
from answerable.values.strict_json import JsonError, read_json
from answerable.wire.limits import Limits

_LOG = logging.getLogger("answerable.tools")
_SESSION = "stdio"
_LARGEST_CREDENTIAL = 64 * 1024
_LOOK_SECONDS = 1.0
_REFRESH_EVERY = 30


class Credential:
    """A file with what proves the workload. Without one, the workload is whoever an open gate serves."""

    def __init__(self, callers: WorkloadAuthenticator, path: Path | None) -> None:
        self._callers, self._path = callers, path

    async def __call__(self, _: Context) -> tuple[Workload, str]:
        """The workload, as its credential proves it now. Raises NotAuthenticated."""
        return await self.workload(), _SESSION

    async def workload(self) -> Workload:
        """Raises NotAuthenticated."""
        shown = Shown() if self._path is None else Shown(f"Bearer {await asyncio.to_thread(self._read)}")
        return await self._callers.authenticate(shown)

    def _read(self) -> str:
        assert self._path is not None  # noqa: S101 – asked for only then
        try:
            with self._path.open("rb") as file:
                return file.read(_LARGEST_CREDENTIAL).decode("ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise NotAuthenticated("the workload's credential can't be read from its file") from error


class StrictLines:
    """Lines of a binary stream: the `stdin` of the protocol's server, which asks for text line by line.

    What is too long, or no JSON that can only be read in one way, becomes a line that is no JSON at all: the
    protocol answers it as such.
    """

    def __init__(self, stream: BinaryIO, most: int) -> None:
        self._stream, self._most = stream, most

    async def __aiter__(self) -> AsyncIterator[str]:
        while line := await anyio.to_thread.run_sync(self._line, abandon_on_cancel=True):
            yield line

    def _line(self) -> str:
        """Empty at the end."""
        line = self._stream.readline(self._most + 1)
        if len(line) > self._most:
            while line and not line.endswith(b"\n"):
                line = self._stream.readline(self._most)
            _LOG.warning("a line was refused: it is larger than %d bytes", self._most)
            return "\n"
        if not line or not line.strip():
            return "\n" if line else ""
        try:
            read_json(line)
        except JsonError as error:
            _LOG.warning("a line was refused: it %s", error)
            return "\n"
        return line.decode()


async def serve_stdio(
    gate: ToolGate,
    callers: WorkloadAuthenticator,
    credential: Path | None,
    customers: Customers | None = None,
    limits: Limits | None = None,
) -> None:
    """Serve until stdin ends. Raises SettingsError where the workload can't be proven to begin with."""
    who = Credential(callers, credential)
    try:
        await who.workload()
    except NotAuthenticated as error:
        raise SettingsError(f"nobody is served: {error}; ANSWERABLE_SVID names the file") from None
    server = ToolServer(gate, who, customers)
    await gate.catalogue.refresh()
    beside = [asyncio.create_task(callers.run()), asyncio.create_task(_look(gate, server))]
    lines = StrictLines(sys.stdin.buffer, (limits or Limits()).body_bytes)
    try:
        # It only iterates over its stdin.
        async with stdio_server(stdin=cast("anyio.AsyncFile[str]", lines)) as (read, write):
            await server.mcp.run(read, write, server.mcp.create_initialization_options())
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await gate.close()


async def _look(gate: ToolGate, server: ToolServer) -> None:
    beats = 0
    while True:
        beats += 1
        if beats % _REFRESH_EVERY == 0:
            await gate.catalogue.refresh()
        await server.changed()
        await asyncio.sleep(_LOOK_SECONDS)
