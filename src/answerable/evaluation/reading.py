"""Reads a whole message as the gate would: line by line, each in its place."""

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

import msgspec

from answerable.claims import Claim, Kind, ReadingContext
from answerable.claims.unread import unread
from answerable.evaluation.conversations import AgentMessage
from answerable.statements import Statement, split

LOOK_BACK = 4
"""Statements of the reply before a line that it is read with: as many as the gate gives. A test holds it."""
CERTAIN = 1000
"""Permille."""


class EvaluatedReader(Protocol):
    """`answerable.ports.Reader`, as this package may know it."""

    version: str

    def read(self, text: str, context: ReadingContext) -> Claim: ...


@runtime_checkable
class ScoresCommittal(Protocol):
    """A reader that also says how likely a line is to commit the company, in permille."""

    def committal(self, text: str, context: ReadingContext) -> int: ...


class ReadLine(msgspec.Struct, frozen=True, gc=False):
    """A statement of ours as read. `committal` is the committal score, in permille."""

    statement: Statement
    claim: Claim
    committal: int


def contexts(message: AgentMessage) -> Iterator[tuple[Statement, ReadingContext]]:
    """The statements of a message that say something, each with what the gate reads it with."""
    before: list[str] = []
    for statement in split(message.text):
        if statement.text:
            around = tuple(before[-LOOK_BACK:])
            yield (
                statement,
                ReadingContext(
                    statement.governing, around, message.customer, message.calls, earlier=message.earlier
                ),
            )
            before.append(statement.text)


def read_line(reader: EvaluatedReader, statement: Statement, context: ReadingContext) -> ReadLine:
    """Read one statement; a piece of an overlong line is unread, as in the gate."""
    if statement.overlong:
        return ReadLine(statement, unread(reader.version, "overlong"), CERTAIN)
    claim = reader.read(statement.text, context)
    return ReadLine(statement, claim, committal_score(reader, statement.text, context, claim))


def read_message(reader: EvaluatedReader, message: AgentMessage) -> tuple[ReadLine, ...]:
    """Every statement of a message, read in order."""
    return tuple(read_line(reader, statement, context) for statement, context in contexts(message))


def committal_score(reader: EvaluatedReader, text: str, context: ReadingContext, claim: Claim) -> int:
    """How likely a line is committal, in permille.

    A reader that does not say: its confidence where it read the line as
    committal, and what is left to certainty where it did not.
    """
    if isinstance(reader, ScoresCommittal):
        return reader.committal(text, context)
    return claim.confidence if claim.kind is Kind.COMMITTAL else CERTAIN - claim.confidence
