"""Exchanges to check lines against, in few words."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from answerable.claims import Claim, ReadingContext, RuleReader
from answerable.exchange import ContextItem, Exchange, Message, Role, ToolCall, ToolOutcome, ToolSpec
from answerable.findings import Finding, Grounds, PublishedTexts, check
from answerable.values import CallId, TraceId, WorkloadId

READER = RuleReader()
TEXTS = PublishedTexts(lambda text: READER.read(text, ReadingContext()))


def done(tool: str, result: Any, arguments: Any = None) -> ToolOutcome:
    """A tool that answered. What is not text is written as JSON."""
    text = result if isinstance(result, str) else json.dumps(result)
    return ToolOutcome(ToolCall(CallId("call-1"), tool, json.dumps(arguments or {})), text)


def exchange(
    *outcomes: ToolOutcome,
    published: Iterable[str] = (),
    context: Iterable[str] = (),
    tools: Iterable[str] = (),
    said: Iterable[tuple[Role, str]] = (),
) -> Exchange:
    return Exchange(
        trace=TraceId("tr_1"),
        asked_at=datetime(2026, 1, 31, tzinfo=UTC),
        workload=WorkloadId("bot"),
        model="m",
        messages=tuple(Message(role, text) for role, text in said),
        context=tuple(ContextItem(f"doc-{number}", text) for number, text in enumerate(context)),
        tools=tuple(ToolSpec(name) for name in tools),
        published=tuple(published),
        outcomes=outcomes,
    )


def grounds(*outcomes: ToolOutcome, **rest: Any) -> Grounds:
    return Grounds(exchange(*outcomes, **rest), TEXTS)


def found(line: str, *outcomes: ToolOutcome, **rest: Any) -> Finding:
    """What comes of a line, as the rule reader reads it, in an exchange."""
    return check(read(line), line, grounds(*outcomes, **rest))


def read(line: str) -> Claim:
    return READER.read(line, ReadingContext())
