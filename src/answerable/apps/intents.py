"""An act as its permit names it: by whom, with what, to what and for whom."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from answerable.apps.toolgate.asked import Asked
from answerable.apps.toolgate.caller import Caller
from answerable.apps.toolgate.catalogue import Tool
from answerable.decisions import Bundle
from answerable.grants import Intent
from answerable.grants.arguments import read_arguments
from answerable.grants.canonical_json import number
from answerable.grants.grant import LONGEST_TEXT
from answerable.records import Book, ExpressionFailed
from answerable.values.errors import InvalidRequest


def intent_of(
    tool: Tool, asked: Asked, caller: Caller, thing: str | None, pseudonym: Callable[[str], str] | None
) -> Intent:
    """`thing` is what it is done to. The customer is named by `pseudonym`; without one, by a hash."""
    customer = caller.customer
    if customer is not None and pseudonym is not None:
        named: str | None = pseudonym(f"customer:{customer}")
    else:
        named = None if customer is None else hashlib.sha256(customer.encode()).hexdigest()
    return Intent(
        asked.tool,
        asked.arguments.digest,
        tool.audience,
        caller.workload.id,
        thing,
        named,
        caller.conversation,
    )


def known_of(bundle: Bundle, tool: str, arguments: dict[str, Any], book: Book) -> dict[str, Any]:
    """What the pack's rules on carrying an act out can see of it: its arguments, and the records that it needs."""
    values: dict[str, Any] = {"args": arguments, "records": book.raw()}
    action = bundle.actions.get(tool)
    if action is None:
        return values
    for need in [*([action.resource] if action.resource else []), *action.needs]:
        try:
            record = book.get(need.kind, str(need.id.find(values)))
        except ExpressionFailed:
            continue
        if record is not None:
            values[need.name] = record.raw
    return values


def thing_of(bundle: Bundle | None, tool: str, values: Mapping[str, Any]) -> str | None:
    """What the act is done to, as grants and chains name it: `Order L-1`. None where that is not known.

    `values` are `args` and whatever else is known, as the pack's expressions see it. A name that asks for more than
    that is not known: of half of what it asks for, it might be another thing's.
    """
    action = None if bundle is None else bundle.actions.get(tool)
    need = None if action is None else action.resource
    if need is None or need.id.roots - values.keys():
        return None
    try:
        name = need.id.find(dict(values))
    except ExpressionFailed:
        return None
    # `1.0` and `1` are one number (`grants.arguments`), and so one thing.
    text = f"{need.kind} {number(name) if isinstance(name, float) else name}"
    return text if name is not None and text.isprintable() and len(text) <= LONGEST_TEXT else None


def thing_named(bundle: Bundle | None, tool: str, arguments: str) -> str | None:
    """What an act is done to, by its arguments alone: JSON text. None where they don't name it."""
    try:
        args = read_arguments(arguments)
    except InvalidRequest:
        return None
    return thing_of(bundle, tool, {"args": args})
