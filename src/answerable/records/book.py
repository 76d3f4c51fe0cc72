"""What tools have answered about the business's things, in this conversation so far."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any

from answerable.exchange import ToolOutcome
from answerable.records.expressions import ExpressionFailed
from answerable.records.mapping import Mapping, Mappings
from answerable.records.typed import CedarValue, Untypable, typed

LARGEST_ANSWER = 1_000_000
"""Characters of a tool's answer that are read as records; a larger one shows nothing."""

_MOST_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Record:
    """A thing as a tool answered it. `at` counts the conversation's calls: a later one supersedes.

    `attributes` are Cedar values; `faults` says what the pack expected of the answer and did
    not find: a record with faults is *unknown*, and no policy may be asked about it.
    """

    kind: str
    id: str
    attributes: dict[str, CedarValue]
    raw: Any
    source: str
    at: int
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two reads of one thing that differ with no write between them: one source is wrong."""

    kind: str
    id: str
    attribute: str
    values: tuple[CedarValue | None, CedarValue | None]
    sources: tuple[str, str]


class Book:
    """All records of a conversation, by kind and id."""

    def __init__(self) -> None:
        self._latest: dict[tuple[str, str], Record] = {}
        self._conflicts: dict[tuple[str, str], list[Conflict]] = {}
        self.unread: list[str] = []
        """Answers that should have shown a record and could not be read, in words."""

    @classmethod
    def read(
        cls,
        outcomes: Iterable[tuple[ToolOutcome, bool]],
        mappings: Mappings,
        writes: frozenset[str],
        zone: tzinfo = UTC,
    ) -> "Book":
        """Read every successful answer, oldest first.

        `outcomes` come with whether they succeeded; `writes` names the tools after which
        a thing may have changed.
        """
        book = cls()
        by_tool: dict[str, list[Mapping]] = {}
        for mapping in mappings.values():
            for tool in mapping.tools:
                by_tool.setdefault(tool, []).append(mapping)
        last_write = -1
        for at, (outcome, succeeded) in enumerate(outcomes):
            if outcome.call.name in writes and succeeded:
                last_write = at
            if succeeded and (wanted := by_tool.get(outcome.call.name)):
                value = _parsed(outcome.result)
                if value is None:
                    book.unread.append(f"the answer of {outcome.call.name} is no JSON that can be read")
                else:
                    for mapping in wanted:
                        book._take(mapping, value, outcome, at, last_write, zone)
        return book

    def get(self, kind: str, id: str) -> Record | None:  # noqa: A002 – the field's name
        """The latest record of a thing, or None where none was read."""
        return self._latest.get((kind, id))

    def all(self, kind: str) -> list[Record]:
        """The latest record of each thing of a kind, in the order in which they were last read."""
        found = [record for (of, _), record in self._latest.items() if of == kind]
        return sorted(found, key=lambda record: record.at)

    def latest(self) -> list[Record]:
        """The latest record of every thing."""
        return list(self._latest.values())

    def raw(self) -> dict[str, dict[str, Any]]:
        """Everything as answered, by kind and id: what a pack's facts are computed from."""
        found: dict[str, dict[str, Any]] = {}
        for record in self._latest.values():
            found.setdefault(record.kind, {})[record.id] = record.raw
        return found

    def _take(
        self, mapping: Mapping, value: Any, outcome: ToolOutcome, at: int, last_write: int, zone: tzinfo
    ) -> None:
        source = f"call:{outcome.call.name}/{outcome.call.id}"
        arguments = _parsed(outcome.call.arguments) if mapping.id_in_call or mapping.from_call else None
        try:
            rows = [value] if mapping.rows is None else mapping.rows.find(value) or []
            if not isinstance(rows, list):
                rows = []
        except ExpressionFailed as error:
            self.unread.append(str(error))
            return
        for row in rows[:_MOST_ROWS]:
            shown = _with_call(mapping, row, arguments)
            record = _record(mapping, shown, arguments if mapping.id_in_call else shown, source, at, zone)
            if record is None:
                self.unread.append(
                    f"an answer of {outcome.call.name} has no id of a {mapping.kind} where the pack looks for it"
                )
                continue
            before = self._latest.get((record.kind, record.id))
            if before is not None and before.at > last_write:
                self._compare(before, record)
            self._latest[(record.kind, record.id)] = record

    @property
    def conflicts(self) -> list[Conflict]:
        """Where the last two reads of a thing disagree, and nothing was written between them."""
        return [one for some in self._conflicts.values() for one in some]

    def conflicts_on(self, record: Record) -> list[Conflict]:
        """The conflicts about one thing."""
        return self._conflicts.get((record.kind, record.id), [])

    def _compare(self, before: Record, now: Record) -> None:
        found: list[Conflict] = []
        for name in sorted({*before.attributes, *now.attributes}):
            values = (before.attributes.get(name), now.attributes.get(name))
            if values[0] != values[1]:
                sources = (before.source, now.source)
                found.append(Conflict(now.kind, now.id, name, values, sources))
        self._conflicts[(now.kind, now.id)] = found


def _record(mapping: Mapping, row: Any, named: Any, source: str, at: int, zone: tzinfo) -> Record | None:
    """The record that a row shows; `named` holds its id. None without an id."""
    try:
        name = mapping.id.find(named)
    except ExpressionFailed:
        return None
    if isinstance(name, bool) or not isinstance(name, str | int) or name == "":
        return None
    attributes: dict[str, CedarValue] = {}
    faults: list[str] = []
    for attribute in mapping.attributes:
        try:
            value = attribute.expression.find(row)
            if value is not None:
                attributes[attribute.name] = typed(value, attribute.type, zone)
            elif not attribute.optional:
                faults.append(f"{mapping.kind} has no {attribute.name} ({attribute.expression.text})")
        except (ExpressionFailed, Untypable) as error:
            faults.append(f"{mapping.kind}: {attribute.name}: {error}")
    return Record(mapping.kind, str(name), attributes, row, source, at, tuple(faults))


def _with_call(mapping: Mapping, row: Any, arguments: Any) -> Any:
    """The row with the fields that it lacks and the call had. A row that is no object stays as it is."""
    if not mapping.from_call or not isinstance(row, dict):
        return row
    shown = dict(row)
    for name, wanted in mapping.from_call:
        try:
            asked = wanted.find(arguments)
        except ExpressionFailed:
            continue
        if shown.get(name) is None and asked is not None:
            shown[name] = asked
    return shown


def _parsed(text: str) -> Any:
    """The answer as JSON; words that are no JSON are one text (some tools answer with a bare id)."""
    if len(text) > LARGEST_ANSWER:
        return None
    stripped = text.strip()
    if stripped[:1] not in ("{", "["):
        return stripped.strip('"') or None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
