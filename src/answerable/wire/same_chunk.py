"""Most chunks of a stream differ from the one before in a single string. Read those without parsing them."""

import msgspec

_string = msgspec.json.Decoder(str)
_PROBE = b'"\\u0001 probe"'
_PROBED = "\x01 probe"


class ChunkMould:
    """The bytes of a chunk on both sides of its text.

    A chunk that has the same bytes around another string says the same in every
    other field, so only the string is new. Strict: what is between must be one
    whole JSON string, or the chunk does not fit.
    """

    __slots__ = ("_after", "_before", "_shortest", "choice")

    def __init__(self, choice: int, before: bytes, after: bytes) -> None:
        self.choice = choice
        self._before = before
        self._after = after
        self._shortest = len(before) + len(after) + 2

    def text(self, chunk: bytes) -> str | None:
        """The chunk's text, or None where it does not fit."""
        if len(chunk) < self._shortest or not (
            chunk.startswith(self._before) and chunk.endswith(self._after)
        ):
            return None
        try:
            return _string.decode(chunk[len(self._before) : -len(self._after)])
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None


class _Delta(msgspec.Struct):
    content: str


class _Choice(msgspec.Struct):
    index: int
    delta: _Delta


class _Chunk(msgspec.Struct):
    choices: list[_Choice]


_chunk = msgspec.json.Decoder(_Chunk)


def mould_of(chunk: bytes, choice: int, content: bytes) -> ChunkMould | None:
    """A mould from a chunk whose only text is `content` (raw JSON), or None where none can be had.

    The bytes of `content` may stand elsewhere in the chunk too, so the mould is
    tried with a probe: only where the probe comes out as the delta's content is
    it the right place.
    """
    place = chunk.find(content, chunk.find(b'"content"') + len(b'"content"'))
    if place < 0:
        return None
    before, after = chunk[:place], chunk[place + len(content) :]
    try:
        probed = _chunk.decode(before + _PROBE + after)
    except msgspec.DecodeError:
        return None
    if len(probed.choices) != 1 or probed.choices[0].delta.content != _PROBED:
        return None
    return ChunkMould(choice, before, after)
