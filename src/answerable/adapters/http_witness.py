"""A witness over HTTP, as a log asks it: C2SP tlog-witness, `POST …/add-checkpoint`."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import aiohttp

from answerable.ledger.checkpoint import parse_checkpoint
from answerable.ledger.witness import Answer, read_cosignatures, request_cosignature
from answerable.signing import Note, Verifier
from answerable.values.errors import LedgerBroken, LedgerUnavailable, SignatureError

_MOST_ANSWER = 64 * 1024
_SECONDS = 10.0


class History(Protocol):
    """The log that a checkpoint is of."""

    def size(self) -> int:
        """How many entries it has by now."""

    def proof(self, old: int, new: int) -> Sequence[bytes]:
        """That it continued from `old` to `new` entries (RFC 9162 section 2.1.4)."""


class HttpWitness:
    """Asks one witness. Remembers the size that it has seen, which the witness tells when it differs."""

    def __init__(self, url: str, verifier: Verifier) -> None:
        self._url = url.rstrip("/") + "/add-checkpoint"
        self.verifier = verifier
        self._seen = 0

    @property
    def name(self) -> str:
        return self.verifier.name

    async def cosign(self, note: Note, history: History) -> Note:
        """The note with the witness's cosignature.

        Raises LedgerUnavailable where the witness can't be asked or has cosigned a later
        checkpoint by now, LedgerBroken where it has seen another history: more entries than
        there are, or different ones.
        """
        size = parse_checkpoint(note.text).size
        status, body = await self._ask(note, size, history)
        if status == Answer.CONFLICT:
            self._seen = await self._told(body, size, history)
            status, body = await self._ask(note, size, history)
        # Now a witness answers that with NOT_CONSISTENT; earlier versions of the protocol had it so.
        if status == Answer.CONFLICT and _size(body) == self._seen == size:
            raise LedgerBroken(f"the witness '{self.name}' has seen another log of {size} entries")
        if status == Answer.COSIGNED:
            found = self._read(body, note)
            self._seen = size
            return found
        told = body[:200].decode(errors="replace").strip()
        if status == Answer.NOT_CONSISTENT:
            raise LedgerBroken(f"the witness '{self.name}' has seen entries that are not in this log: {told}")
        raise LedgerUnavailable(f"the witness '{self.name}' answered with status {status}: {told}")

    async def _ask(self, note: Note, size: int, history: History) -> tuple[int, bytes]:
        old = min(self._seen, size)
        shown = await asyncio.to_thread(history.proof, old, size)
        return await self._post(request_cosignature(note, old, shown))

    async def _told(self, body: bytes, size: int, history: History) -> int:
        """The size that the witness has seen. Raises as `cosign` does where that is beyond this checkpoint."""
        seen = _size(body)
        if seen <= size:
            return seen
        there = await asyncio.to_thread(history.size)
        if seen > there:
            raise LedgerBroken(
                f"the witness '{self.name}' has seen {seen} entries of this log, and there are {there}: "
                "it was cut off or restored from an older copy"
            )
        # Another process that shares the ledger was quicker; what it had cosigned covers this one.
        raise LedgerUnavailable(
            f"the witness '{self.name}' has already cosigned a later checkpoint, of {seen}"
        )

    async def _post(self, content: bytes) -> tuple[int, bytes]:
        timeout = aiohttp.ClientTimeout(total=_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(self._url, data=content, allow_redirects=False) as answer,
            ):
                body = bytearray()
                async for piece in answer.content.iter_any():
                    body += piece
                    if len(body) > _MOST_ANSWER:
                        raise LedgerUnavailable(f"the witness '{self.name}' answered with too much")
                return answer.status, bytes(body)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise LedgerUnavailable(f"the witness '{self.name}' can't be reached: {error}") from error

    def _read(self, body: bytes, note: Note) -> Note:
        try:
            return read_cosignatures(body, note, self.verifier)
        except SignatureError as error:
            raise LedgerUnavailable(str(error)) from error


def _size(body: bytes) -> int:
    text = body.strip()
    return int(text) if text.isdigit() and len(text) < 20 else 0  # noqa: PLR2004 – digits of any size there is
