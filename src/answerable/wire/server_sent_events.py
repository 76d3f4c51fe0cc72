"""Server-sent events, read from bytes cut anywhere (WHATWG HTML, section 9.2).

Only `data` matters to this protocol; comments, `id`, `retry` and `event` are
passed over. All three line endings, a byte order mark and several `data` lines
in one event are read as the specification says.
"""

from answerable.values.errors import UpstreamMalformed

DONE = b"[DONE]"
_MARK = b"\xef\xbb\xbf"


class EventReader:
    """Feed bytes, get the data of each whole event.

    Raises UpstreamMalformed where one event grows past `limit` bytes: a stream
    that never ends an event must not fill the memory.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer = bytearray()
        self._searched = 0
        self._data: list[bytes] = []
        self._size = 0
        self._first = True

    def feed(self, chunk: bytes) -> list[bytes]:
        """The data of every event that is whole now, in order."""
        self._buffer += chunk
        if self._first and len(self._buffer) >= len(_MARK):
            self._first = False
            if self._buffer.startswith(_MARK):
                del self._buffer[: len(_MARK)]
        found: list[bytes] = []
        start = 0
        while (end := self._line_end(start)) is not None:
            line_end, start_next = end
            self._line(bytes(self._buffer[start:line_end]), found)
            start = start_next
        del self._buffer[:start]
        if len(self._buffer) + self._size > self._limit:
            raise UpstreamMalformed(f"the upstream sent an event of more than {self._limit} bytes")
        return found

    def _line_end(self, start: int) -> tuple[int, int] | None:
        """Where the line from `start` ends and the next begins; None where that is not certain yet."""
        feed = self._buffer.find(b"\n", max(start, self._searched))
        turn = self._buffer.find(b"\r", max(start, self._searched), feed if feed >= 0 else len(self._buffer))
        if turn >= 0:
            if turn + 1 == len(self._buffer):
                self._searched = 0
                return None  # a line feed may follow in the next chunk
            return turn, turn + (2 if self._buffer[turn + 1 : turn + 2] == b"\n" else 1)
        if feed >= 0:
            return feed, feed + 1
        # The next call deletes what came before `start`, so search on from the remainder's end.
        self._searched = len(self._buffer) - start
        return None

    def _line(self, line: bytes, found: list[bytes]) -> None:
        self._searched = 0
        if not line:
            if self._data:
                found.append(b"\n".join(self._data))
                self._data, self._size = [], 0
            return
        field, _, value = line.partition(b":")
        if field == b"data":
            self._data.append(value.removeprefix(b" "))
            self._size += len(value)
            if self._size > self._limit:
                raise UpstreamMalformed(f"the upstream sent an event of more than {self._limit} bytes")

    @property
    def unfinished(self) -> bool:
        """Did the stream stop inside an event?"""
        return bool(self._data) or bool(self._buffer.strip())


def event(data: bytes) -> bytes:
    """Write one event."""
    return b"data: " + data + b"\n\n"
