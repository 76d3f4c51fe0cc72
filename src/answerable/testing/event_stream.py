"""Server-sent events over ASGI, with an end that is always noticed.

Source: WHATWG HTML, section 9.2 "Server-sent events".
"""

from collections.abc import AsyncGenerator, Callable
from typing import Any

import msgspec
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

DONE = b"data: [DONE]\n\n"


def event(value: Any) -> bytes:
    """One event holding one JSON object."""
    return b"data: " + msgspec.json.encode(value) + b"\n\n"


class EventStream(StreamingResponse):
    """Sends what `source` yields, one write each, and closes it however the request ends.

    Starlette stops pulling when the client goes away, but leaves a generator
    that stands at a `yield` to the garbage collector; here its `finally` runs
    before the request is over. `at_end` is called after that.
    """

    def __init__(
        self,
        source: AsyncGenerator[bytes, None],
        *,
        at_end: Callable[[], None] | None = None,
        media_type: str | None = "text/event-stream",
    ) -> None:
        super().__init__(source, media_type=media_type, headers={"cache-control": "no-cache"})
        self._source = source
        self._at_end = at_end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._source.aclose()
            if self._at_end is not None:
                self._at_end()
