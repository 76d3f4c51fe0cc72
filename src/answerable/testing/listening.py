"""A server of one's own protocol, written by hand, on a thread: for simulators that have to hang up at any point."""

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextmanager
def listening(handler: Handler, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Yield the port on 127.0.0.1; afterwards nobody listens there. Each connection is one call of `handler`."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="listening", daemon=True)
    thread.start()

    calls: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 – it runs
        calls.add(task)
        try:
            await handler(reader, writer)
        except (OSError, EOFError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass  # whoever called has gone
        finally:
            calls.discard(task)
            writer.transport.abort()

    async def start() -> asyncio.Server:
        return await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)

    server = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        port: int = server.sockets[0].getsockname()[1]
        yield port
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server, calls), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _stop(server: asyncio.Server, calls: set["asyncio.Task[None]"]) -> None:
    # First nobody more is let in, and whoever was let in just now gets as far as a call: of a server that is
    # closed between the two, the loop forgets the connection.
    for listener in server.sockets:
        asyncio.get_running_loop().remove_reader(listener.fileno())
    await _turns()
    server.close()
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        for task in list(calls):
            task.cancel()
        await asyncio.wait(others, timeout=0.05)
        await _turns()


async def _turns() -> None:
    """Let the loop do what it has to do next, and what follows from that."""
    for _ in range(10):
        await asyncio.sleep(0)
