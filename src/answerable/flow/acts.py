"""The acts of one choice, decided together: all of them go on, or none does.

A client runs what it is given and answers for all of it. Were only some of a reply's
acts passed on, the model would never hear of the others.
"""

from collections.abc import Sequence
from functools import cached_property

from answerable.claims import Claim, Kind, is_write
from answerable.decisions import ActDecider, ActDecision, ActOutcome, Bundle, Situation, by_authority
from answerable.dialogue import Talk, talk_of
from answerable.exchange import Exchange, Message, Role, ToolCall
from answerable.findings import Finding, Known, succeeded
from answerable.flow.steps import PassCall, StopCall
from answerable.grants import arguments_digest, confusable
from answerable.records import Book
from answerable.values.errors import InvalidRequest

Asked = tuple[int, ToolCall]
"""A call with its place in the choice."""

_UNCLEAR = "the arguments can't be read, or not in one way only"
_PLAIN = "write the arguments once more, as one plain JSON object"
_ANOTHER = "Not run: another act of the same reply was stopped. Ask for it again if it still holds."


class Acts:
    """Decides the acts of one exchange's reply."""

    def __init__(self, exchange: Exchange, bundle: Bundle) -> None:
        self._exchange = exchange
        self._decider = ActDecider(bundle)
        self._bundle = bundle

    @property
    def decides(self) -> bool:
        """Does the bundle say anything of acts?"""
        return bool(self._bundle.actions)

    @property
    def known(self) -> Known:
        """What the bundle knows that a line can be held against."""
        return Known(
            {tool: action.shows for tool, action in self._bundle.actions.items()},
            self._bundle.records,
            self._bundle.terms,
            lambda: self.situation.book,
            self._exchange.asked_at.astimezone(self._bundle.manifest.zone).date(),
        )

    @cached_property
    def situation(self) -> Situation:
        """What the acts are decided on: everything up to the customer's last words."""
        talk = talk_of((*self._exchange.earlier, *self._exchange.messages), succeeded)
        return self._situation(talk)

    def on_line(self, claim: Claim, text: str, finding: Finding) -> Finding:
        """The finding on a line, after asking the policies for the act that it speaks of."""
        if not self.decides or claim.kind is not Kind.COMMITTAL:
            return finding
        return by_authority(claim, text, finding, self._decider, self.situation)

    def decide(
        self, choice: int, asked: Sequence[Asked], said: str, *, enforced: bool
    ) -> list[PassCall | StopCall]:
        """Decide the calls that a choice ended with. `said` is what the customer was shown before them.

        In observe mode everything goes on, with what would have been decided.
        """
        situation = self.situation
        if said:
            words = Message(Role.ASSISTANT, said)
            messages = (*self._exchange.earlier, *self._exchange.messages, words)
            situation = self._situation(talk_of(messages, succeeded))
        decided = [(index, call, self.one(call, situation)) for index, call in asked]
        stops = any(one is not None and one.outcome is not ActOutcome.PERMIT for _, _, one in decided)
        if not (stops and enforced):
            return [PassCall(choice, index, call, one) for index, call, one in decided]
        return [StopCall(choice, index, call, one, told(one)) for index, call, one in decided]

    def one(self, call: ToolCall, situation: Situation | None = None) -> ActDecision | None:
        """The decision on a call; None for a read, which changes nothing."""
        if call.name not in self._bundle.actions and not is_write(call.name):
            return None
        if unclear := unusable(call):
            # What was wrong may quote an argument, and a reason stands in the part that can't be erased.
            return ActDecision(
                ActOutcome.REFUSE, _UNCLEAR, (), self._bundle.digest, instead=(unclear, _PLAIN)
            )
        return self._decider.decide(call, situation or self.situation)

    def _situation(self, talk: Talk) -> Situation:
        book = Book.read(
            [(call.outcome, call.succeeded) for call in talk.calls],
            self._bundle.records,
            frozenset(self._bundle.actions),
            self._bundle.manifest.zone,
        )
        return Situation(talk, book, self._exchange.asked_at, self._exchange.assurance)


def unusable(call: ToolCall) -> str:
    """Why a call's arguments can't be decided on: two programs may read them differently. Empty where none does."""
    text = call.arguments or "{}"
    try:
        arguments_digest(text)
    except InvalidRequest as error:
        return str(error)
    hidden = confusable(text)
    return f"the arguments hold {hidden}" if hidden else ""


def told(decision: ActDecision | None) -> str:
    """What the model hears as the result of a stopped call: the rule, what is missing, what would be allowed."""
    if decision is None or decision.outcome is ActOutcome.PERMIT:
        return _ANOTHER
    if decision.outcome is ActOutcome.HOLD:
        who = f" by {decision.route}" if decision.route else ""
        parts = [
            f"Held: {decision.because}.",
            f"It waits to be approved{who}.",
            "Tell the customer that a person has to confirm it first; do not say that it is done or will be.",
        ]
    else:
        parts = [f"Refused, not run: {decision.because}."]
    if decision.instead:
        parts.append("What is allowed: " + "; ".join(dict.fromkeys(decision.instead)) + ".")
    return " ".join(parts)
