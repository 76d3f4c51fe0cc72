"""Server-sent events, read from bytes cut anywhere (WHATWG HTML, section 9.2).

Only `data` matters to this protocol; comments, `id`, `retry` and `event` are
passed over. All three line endings, a byte order mark and several `data` lines
in one event are read as the specification says.
"""

from answerable.values.errors import UpstreamMalformed

DONE = b"[DONE]"
_MARK = b"\xef\xbb\xbf"


class EventReader:
    """Feed bytes, get the data of each whole event. Linear in the bytes, however they are cut.

    Raises UpstreamMalformed where one event grows past `limit` bytes: a stream
    that never ends an event must not fill the memory.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._line: list[bytes] = []
        """The line that has begun, in the pieces it came in."""
        self._data: list[bytes] = []
        self._held = 0
        self._turned = False
        """Did the last chunk end in a carriage return? A line feed may still belong to it."""
        self._start = b""
        self._started = False

    def feed(self, chunk: bytes) -> list[bytes]:
        """The data of every event that is whole now, in order."""
        chunk = self._unmarked(chunk)
        if self._turned or b"\r" in chunk:
            chunk = self._with_line_feeds(chunk)
        if b"\n" not in chunk:
            self._hold(chunk, self._line)
            return []
        first, *lines = chunk.split(b"\n")
        if self._line:
            first = b"".join([*self._line, first])
            self._line = []
        lines.insert(0, first)
        rest = lines.pop()
        found: list[bytes] = []
        for line in lines:
            if line.startswith(b"data: "):
                self._held += len(line)
                if self._held > self._limit:
                    raise self._too_large()
                self._data.append(line[6:])
            elif line:
                field, _, value = line.partition(b":")
                if field == b"data":
                    self._hold(value, self._data)
            else:
                if self._data:
                    found.append(self._data[0] if len(self._data) == 1 else b"\n".join(self._data))
                    self._data = []
                self._held = 0
        if rest:
            self._hold(rest, self._line)
        return found

    def _hold(self, piece: bytes, pieces: list[bytes]) -> None:
        self._held += len(piece)
        if self._held > self._limit:
            raise self._too_large()
        pieces.append(piece)

    def _too_large(self) -> UpstreamMalformed:
        return UpstreamMalformed(f"the upstream sent an event of more than {self._limit} bytes")

    def _with_line_feeds(self, chunk: bytes) -> bytes:
        """The chunk with every line ending as a line feed; a carriage return at its end waits."""
        if self._turned:
            chunk = b"\n" + chunk.removeprefix(b"\n")
        self._turned = chunk.endswith(b"\r")
        if self._turned:
            chunk = chunk[:-1]
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _unmarked(self, chunk: bytes) -> bytes:
        """The chunk without the byte order mark that may open a stream."""
        if self._started:
            return chunk
        self._start += chunk
        if len(self._start) < len(_MARK) and _MARK.startswith(self._start):
            return b""
        self._started = True
        return self._start.removeprefix(_MARK)


def event(data: bytes) -> bytes:
    """Write one event of JSON. A line break in JSON is white space, and would end the event's line here."""
    if b"\n" in data or b"\r" in data:
        data = data.replace(b"\r", b" ").replace(b"\n", b" ")
    return b"data: " + data + b"\n\n"
