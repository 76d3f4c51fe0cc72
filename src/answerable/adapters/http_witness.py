"""A witness over HTTP, as a log asks it: C2SP tlog-witness, `POST …/add-checkpoint`."""

import asyncio
from collections.abc import Callable, Sequence

import aiohttp

from answerable.ledger.checkpoint import parse_checkpoint
from answerable.ledger.witness import Answer, read_cosignatures, request_cosignature
from answerable.signing import Note, Verifier
from answerable.values.errors import LedgerBroken, LedgerUnavailable, SignatureError

_MOST_ANSWER = 64 * 1024
_SECONDS = 10.0

Proof = Callable[[int, int], Sequence[bytes]]


class HttpWitness:
    """Asks one witness. Remembers the size that it has seen, which the witness tells when it differs."""

    def __init__(self, url: str, verifier: Verifier) -> None:
        self._url = url.rstrip("/") + "/add-checkpoint"
        self._verifier = verifier
        self._seen = 0

    @property
    def name(self) -> str:
        return self._verifier.name

    async def cosign(self, note: Note, proof: Proof) -> Note:
        """The note with the witness's cosignature.

        Raises LedgerUnavailable where the witness can't be asked, LedgerBroken where it has
        seen another history: more entries than there are, or different ones.
        """
        size = parse_checkpoint(note.text).size
        status, body = await self._ask(note, size, proof)
        if status == Answer.CONFLICT:
            self._seen = self._told(body, size)
            status, body = await self._ask(note, size, proof)
        if status == Answer.COSIGNED:
            found = self._read(body, note)
            self._seen = size
            return found
        told = body[:200].decode(errors="replace").strip()
        if status == Answer.NOT_CONSISTENT:
            raise LedgerBroken(f"the witness '{self.name}' has seen entries that are not in this log: {told}")
        raise LedgerUnavailable(f"the witness '{self.name}' answered with status {status}: {told}")

    async def _ask(self, note: Note, size: int, proof: Proof) -> tuple[int, bytes]:
        old = min(self._seen, size)
        shown = await asyncio.to_thread(proof, old, size)
        return await self._post(request_cosignature(note, old, shown))

    def _told(self, body: bytes, size: int) -> int:
        """The size that the witness has seen. Raises LedgerBroken where this log can't be what it saw."""
        seen = _size(body)
        if seen > size:
            raise LedgerBroken(
                f"the witness '{self.name}' has seen {seen} entries of this log, and there are {size}: "
                "it was cut off or restored from an older copy"
            )
        if seen == self._seen == size:
            raise LedgerBroken(f"the witness '{self.name}' has seen another log of {size} entries")
        return seen

    async def _post(self, content: bytes) -> tuple[int, bytes]:
        timeout = aiohttp.ClientTimeout(total=_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(self._url, data=content, allow_redirects=False) as answer,
            ):
                return answer.status, await answer.content.read(_MOST_ANSWER)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise LedgerUnavailable(f"the witness '{self.name}' can't be reached: {error}") from error

    def _read(self, body: bytes, note: Note) -> Note:
        try:
            return read_cosignatures(body, note, self._verifier)
        except SignatureError as error:
            raise LedgerUnavailable(str(error)) from error


def _size(body: bytes) -> int:
    text = body.strip()
    return int(text) if text.isdigit() and len(text) < 20 else 0  # noqa: PLR2004 – digits of any size there is
