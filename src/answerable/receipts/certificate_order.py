"""The certificates of a timestamp in the order of DER.

CMS lets an authority write them in any order (RFC 5652 section 5.1: SignedData may be BER), and
many do; the library that reads timestamps takes only the order of DER (X.690 section 11.6). The
set is not signed, so to sort it changes nothing that is.
"""

from collections.abc import Iterator

_SEQUENCE, _OWN = 0x30, 0xA0
_PATH = ((_SEQUENCE, 0), (_SEQUENCE, 1), (_OWN, 1), (_SEQUENCE, 0), (_OWN, 3))
"""From the reply to the set: each step's tag, and its place in the one before (RFC 3161 section 2.4.2)."""
_MOST_LENGTH_BYTES = 3


def in_order(reply: bytes) -> bytes:
    """The reply with the certificates of its token sorted; as it is where they are not found."""
    start, end = 0, len(reply)
    try:
        for tag, place in _PATH:
            found = list(_parts(reply, start, end))[place]
            if reply[found[0]] != tag:
                return reply
            start, end = found[1:]
        certificates = sorted(reply[first:last] for first, _, last in _parts(reply, start, end))
    except IndexError:
        return reply
    return reply[:start] + b"".join(certificates) + reply[end:]


def _parts(raw: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Where each value between the two begins, where its content does, and where it ends. Raises IndexError."""
    while start < end:
        content, length = start + 2, raw[start + 1]
        if length & 0x80:
            count = length & 0x7F
            if not 1 <= count <= _MOST_LENGTH_BYTES:
                raise IndexError(start)
            length = int.from_bytes(raw[content : content + count], "big")
            content += count
        if content + length > end:
            raise IndexError(start)
        yield start, content, content + length
        start = content + length
