"""Labelled statements as the reader meets them: each in its place in its reply, read by the rules."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from answerable.claims import Force, Polarity, ReadingContext, Subject
from answerable.claims.features import features_of
from answerable.claims.line import parsed
from answerable.claims.polarity import polarity_of
from answerable.claims.setting import Setting, settle
from answerable.claims.subject import subject_of
from answerable.statements import Statement, split
from training.corpus import Reply, replies

LOOK_BACK = 4
"""Statements of the reply before a line that it is read with; as many as the gate gives."""


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled statement, its features, and what the rules alone make of it."""

    group: str
    exchange: str
    where: str
    text: str
    force: Force
    polarity: Polarity
    subject: Subject
    features: tuple[str, ...]
    rules_force: Force
    rules_polarity: Polarity
    rules_subject: Subject


def in_context(
    text: str, customer: str, calls: tuple[str, ...], earlier: tuple[str, ...] = ()
) -> Iterator[tuple[Statement, ReadingContext]]:
    """The statements of a reply, each with what it is read with."""
    before: list[str] = []
    for statement in split(text):
        around = tuple(before[-LOOK_BACK:])
        yield statement, ReadingContext(statement.governing, around, customer, calls, earlier=earlier)
        if statement.text:
            before.append(statement.text)


def examples(paths: Iterable[Path]) -> Iterator[Example]:
    """The examples of corpus files, in order; a statement that the splitter drops is left out."""
    for path in paths:
        for reply in replies(path):
            yield from of_reply(path.stem, reply)


def of_reply(group: str, reply: Reply) -> Iterator[Example]:
    said = list(in_context(reply.text, reply.customer, reply.calls, reply.earlier))
    for labelled in reply.statements:
        statement, context = max(
            said, key=lambda one: min(one[0].end, labelled.end) - max(one[0].start, labelled.start)
        )
        if statement.text:
            yield example(
                group, reply.exchange, f"{group}:{labelled.line}", statement.text, context,
                labelled.force, labelled.polarity, labelled.subject,
            )  # fmt: skip


def example(
    group: str, exchange: str, where: str, text: str, context: ReadingContext,
    force: Force, polarity: Polarity, subject: Subject,
) -> Example:  # fmt: skip
    setting = Setting(context.governing, context.before, context.customer, context.calls, context.earlier)
    line = parsed(text)
    settled = settle(line, setting)
    named = subject_of(line, settled.reading, setting)
    polar = polarity_of(line, settled.reading, named)
    return Example(
        group, exchange, where, text, force, polarity, subject,
        tuple(sorted(features_of(line, setting, settled, named, polar))),
        settled.reading.force, polar, named,
    )  # fmt: skip
