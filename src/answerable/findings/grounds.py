"""What an exchange holds that a claim can be checked against.

Three kinds of ground, and no others: what the company published to the bot
(system messages, retrieved context), what tools answered (records and
receipts), and which tools exist (capabilities). What the customer said, and
what the bot said before, is no ground for anything.
"""

import json
from dataclasses import dataclass
from functools import cached_property, lru_cache

from answerable.claims import Subject, is_write, subjects_of_tool
from answerable.exchange import Exchange, ToolOutcome
from answerable.findings.published import Published, PublishedTexts

_FAILED_STATES = frozenset({"error", "failed", "failure", "denied", "rejected", "declined", "pending"})


@dataclass(frozen=True, slots=True)
class Receipt:
    """A write that a tool answered with success: what it is about, and every number in it."""

    outcome: ToolOutcome
    subjects: frozenset[Subject]
    numbers: frozenset[str]
    words: str

    @property
    def source(self) -> str:
        return f"call:{self.outcome.call.name}/{self.outcome.call.id}"


class Grounds:
    """The grounds of one exchange, each worked out when it is first asked for."""

    def __init__(self, exchange: Exchange, texts: PublishedTexts) -> None:
        self._exchange = exchange
        self._texts = texts

    @cached_property
    def published(self) -> tuple[Published, ...]:
        """Every readable statement of the prompt and the retrieved context."""
        found: list[Published] = []
        for item in self._exchange.context:
            found += self._texts.statements(f"context:{item.source}", item.text)
        for text in self._exchange.published:
            found += self._texts.statements("prompt", text)
        return tuple(found)

    @cached_property
    def receipts(self) -> tuple[Receipt, ...]:
        """The writes that succeeded, oldest first."""
        return tuple(
            _receipt(outcome)
            for outcome in self._exchange.outcomes
            if is_write(outcome.call.name) and succeeded(outcome.result)
        )

    @cached_property
    def records(self) -> tuple[Receipt, ...]:
        """What tools that only read have answered, oldest first; the same shape, with no subjects."""
        return tuple(
            _receipt(outcome)
            for outcome in self._exchange.outcomes
            if not is_write(outcome.call.name) and succeeded(outcome.result)
        )

    @cached_property
    def recorded_numbers(self) -> frozenset[str]:
        """Every number that any tool answered with."""
        return frozenset().union(*(numbers_in(outcome.result) for outcome in self._exchange.outcomes))

    @cached_property
    def capabilities(self) -> dict[Subject, str]:
        """What the offered tools could bring about, with the tool that could."""
        return {
            subject: tool.name
            for tool in self._exchange.tools
            if is_write(tool.name)
            for subject in subjects_of_tool(tool.name)
        }


def _receipt(outcome: ToolOutcome) -> Receipt:
    return Receipt(
        outcome,
        subjects_of_tool(outcome.call.name),
        numbers_in(outcome.result) | numbers_in(outcome.call.arguments),
        f"{outcome.call.arguments} {outcome.result}".casefold(),
    )


@lru_cache(maxsize=4096)
def succeeded(result: str) -> bool:
    """Does a tool's answer say that the act was done?

    An empty answer, one that starts with "error", and a JSON object with an
    `error`, `success: false` or a failed `status` do not. In doubt, no.
    """
    text = result.strip()
    if not text or text.casefold().startswith(("error", "failed", "failure", "exception", "traceback")):
        return False
    if not text.startswith("{"):
        return True
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    if value.get("error") or value.get("errors"):
        return False
    if any(value.get(key) is False for key in ("success", "ok", "succeeded")):
        return False
    # `status` alone may be the record's own status, so only an outcome word counts.
    return str(value.get("result", value.get("outcome", ""))).casefold() not in _FAILED_STATES


@lru_cache(maxsize=4096)
def numbers_in(text: str) -> frozenset[str]:
    """Every number in a text, in one spelling: no separators, no trailing zeros.

    `"1,122.20"` and `1122.2` are both `"1122.2"`. Linear in the text.
    """
    found: set[str] = set()
    start = -1
    for position, letter in enumerate(text):
        if letter.isascii() and (letter.isdigit() or (start >= 0 and letter in ".,")):
            if start < 0:
                start = position
        elif start >= 0:
            found.add(spelled(text[start:position]))
            start = -1
    if start >= 0:
        found.add(spelled(text[start:]))
    return frozenset(found)


def spelled(number: str) -> str:
    """One spelling for a number as written."""
    plain = number.replace(",", "").rstrip(".")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return plain.lstrip("0") or "0"
