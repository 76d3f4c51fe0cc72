"""The model's side of the wire."""

from collections.abc import AsyncIterator, Mapping
from typing import Protocol


class UpstreamReply(Protocol):
    """An answer that has begun: status 200, headers read, body still coming."""

    headers: Mapping[str, str]
    content_type: str

    def chunks(self) -> AsyncIterator[bytes]:
        """The body as it arrives. Raises UpstreamTimeout, UpstreamCut."""

    async def close(self) -> None:
        """Let go of the connection; the upstream sees us leave if it was still sending."""


class Upstream(Protocol):
    async def complete(self, body: bytes, headers: Mapping[str, str]) -> UpstreamReply:
        """Send a chat completion request.

        Raises UpstreamRefused for any status but 200, UpstreamUnreachable, UpstreamTimeout.
        """

    async def models(self, headers: Mapping[str, str]) -> tuple[int, str, bytes]:
        """Status, content type and body of the model list. Raises UpstreamError."""

    async def close(self) -> None: ...
