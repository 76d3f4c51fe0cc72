"""A conversation in its order: what the customer said, what the bot said, and what tools were asked and answered."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from answerable.exchange import Message, Role, ToolCall, ToolOutcome

Succeeded = Callable[[ToolOutcome], bool]
"""Does a tool's answer say that it did what it was for?"""

_MOST_SAID = 20_000  # characters of one message that facts are looked for in
_LARGEST_ARGUMENTS = 200_000


@dataclass(frozen=True, slots=True)
class Said:
    """Words of the customer, or of the bot."""

    by_customer: bool
    text: str


@dataclass(frozen=True, slots=True)
class Called:
    """A call that a tool has answered. `arguments` is None where they are no JSON object."""

    outcome: ToolOutcome
    arguments: dict[str, Any] | None
    succeeded: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """The events of a conversation, oldest first."""

    events: tuple[Said | Called, ...] = ()
    _facts: list[dict[str, Any]] = field(default_factory=list, repr=False, compare=False)

    @property
    def calls(self) -> Iterator[Called]:
        return (event for event in self.events if isinstance(event, Called))

    def as_facts(self) -> dict[str, Any]:
        """The talk as JSON for a pack's expressions: `customer` and `bot` (texts), `last`, and `calls`
        (`name`, `args`, `result` as text, `ok`)."""
        if not self._facts:
            said = [event for event in self.events if isinstance(event, Said)]
            customer = [one.text for one in said if one.by_customer]
            self._facts.append(
                {
                    "customer": customer,
                    "bot": [one.text for one in said if not one.by_customer],
                    "last": customer[-1] if customer else "",
                    "calls": [
                        {
                            "name": call.outcome.call.name,
                            "args": call.arguments or {},
                            "result": call.outcome.result.strip()[:_MOST_SAID],
                            "ok": call.succeeded,
                        }
                        for call in self.calls
                    ],
                }
            )
        return self._facts[0]


def talk_of(messages: Iterable[Message], succeeded: Succeeded) -> Talk:
    """The talk that messages hold. A call without an answer yet is not part of it."""
    events: list[Said | Called] = []
    waiting: dict[str, ToolCall] = {}
    for message in messages:
        if message.role is Role.USER:
            events.append(Said(by_customer=True, text=message.text[:_MOST_SAID]))
        elif message.role is Role.ASSISTANT:
            if message.text.strip():
                events.append(Said(by_customer=False, text=message.text[:_MOST_SAID]))
            waiting.update((call.id, call) for call in message.tool_calls)
        elif message.role is Role.TOOL and message.answers is not None:
            call = waiting.pop(message.answers, None)
            if call is not None:
                outcome = ToolOutcome(call, message.text)
                events.append(Called(outcome, arguments_of(call), succeeded(outcome)))
    return Talk(tuple(events))


def arguments_of(call: ToolCall) -> dict[str, Any] | None:
    """A call's arguments, or None where they are no JSON object, too large or too deep."""
    if len(call.arguments) > _LARGEST_ARGUMENTS:
        return None
    try:
        found = json.loads(call.arguments or "{}")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
