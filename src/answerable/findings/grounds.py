"""What an exchange holds that a claim can be checked against.

Three kinds of ground, and no others: what the company published to the bot
(system messages, retrieved context), what tools answered (records and
receipts), and which tools exist (capabilities). What the customer said, and
what the bot said before, is no ground for anything.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from answerable.claims import Claim, Subject, is_write, subjects_of_tool
from answerable.exchange import Exchange, ToolOutcome
from answerable.findings.amounts import Amounts, amounts_in
from answerable.findings.answers import figures_at, texts_at
from answerable.findings.known import NOTHING_KNOWN, ActShows, Known
from answerable.findings.published import Published, PublishedTexts
from answerable.findings.results import names, succeeded
from answerable.terms import Judgement


@dataclass(frozen=True, slots=True)
class Receipt:
    """A write that a tool answered with success: what it is about, and every amount in it."""

    outcome: ToolOutcome
    subjects: frozenset[Subject]
    amounts: Amounts
    words: str
    shows: ActShows | None = None

    def amounts_on(self, subject: Subject) -> Amounts:
        """The amounts that a line on a subject may name."""
        wanted = self.shows.amounts.get(subject) if self.shows else None
        return self.amounts if wanted is None else figures_at(wanted, self.outcome.result)

    def leaves_out(self, words: str) -> tuple[str, ...]:
        """Names of what the act was done to that a line leaves out, if it names others of them."""
        covers = self.shows.covers if self.shows else None
        names_of = texts_at(covers, self.outcome.result) if covers else ()
        named = [one for one in names_of if one.casefold() in words]
        return tuple(one for one in names_of if one not in named) if named else ()

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
        known: Known = NOTHING_KNOWN,
    ) -> None:
        self.known = known
        self._exchange = exchange
        self._texts = texts

    def judged(self, claim: Claim, text: str) -> Judgement | None:
        """What the published terms say of a line; None where none speaks of it."""
        if not self.known.terms.terms:
            return None
        on = self.known.on or self._exchange.asked_at.date()
        return self.known.terms.judge(claim, text, self.known.case(), on)

    @cached_property
    def customer_words(self) -> frozenset[str]:
        """The words that the customer has used in what is at hand of the conversation."""
        said = [one.text for one in (*self._exchange.earlier, *self._exchange.messages) if one.role == "user"]
        plain = "".join(c if c.isalnum() else " " for c in " ".join(said).casefold())
        return frozenset(plain.split())

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
        return tool in self.known.acts or is_write(tool)

    def _subjects(self, tool: str) -> frozenset[Subject]:
        shows = self.known.acts.get(tool)
        return subjects_of_tool(tool) | (shows.subjects if shows else frozenset())

    def _receipt(self, outcome: ToolOutcome) -> Receipt:
        return Receipt(
            outcome,
            self._subjects(outcome.call.name),
            amounts_in(outcome.result, outcome.call.arguments),
            f"{outcome.call.arguments} {outcome.result}".casefold(),
            self.known.acts.get(outcome.call.name),
        )
