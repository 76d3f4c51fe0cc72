"""What an exchange holds that a claim can be checked against.

Three kinds of ground, and no others: what the company published to the bot
(system messages, retrieved context), what tools answered (records and
receipts), and which tools exist (capabilities). What the customer said, and
what the bot said before, is no ground for anything.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from answerable.claims import Claim, Subject, is_write, subjects_of_tool
from answerable.exchange import Exchange, ToolOutcome
from answerable.findings.amounts import Amounts, amounts_in
from answerable.findings.published import Published, PublishedTexts
from answerable.findings.results import names, succeeded
from answerable.terms import Case, Judgement, TermBase


@dataclass(frozen=True, slots=True)
class Receipt:
    """A write that a tool answered with success: what it is about, and every amount in it."""

    outcome: ToolOutcome
    subjects: frozenset[Subject]
    amounts: Amounts
    words: str

    def is_about(self, identifiers: Iterable[str]) -> bool:
        """Does it name every one of these? Identifiers in lower case."""
        return all(names(self.words, identifier) for identifier in identifiers)

    @property
    def source(self) -> str:
        return f"call:{self.outcome.call.name}/{self.outcome.call.id}"


class Grounds:
    """The grounds of one exchange, each worked out when it is first asked for."""

    def __init__(
        self,
        exchange: Exchange,
        texts: PublishedTexts,
        brings: Mapping[str, frozenset[Subject]] | None = None,
        terms: TermBase | None = None,
        case: Callable[[], Case] = dict,
        on: date | None = None,
    ) -> None:
        """`brings` says what each act of the business is about, by tool; without it, its name is judged.

        `terms` are the published ones; `case` is asked for what is known of this customer's
        case, and `on` is the day by the business's calendar.
        """
        self._terms = terms or TermBase()
        self._case = case
        self._on = on or exchange.asked_at.date()
        self._exchange = exchange
        self._texts = texts
        self._brings = brings or {}

    def judged(self, claim: Claim, text: str) -> Judgement | None:
        """What the published terms say of a line; None where none speaks of it."""
        return self._terms.judge(claim, text, self._case(), self._on) if self._terms.terms else None

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
            self._receipt(outcome)
            for outcome in self._exchange.outcomes
            if self._writes(outcome.call.name) and succeeded(outcome)
        )

    @cached_property
    def records(self) -> tuple[Receipt, ...]:
        """What tools that only read have answered, oldest first; the same shape, with no subjects."""
        return tuple(
            self._receipt(outcome)
            for outcome in self._exchange.outcomes
            if not self._writes(outcome.call.name) and succeeded(outcome)
        )

    @cached_property
    def recorded_amounts(self) -> tuple[Amounts, ...]:
        """What each tool answered with. What a failed call says of an amount shows nothing."""
        return tuple(amounts_in(outcome.result) for outcome in self._exchange.outcomes if succeeded(outcome))

    @cached_property
    def capabilities(self) -> dict[Subject, str]:
        """What the offered tools could bring about, with the tool that could."""
        return {
            subject: tool.name
            for tool in self._exchange.tools
            if self._writes(tool.name)
            for subject in self._subjects(tool.name)
        }

    def _writes(self, tool: str) -> bool:
        return tool in self._brings or is_write(tool)

    def _subjects(self, tool: str) -> frozenset[Subject]:
        return self._brings.get(tool) or subjects_of_tool(tool)

    def _receipt(self, outcome: ToolOutcome) -> Receipt:
        return Receipt(
            outcome,
            self._subjects(outcome.call.name),
            amounts_in(outcome.result, outcome.call.arguments),
            f"{outcome.call.arguments} {outcome.result}".casefold(),
        )
