"""Small entries to append, and a look into a ledger's file from outside."""

from pathlib import Path

import apsw

from answerable.receipts import CallBody, CallPrivate, Draft, ExchangeBody, ExchangePrivate, Opened, ReplyBody
from answerable.receipts.verifying import decode
from answerable.values import TraceId

TRACE = TraceId("tr_one")
OTHER = TraceId("tr_two")


def call(number: int, trace: str = TRACE, arguments: str | None = None) -> Draft:
    """An entry that is known by its number, with a private part if it has arguments."""
    private = None if arguments is None else CallPrivate(arguments)
    return Draft(trace, "2026-01-31T00:00:00.000000Z", CallBody(0, number, f"call-{number}", "tool"), private)


def calls(count: int, trace: str = TRACE, *, private: bool = False) -> list[Draft]:
    return [call(number, trace, f'{{"n":{number}}}' if private else None) for number in range(count)]


def exchange(trace: str = TRACE) -> Draft:
    body = ExchangeBody("bot", "m", 0, 1, (), (), "sha256:p", "enforce", "sha256:b", "b", "Ana", None, "r")
    return Draft(trace, "2026-01-31T00:00:00.000000Z", body, ExchangePrivate("c-1", (), ()))


def reply(trace: str = TRACE) -> Draft:
    return Draft(trace, "2026-01-31T00:00:00.000000Z", ReplyBody("complete", "", None, None, (), 0, None))


def unwritable(trace: str = TRACE) -> Draft:
    """An entry with a text that is no UTF-8."""
    return call(0, trace, "\ud800")


def numbers(rows: list[Opened]) -> list[int]:
    """The numbers of the calls among the rows, as they stand."""
    bodies = (decode(row.entry, row.seq).body for row in rows)
    return [body.index for body in bodies if isinstance(body, CallBody)]


def sql(path: Path, query: str, *bindings: str | bytes | int | None) -> list[tuple[object, ...]]:
    """Do something to a ledger's file that the ledger itself would never do."""
    connection = apsw.Connection(str(path))
    try:
        return list(connection.execute(query, bindings))
    finally:
        connection.close()
