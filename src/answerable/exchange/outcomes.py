"""Pair each tool call with its result: the only record of what was really done."""

from dataclasses import dataclass

from answerable.exchange.messages import Message, Role, ToolCall


@dataclass(frozen=True, slots=True)
class ToolOutcome:
    """A call and what came back. `result` is the tool's own text, not yet understood."""

    call: ToolCall
    result: str


def outcomes(
    messages: tuple[Message, ...], pending: dict[str, ToolCall] | None = None
) -> tuple[ToolOutcome, ...]:
    """Match results to calls by id, in the order the results came.

    A result whose call was never seen proves nothing and is left out; only the
    model makes calls, so what looks like one in anybody else's message is none.
    Where an id is used twice before a result comes, the later call has it. `pending`
    holds calls of earlier messages that still wait for a result; it is updated.
    """
    waiting = {} if pending is None else pending
    found: list[ToolOutcome] = []
    for message in messages:
        if message.role is Role.ASSISTANT:
            for call in message.tool_calls:
                waiting[call.id] = call
        if message.role is Role.TOOL and message.answers is not None:
            call_made = waiting.pop(message.answers, None)
            if call_made is not None:
                found.append(ToolOutcome(call_made, message.text))
    return tuple(found)
