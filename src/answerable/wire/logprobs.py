"""Token log-probabilities carry the tokens' text, so they may leave only with the lines they belong to."""

from collections import deque
from typing import Any

import msgspec


class Token(msgspec.Struct):
    token: str
    bytes: list[int] | None = None


_token = msgspec.json.Decoder(Token)
_tokens = msgspec.json.Decoder(list[msgspec.Raw])


class LogprobTrack:
    """The log-probabilities of one text, laid along its UTF-8 bytes.

    Tokens don't end where lines end. A token leaves once every line it touches
    has been released as it was written; one that touches a replaced line never
    leaves. Where the tokens don't add up to the text, none leaves any more: a
    token out of place could show what was withheld.
    """

    def __init__(self) -> None:
        self._tokens: deque[tuple[int, int, msgspec.Raw]] = deque()
        self._arrived = 0
        self._text = 0
        self._decided = 0
        self._replaced_to = 0
        self._sound = True

    def add(self, raw: msgspec.Raw | None, text: str) -> None:
        """Take the tokens that came with a piece of text (None where none came)."""
        self._text += len(text.encode("utf-8", "surrogatepass"))
        if raw is None or bytes(raw) == b"null":
            return
        for one in _tokens.decode(raw):
            token = _token.decode(one)
            length = len(token.token.encode()) if token.bytes is None else len(token.bytes)
            self._tokens.append((self._arrived, self._arrived + length, one))
            self._arrived += length

    def release(self, text: str, *, verbatim: bool) -> list[Any]:
        """The tokens that may leave now that the next `text` of the reply was decided."""
        start = self._decided
        self._decided += len(text.encode("utf-8", "surrogatepass"))
        if not verbatim:
            self._replaced_to = self._decided
        if self._arrived != self._text:
            self._sound = False
        leaving: list[Any] = []
        while self._tokens and self._tokens[0][1] <= self._decided:
            first, _, raw = self._tokens.popleft()
            touches_replaced = first < self._replaced_to
            if self._sound and not touches_replaced and (verbatim or first >= start):
                leaving.append(raw)
        return leaving
