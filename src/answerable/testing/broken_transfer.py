"""Responses whose transfer breaks, and bytes cut where nobody expects it. ASGI has no word for either."""

from collections.abc import Iterable, Iterator

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_CONTINUATION = 0b1000_0000
"""The high bits of every byte of a UTF-8 character but the first (RFC 3629 section 3)."""


class CutResponse(Response):
    """Starts to send, then closes the connection: the client sees an incomplete transfer.

    Without `length` the body is chunked, and its last chunk never comes; with it
    a Content-Length is announced that the body does not reach. A server closes
    the connection of an app that returns before it finished its answer.
    """

    def __init__(self, parts: Iterable[bytes], media_type: str, length: int | None = None) -> None:
        super().__init__(media_type=media_type)
        del self.headers["content-length"]
        if length is not None:
            self.headers["content-length"] = str(length)
        self._parts = list(parts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  ASGI's
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        for part in self._parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})


def shards(data: bytes, size: int) -> Iterator[bytes]:
    """`data` in pieces of at most `size` bytes, with a cut inside every multi-byte UTF-8 character."""
    start = 0
    for at in range(1, len(data)):
        inside_character = data[at] & 0b1100_0000 == _CONTINUATION
        if inside_character or at - start == size:
            yield data[start:at]
            start = at
    yield data[start:]
