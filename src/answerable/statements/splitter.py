"""Cuts a reply into statements while it is still being written.

A statement is returned as soon as no further text could change its end. What
is decided, and at which character, depends on the text alone and never on how
it was cut into deltas: live, streamed or re-audited, a reply gives the same
statements.
"""

from typing import Final

from answerable.statements import boundaries
from answerable.statements.lines import INVISIBLE, LISTS, NEWLINES, Mark, read_mark
from answerable.statements.outline import Opening, Outline
from answerable.statements.statement import Shape, Statement

# Where the scan stands.
_LEAD: Final = 0  # between two statements
_TEXT: Final = 1  # inside one
_CLOSING: Final = 2  # behind a terminator, at its closing marks
_GAP: Final = 3  # behind a possible end, at the white space after it
_DONE: Final = 4

_TAB = 4
_BLANK_LINE = 2
_WHOLE_LINES = frozenset({Shape.ROW, Shape.HEADING, Shape.CODE})


def split(text: str, *, limit: int = 2000) -> list[Statement]:
    """Cut a whole reply into its statements. See `Splitter`."""
    splitter = Splitter(limit=limit)
    return splitter.feed(text) + splitter.finish()


class Splitter:
    """Takes text deltas in and gives statements out, none of them ever taken back.

    A sentence is certain at the next visible character behind its end (after an
    abbreviation: the next word); a blank line settles what stands above it.
    Work is linear in the text and memory bounded by `limit`, the most
    characters that a statement's text or lead may have. Longer ones come in
    pieces of exactly `limit` characters, text pieces flagged `overlong`.

    Raises ValueError for a limit below 1 and for text after `finish`.
    """

    def __init__(self, *, limit: int = 2000) -> None:
        if limit < 1:
            raise ValueError(f"limit must be at least 1, not {limit}")
        self._limit = limit
        self._buffer = ""  # what was taken in and not yet returned
        self._base = 0  # the buffer's offset in the reply
        self._ordinal = 0
        self._outline = Outline()
        # Offsets in the buffer.
        self._from = 0  # the lead starts here
        self._start = 0  # the text starts here
        self._at = 0  # scanned up to here
        self._full = 0  # the text may not go beyond
        self._stop = 0  # first terminator of the possible end
        self._end = 0  # the possible end
        # The line, while in its lead.
        self._state: int = _LEAD
        self._at_line_start = True
        self._breaks = 0
        self._returned = False  # the last character was CR
        self._indent = 0
        self._mark = Mark.NONE
        # The statement, while in its text.
        self._shape = Shape.SENTENCE
        self._over: str | None = None
        self._opens_line = True
        self._overlong = False
        self._terminated = False
        self._spaced = False
        self._newlines = 0
        self._find = boundaries.find_edge

    @property
    def pending(self) -> str:
        """Text taken in and not yet returned: a lead and what there is of its text."""
        return self._buffer

    def feed(self, delta: str) -> list[Statement]:
        """Take in the next piece of the reply; return the statements that are now certain."""
        # Most tokens stand inside a sentence and end nothing.
        if self._state == _TEXT and self._find(delta) is None:
            buffer = self._buffer + delta
            if len(buffer) <= self._full:
                self._buffer = buffer
                return []
        if self._state == _DONE:
            raise ValueError("text was fed after the reply was finished")
        self._buffer += delta
        return self._advance(final=False)

    def finish(self) -> list[Statement]:
        """Return the statements that the end of the reply makes certain."""
        if self._state == _DONE:
            return []
        found = self._advance(final=True)
        self._state = _DONE
        return found

    def _advance(self, *, final: bool) -> list[Statement]:
        found: list[Statement] = []
        moved = True
        while moved:
            state = self._state
            if state == _TEXT:
                moved = self._read_text(found, final=final)
            elif state == _LEAD:
                moved = self._read_lead(found, final=final)
            elif state == _CLOSING:
                moved = self._read_closing(found, final=final)
            else:
                moved = self._read_gap(found, final=final)
        shift = self._from
        if shift:
            self._buffer = self._buffer[shift:]
            self._base += shift
            self._from = 0
            self._start -= shift
            self._at -= shift
            self._full -= shift
            self._stop -= shift
            self._end -= shift
        return found

    # Each reader takes the scan as far as the text at hand allows. True: the
    # state has changed, go on from there. False: more text is needed.

    def _read_lead(self, found: list[Statement], *, final: bool) -> bool:
        buffer = self._buffer
        size = len(buffer)
        at = self._at
        while at < size:
            char = buffer[at]
            if char in NEWLINES:
                self._breaks += not (char == "\n" and self._returned)
                self._returned = char == "\r"
                self._at_line_start = True
                self._indent = 0
                self._mark = Mark.NONE
                at += 1
                continue
            self._returned = False
            if char.isspace() or char in INVISIBLE:
                if self._mark is Mark.NONE:
                    self._indent += _TAB - self._indent % _TAB if char == "\t" else 1
                at += 1
                continue
            mark, length = Mark.NONE, 0
            if self._at_line_start and not self._outline.fenced and self._mark is not Mark.HEADING:
                mark, length = read_mark(buffer, at, final=final)
                if mark is Mark.WAIT:
                    break
            if length:
                at += length
                if mark is Mark.QUOTE:
                    self._indent = 0
                elif self._mark not in LISTS:
                    self._mark = mark
                continue
            self._at = at
            self._give_lead(found, at)
            self._begin(at, mark)
            return True
        self._at = at
        self._give_lead(found, at)
        if final and at > self._from:
            self._give(found, at, at, Shape.BLANK)
        return False

    def _read_text(self, found: list[Statement], *, final: bool) -> bool:
        buffer = self._buffer
        full = self._full
        edge = self._find(buffer, self._at, full + 1)
        if edge is None:
            if len(buffer) > full:
                return self._cut(found)
            self._at = len(buffer)
            if final:
                return self._close(found, self._text_end(self._at), ends_line=True)
            return False
        at = edge.start()
        if buffer[at] not in NEWLINES:
            if at == full:
                return self._cut(found)
            self._stop = at
            self._at = at + 1
            self._state = _CLOSING
            return self._read_closing(found, final=final)
        end = self._text_end(at)
        if self._shape in _WHOLE_LINES or boundaries.ends_in_colon(buffer, self._start, end):
            return self._close(found, end, ends_line=True)
        self._terminated = False
        self._enter_gap(at, end)
        return self._read_gap(found, final=final)

    def _read_closing(self, found: list[Statement], *, final: bool) -> bool:
        closing = boundaries.match_closing(self._buffer, self._at, self._full + 1)
        at = closing.end() if closing else self._at
        if at > self._full:
            return self._cut(found)
        self._at = at
        if at == len(self._buffer) and not final:
            return False
        self._terminated = True
        self._enter_gap(at, at)
        return self._read_gap(found, final=final)

    def _enter_gap(self, at: int, end: int) -> None:
        self._at = at
        self._end = end
        self._spaced = False
        self._newlines = 0
        self._state = _GAP

    def _read_gap(self, found: list[Statement], *, final: bool) -> bool:
        buffer = self._buffer
        size = len(buffer)
        at = self._at
        while at < size:
            char = buffer[at]
            if char.isspace():
                self._spaced = True
                if char in NEWLINES and not (char == "\n" and buffer[at - 1] == "\r"):
                    self._newlines += 1
                    if self._settled_by_newline():
                        return self._close(found, self._end, ends_line=True)
            elif char not in INVISIBLE:
                break
            at += 1
            if at > self._full:
                # No sentence goes on behind this much white space.
                return self._close(found, self._end, ends_line=self._newlines > 0)
        self._at = at
        if at == size:
            return self._close(found, self._end, ends_line=True) if final else False
        stop = max(self._stop, self._start)
        if self._newlines:
            before = stop if self._terminated else None
            ends = boundaries.ends_over_newline(buffer, self._start, before, at, final=final)
        else:
            ends = boundaries.ends_before(
                buffer, self._start, stop, self._end, at, spaced=self._spaced, final=final
            )
        if ends is None:
            return False
        if not ends:
            self._state = _TEXT
            return True
        self._close(found, self._end, ends_line=self._newlines > 0)
        if not self._newlines:
            # The same line goes on: the gap just read is the next sentence's lead.
            self._begin(at, Mark.NONE)
        return True

    def _settled_by_newline(self) -> bool:
        if self._newlines == _BLANK_LINE:
            return True
        return self._terminated and boundaries.ends_at_newline(
            self._buffer, self._start, max(self._stop, self._start), self._end
        )

    def _text_end(self, at: int) -> int:
        """Leave trailing white space to the next lead."""
        return self._start + len(self._buffer[self._start : at].rstrip())

    def _begin(self, at: int, mark: Mark) -> None:
        """Start a statement's text."""
        self._state = _TEXT
        self._start = self._at = at
        self._full = at + self._limit
        self._opens_line = self._at_line_start
        if self._at_line_start:  # a further sentence of a line keeps the shape of the first
            line = Opening(mark, self._mark, self._indent, self._breaks >= _BLANK_LINE)
            self._shape, self._over = self._outline.enter(line)
            whole = self._shape in _WHOLE_LINES
            self._find = boundaries.find_newline if whole else boundaries.find_edge

    def _close(self, found: list[Statement], end: int, *, ends_line: bool) -> bool:
        """End the statement at `end` and start the next one's lead."""
        if end > self._start:
            if ends_line:
                text = self._buffer[self._start : end]
                whole = self._opens_line and not self._overlong
                shape = self._outline.leave(text, self._shape, whole=whole)
                if shape is not self._shape:
                    self._over = None  # a heading stands under nothing
            else:
                shape = self._shape
            self._give(found, self._start, end, shape)
        self._from = self._at = end
        self._state = _LEAD
        self._overlong = False
        self._at_line_start = False
        self._returned = False
        self._breaks = 0
        self._indent = 0
        self._mark = Mark.NONE
        return True

    def _cut(self, found: list[Statement]) -> bool:
        """Give the text up to the limit as one piece and go on with the rest in the same state."""
        full = self._full
        self._overlong = True
        if self._buffer[self._start : full].isspace():
            self._give(found, full, full, Shape.BLANK)
        else:
            self._give(found, self._start, full, self._shape)
        self._start = self._at = full
        self._full = full + self._limit
        return True

    def _give_lead(self, found: list[Statement], at: int) -> None:
        """Give what a lead has beyond the limit, so that a flood of white space is not kept."""
        while at - self._from > self._limit:
            self._give(found, self._from + self._limit, self._from + self._limit, Shape.BLANK)

    def _give(self, found: list[Statement], start: int, end: int, shape: Shape) -> None:
        buffer = self._buffer
        found.append(
            Statement(
                self._ordinal,
                self._base + start,
                self._base + end,
                buffer[self._from : start],
                buffer[start:end],
                shape,
                None if shape is Shape.BLANK else self._over,
                self._overlong,
            )
        )
        self._ordinal += 1
        self._from = end
