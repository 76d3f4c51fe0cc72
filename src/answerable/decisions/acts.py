"""Decide an act that the model asks for, before anything happens.

1. The call is an act of the bundle, with arguments that can be read.
2. Every record it needs has been read, and every fact of it is known.
3. The customer has agreed to exactly it, where it needs that (a policy asks).
4. Cedar's policies permit it. An error anywhere holds it: Cedar skips a `forbid` that errors.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import cedarpy

from answerable.decisions.actions import Action, Need
from answerable.decisions.bundle import Bundle
from answerable.decisions.decision import ACT_CAUTION, ActDecision, ActOutcome, Policy
from answerable.decisions.schema import NO_RECORD
from answerable.dialogue import Consent, Talk, agreement, covers
from answerable.dialogue.talk import arguments_of
from answerable.exchange import ToolCall
from answerable.records import Book, CedarValue, Expression, ExpressionFailed, Record, Untypable, typed
from answerable.records.typed import instant
from answerable.values import AssuranceLevel

_PRINCIPAL = 'Answerable::Workload::"bot"'


@dataclass(frozen=True, slots=True)
class Situation:
    """What an act is decided on: the talk, the records, the instant and who the customer is known to be."""

    talk: Talk
    book: Book
    now: datetime
    assurance: AssuranceLevel = AssuranceLevel.NONE


@dataclass(slots=True)
class _Known:
    """What is known of one act, and what is not."""

    facts: dict[str, Any]
    context: dict[str, CedarValue] = field(default_factory=dict)
    entities: list[dict[str, Any]] = field(default_factory=list)
    resource: str = f'{NO_RECORD}::"this"'
    missing: list[str] = field(default_factory=list)
    consent: Consent | None = None


class ActDecider:
    """Decides acts under one bundle. Holds no state of any conversation."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle

    def decide(self, call: ToolCall, situation: Situation, *, agreed: bool = False) -> ActDecision:
        """Decide one call. Never raises: what can't be evaluated is held.

        `agreed` takes the customer's yes to exactly this for given: for an act that a person of the company wrote.
        """
        action = self.bundle.actions.get(call.name)
        if action is None:
            return self._stopped(
                ActOutcome.REFUSE,
                "it is no act of this bundle",  # without its name: that is the model's word, and this stays for ever
                instead=("use only the acts that you were offered for this",),
            )
        arguments = arguments_of(call)
        if arguments is None:
            return self._stopped(
                ActOutcome.REFUSE,
                "the arguments are no JSON object",
                instead=("write the arguments as one JSON object",),
            )
        known = self._learn(action, arguments, situation, agreed=agreed)
        if known.missing:
            return self._stopped(
                ActOutcome.REFUSE,
                f"what the act depends on is not known: {known.missing[0]}",
                missing=tuple(known.missing),
                instead=tuple(known.missing),
            )
        return self._ask(action, known)

    def values(self, call: ToolCall, situation: Situation) -> Mapping[str, Any]:
        """What the expressions of the call's act see, as far as it is known: `args`, `resource`, each need."""
        action, arguments = self.bundle.actions.get(call.name), arguments_of(call)
        if action is None or arguments is None:
            return {}
        return self._learn(action, arguments, situation).facts

    def would_permit(
        self, action: Action, resource: Record | None, situation: Situation, said: float | None = None
    ) -> ActDecision:
        """Would the act be permitted, if the customer agreed? For a line that speaks of it.

        There are no arguments yet: facts that are `as_said` take the sum that the line names
        (`said`, in major units), and else those that have a `when_offered` take that.
        """
        known = self._learn(action, {}, situation, resource, offered=True, said=said)
        if known.missing:
            return self._stopped(
                ActOutcome.HOLD, f"not known: {known.missing[0]}", missing=tuple(known.missing)
            )
        return self._ask(action, known)

    def _learn(
        self,
        action: Action,
        arguments: dict[str, Any],
        situation: Situation,
        resource: Record | None = None,
        *,
        offered: bool = False,
        agreed: bool = False,
        said: float | None = None,
    ) -> _Known:
        known = _Known(
            {"args": arguments, "records": situation.book.raw(), "talk": situation.talk.as_facts()}
        )
        known.context["now"] = instant(situation.now)
        known.context["assurance"] = int(situation.assurance)
        if action.resource is not None:
            found = resource or self._need(action.resource, known, situation.book)
            if found is not None and self._sound(found, known, situation.book):
                known.facts["resource"] = found.raw
                known.resource = f'{found.kind}::"{_quoted(found.id)}"'
        for need in action.needs:
            record = self._need(need, known, situation.book)
            if record is not None and self._sound(record, known, situation.book):
                known.facts[need.name] = record.raw
                known.context[need.name] = {"__entity": {"type": record.kind, "id": record.id}}
        if known.missing:
            return known
        known.context["repeats"] = _repeats(action, known, situation.talk)
        given = _agreed(action, situation.talk)
        known.facts["consent"] = {"offer": given.offer, "answer": given.answer, "offers": list(given.offers)}
        for name, wanted in action.define:
            known.facts[name] = _found(wanted, known.facts)
        known.consent = (
            Consent(given=True, because="assumed")
            if offered or agreed
            else _consent(action, known, given, situation.talk)
        )
        known.context["consent"] = known.consent.given
        self._facts(action, known, offered=offered, said=said)
        return known

    def _need(self, need: Need, known: _Known, book: Book) -> Record | None:
        read_with = self.bundle.records[need.kind].read_with
        try:
            name = need.id.find(known.facts)
        except ExpressionFailed as error:
            if not need.optional:
                known.missing.append(str(error))
            return None
        if need.optional:
            return None if name is None else book.get(need.kind, str(name))
        if not isinstance(name, str | int) or isinstance(name, bool) or name == "":
            known.missing.append(
                f"which {need.kind} it is about ({need.id.text}); look it up with {read_with}"
            )
            return None
        record = book.get(need.kind, str(name))
        if record is None:
            known.missing.append(f"{need.kind} has not been read; call {read_with} for it first")
        return record

    def _sound(self, record: Record, known: _Known, book: Book) -> bool:
        """Take a record among what policies may see, if it can be read in full and its sources agree."""
        if record.faults:
            known.missing += record.faults
            return False
        for conflict in book.conflicts_on(record):
            read_with = self.bundle.records[record.kind].read_with
            known.missing.append(
                f"two answers about the same {record.kind} differ in {conflict.attribute}; "
                f"call {read_with} for it again"
            )
            return False
        uid = {"type": record.kind, "id": record.id}
        if all(entity["uid"] != uid for entity in known.entities):
            known.entities.append({"uid": uid, "attrs": record.attributes, "parents": []})
        return True

    def _facts(self, action: Action, known: _Known, *, offered: bool, said: float | None) -> None:
        for fact in action.facts:
            one = fact.attribute
            if offered and fact.as_said and said is not None:
                value: Any = said
            elif offered and fact.when_offered is not None:
                value = fact.when_offered
            else:
                value = _found(one.expression, known.facts)
            try:
                if value is not None:
                    known.context[one.name] = typed(value, one.type, self.bundle.manifest.zone)
                    known.facts[one.name] = value
                elif not one.optional:
                    known.missing.append(
                        fact.otherwise or f"'{one.name}' is not known ({one.expression.text})"
                    )
            except Untypable as error:
                known.missing.append(fact.otherwise or f"'{one.name}': {error}")

    def _ask(self, action: Action, known: _Known) -> ActDecision:
        request = {
            "principal": _PRINCIPAL,
            "action": f'Action::"{_quoted(action.tool)}"',
            "resource": known.resource,
            "context": known.context,
        }
        try:
            # Every value was made by `typed` as the schema has it, so it need not be checked again here:
            # that would take half of the time. What fits all the same not is an error, and holds.
            answer = cedarpy.is_authorized(request, self.bundle.policy_set, known.entities)
        except Exception as error:  # noqa: BLE001 – whatever it was, the act was not decided on
            return self._errored(action, (), (str(error),))
        determined = set(answer.diagnostics.id_annotations_by_reason.values())
        policies = tuple(policy for name, policy in self.bundle.policies.items() if name in determined)
        errors = tuple(str(error) for error in answer.diagnostics.errors)
        if errors or answer.decision is cedarpy.Decision.NoDecision:
            return self._errored(action, policies, errors or ("no decision was reached",))
        because = "; ".join(policy.because for policy in policies)
        if answer.allowed:
            return ActDecision(ActOutcome.PERMIT, because, policies, self.bundle.digest)
        if not policies:
            return self._stopped(
                ActOutcome.REFUSE, f"no policy permits {action.tool} here", route=action.route
            )
        if known.consent is not None and not known.consent.given:
            because += f" ({known.consent.because})"
        strictest = max(policies, key=lambda policy: ACT_CAUTION.index(policy.on_act))
        outcome, route = strictest.on_act, strictest.route or action.route
        if outcome is ActOutcome.HOLD and route is None and not action.reversible:
            outcome, because = ActOutcome.REFUSE, f"{because}; and nobody is named who could approve it"
        return self._stopped(
            outcome, because, policies, route=route,
            instead=tuple(policy.instead for policy in policies if policy.instead),
        )  # fmt: skip

    def _errored(self, action: Action, policies: tuple[Policy, ...], errors: tuple[str, ...]) -> ActDecision:
        outcome = ActOutcome.HOLD if action.route or action.reversible else ActOutcome.REFUSE
        because = "a policy could not be evaluated, so the act waits for a person"
        return self._stopped(outcome, because, policies, route=action.route, errors=errors)

    def _stopped(
        self,
        outcome: ActOutcome,
        because: str,
        policies: tuple[Policy, ...] = (),
        *,
        missing: tuple[str, ...] = (),
        instead: tuple[str, ...] = (),
        route: str | None = None,
        errors: tuple[str, ...] = (),
    ) -> ActDecision:
        return ActDecision(outcome, because, policies, self.bundle.digest, missing, instead, route, errors)


def _found(wanted: Expression, facts: dict[str, Any]) -> Any:
    """What an expression finds; nothing, too, where it can't be applied: what is not known refuses anyway."""
    try:
        return wanted.find(facts)
    except ExpressionFailed:
        return None


def _agreed(action: Action, talk: Talk) -> Consent:
    """What was offered of such an act and answered, whatever it named."""
    if action.consent is None:
        return Consent(given=False, because="")
    return agreement(talk, action.consent.about, action.tool)


def _consent(action: Action, known: _Known, agreed: Consent, talk: Talk) -> Consent:
    rule = action.consent
    if rule is None:
        return Consent(given=False, because="the bundle does not say what an offer of it must name")
    shows: list[tuple[str, ...]] = []
    for wanted in rule.shows:
        try:
            value = wanted.find(known.facts)
        except ExpressionFailed as error:
            return Consent(given=False, because=str(error))
        if isinstance(value, list) and all(isinstance(one, list) for one in value):
            shows += [_forms(one) for one in value]
        elif value is not None:
            shows.append(_forms(value if isinstance(value, list) else [value]))
    return covers(agreed, talk, tuple(forms for forms in shows if forms))


def _forms(values: list[Any]) -> tuple[str, ...]:
    return tuple(form for value in values if value is not None for form in _spellings(value))


def _spellings(value: Any) -> tuple[str, ...]:
    """How people write a value: 40.0 as 40 or 40.00, 1200 also as 1,200."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return (str(value),)
    return tuple(dict.fromkeys((f"{value:g}", f"{value:.2f}", f"{value:,.2f}", f"{value:,g}", str(value))))


def _repeats(action: Action, known: _Known, talk: Talk) -> int:
    """How often the tool has succeeded on the same thing in this talk."""
    if action.resource is None:
        return sum(call.succeeded and call.outcome.call.name == action.tool for call in talk.calls)
    count = 0
    for call in talk.calls:
        if call.succeeded and call.outcome.call.name == action.tool:
            try:
                name = action.resource.id.find({**known.facts, "args": call.arguments or {}})
            except ExpressionFailed:
                continue
            count += known.resource == f'{action.resource.kind}::"{_quoted(str(name))}"'
    return count


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
