"""The corpus as written: exchanges of labelled statements, one statement a line.

    == telecom-014 chatty
    customer: My bill doubled this month, can you take the roaming off?
    call: get_bill
    call: credit_account failed
    none         neutral none         | Let me look at your bill.
    # A second try is announced and no condition is left: promise.
    promise      grants  compensation | I'll add the $20 credit now.

A block opens with `==`, an id and a style. `customer:` opens a turn; `call:` names a
tool that answered before the bot spoke (`failed` after the name if it answered with an
error). A statement is `force polarity subject | text`. `#` opens a remark that explains
the label below it. An empty line inside a reply opens a new paragraph; list items,
table rows and headings stand on lines of their own; all else runs on with a space.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from answerable.claims import Force, Polarity, Subject
from answerable.exchange import with_turn

STYLES = ("terse", "bullets", "chatty", "agent", "voice")
OWN_LINE = re.compile(r"(?:[-*•+] |\d{1,2}[.)] |#{1,6} |\||```|> |\*\*[^*]+\*\*:?$|[A-Z][\w ]{0,40}:$)")
"""Statements that stand on a line of their own in a reply."""


class CorpusError(ValueError):
    """A line of a corpus file that can't be read; says which and what to write instead."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A statement as labelled: `start` and `end` are offsets in its reply; `line` is its line in the file."""

    force: Force
    polarity: Polarity
    subject: Subject
    text: str
    start: int
    end: int
    line: int


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply of the bot, what the customer had said, and the tools that had answered well by then.

    `earlier` are the customer's turns before the last, as the gate keeps them.
    """

    exchange: str
    style: str
    customer: str
    earlier: tuple[str, ...]
    calls: tuple[str, ...]
    text: str
    statements: tuple[Labelled, ...]


@dataclass(slots=True)
class _Block:
    name: str
    style: str
    turns: tuple[str, ...] = ()
    calls: list[str] = field(default_factory=list)
    text: str = ""
    paragraph: bool = False
    statements: list[Labelled] = field(default_factory=list)

    def add(self, force: Force, polarity: Polarity, subject: Subject, text: str, line: int) -> None:
        if self.text:
            before = self.statements[-1].text
            alone = OWN_LINE.match(text) or OWN_LINE.match(before) or before.endswith(":")
            self.text += "\n\n" if self.paragraph else "\n" if alone else " "
        self.paragraph = False
        start = len(self.text)
        self.text += text
        self.statements.append(Labelled(force, polarity, subject, text, start, len(self.text), line))

    def reply(self) -> Iterator[Reply]:
        if self.statements:
            said = tuple(self.statements)
            *earlier, customer = self.turns or ("",)
            yield Reply(self.name, self.style, customer, tuple(earlier), tuple(self.calls), self.text, said)
        self.text, self.statements, self.paragraph = "", [], False


def replies(path: Path) -> Iterator[Reply]:
    """The replies of a corpus file, in order.

    Raises:
        CorpusError: a line is none of the forms above, or a label is not one of the rule book's.
    """
    block: _Block | None = None
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = raw.strip()
        where = f"{path.name}:{number}"
        if line.startswith("== "):
            if block is not None:
                yield from block.reply()
            block = _opened(line, where)
        elif block is None:
            if line and not line.startswith("#"):
                raise CorpusError(f"{where}: {line!r} stands before any block; open one with '== ID STYLE'")
        elif line.startswith("customer:"):
            yield from block.reply()
            block.turns = with_turn(block.turns, line.removeprefix("customer:").strip())
        elif line.startswith("call:"):
            if block.statements:
                yield from block.reply()
            name, _, outcome = line.removeprefix("call:").strip().partition(" ")
            if outcome != "failed":
                block.calls.append(name)
        elif not line:
            block.paragraph = True
        elif not line.startswith("#"):
            block.add(*_labelled(line, where), number)
    if block is not None:
        yield from block.reply()


def _opened(line: str, where: str) -> _Block:
    parts = line.split()
    if len(parts) != 3 or parts[2] not in STYLES:
        raise CorpusError(f"{where}: {line!r} should be '== ID STYLE', with a style of {', '.join(STYLES)}")
    return _Block(parts[1], parts[2])


def _labelled(line: str, where: str) -> tuple[Force, Polarity, Subject, str]:
    label, bar, text = line.partition("|")
    parts = label.split()
    if not bar or len(parts) != 3 or not text.strip():
        raise CorpusError(f"{where}: {line!r} should be 'force polarity subject | text'")
    try:
        force, polarity, subject = Force(parts[0]), Polarity(parts[1]), Subject(parts[2])
    except ValueError as wrong:
        raise CorpusError(f"{where}: {wrong}") from None
    if force is Force.UNKNOWN:
        raise CorpusError(f"{where}: a person can tell what a line does; label it, or write another line")
    if (force is Force.NONE) != (subject is Subject.NONE):
        raise CorpusError(f"{where}: the subject is none where the force is none, and only there")
    if force is Force.NONE and polarity is not Polarity.NEUTRAL:
        raise CorpusError(f"{where}: a line whose force is none is neutral")
    return force, polarity, subject, text.strip()
