"""Notice a client that leaves, and stop what was being done for it."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from starlette.types import Receive


async def until_client_leaves(receive: Receive, work: Coroutine[Any, Any, None]) -> bool:
    """Do the work, or cancel it when the client disconnects. True where the work was finished.

    The work is always awaited to its end, so its own clean-up has run when this
    returns. Errors of the work are raised here.
    """
    task = asyncio.ensure_future(work)
    watch = asyncio.ensure_future(_disconnected(receive))
    try:
        await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
        finished = task.done()
    finally:
        watch.cancel()
        if not task.done():
            task.cancel()
        await asyncio.gather(task, watch, return_exceptions=True)
    if not task.cancelled():
        task.result()
    return finished


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
