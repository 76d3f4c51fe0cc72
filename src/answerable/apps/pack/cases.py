"""tests/*.yaml of a pack: conversations, and what should be decided at their end.

    - name: a refund that was asked for and agreed to
      talk:
        - customer: My planter is broken, order L-1.
        - call: get_order
          arguments: {order_id: L-1}
          result: {order_id: L-1, status: delivered, total: 45.00}
        - bot: Would you like me to refund $45.00 for order L-1?
        - customer: Yes, please.
      act: {call: refund_order, arguments: {order_id: L-1, amount: 45.00, currency: USD}}
      expect: permit
    - name: a window that nobody published
      talk: [{customer: Can I send it back?}]
      line: You have 90 days to return it.
      expect: withhold
      because: contradicted-line

`expect` is an act's outcome (permit, hold, refuse) or a line's (release, revise, hold,
withhold, or `stopped` for any of the last three); `because` names a policy that must have
determined it, or words that must stand in what is missing. `assurance` (none, aal1, aal2, aal3) is how
surely the customer is known; nobody is where it says nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import yaml

from answerable.decisions import ActOutcome, Bundle, CedarDecider, Decision, Outcome
from answerable.exchange import Exchange, Message, Role, ToolCall, ToolSpec, outcomes
from answerable.flow import Acts, ChoiceEnded, Line, Mode, TextArrived, Turn
from answerable.ports import Reader
from answerable.values import AssuranceLevel, CallId, PolicyId, TraceId, WorkloadId
from answerable.values.errors import BundleError

TESTS = "tests"
_KEYS = frozenset("name talk act line expect because at published assurance".split())
_STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Case:
    """One conversation and what is expected at its end: of an act, or of a line."""

    place: str
    name: str
    messages: tuple[Message, ...]
    call: ToolCall | None
    line: str | None
    expect: str
    because: str
    at: datetime
    assurance: AssuranceLevel = AssuranceLevel.NONE


@dataclass(frozen=True, slots=True)
class Result:
    """What was decided, and in words what is wrong with it; nothing where it came out as expected."""

    case: Case
    outcome: str
    problem: str
    policies: tuple[PolicyId, ...] = ()
    """Those that determined it."""


def read_cases(folder: Path) -> list[Case]:
    """Every case of a pack's tests. Raises BundleError, naming the file and the case."""
    found: list[Case] = []
    for file in sorted((folder / TESTS).glob("*.yaml")):
        name = f"{TESTS}/{file.name}"
        try:
            raw = yaml.safe_load(file.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
            raise BundleError(f"{name} is not valid YAML: {error}; correct it there") from error
        if not isinstance(raw, list):
            raise BundleError(f"{name} must be a list of cases, each with name, talk, act or line, expect")
        found += [_case(f"{name}, case {at}", entry) for at, entry in enumerate(raw, start=1)]
    return found


def run_case(case: Case, bundle: Bundle, reader: Reader) -> Result:
    """Decide a case under a bundle. Pure but for the reader."""
    exchange = Exchange(
        TraceId(case.name), case.at, WorkloadId("tests"), "tests", case.messages,
        tools=tuple(ToolSpec(tool) for tool in bundle.actions),
        published=tuple(one.text for one in case.messages if one.role is Role.SYSTEM),
        outcomes=outcomes(case.messages), assurance=case.assurance,
    )  # fmt: skip
    if case.call is not None:
        return _act(case, exchange, bundle)
    turn = Turn(exchange, reader, CedarDecider(bundle), Mode.ENFORCE, zone=bundle.manifest.zone)
    turn.begin(case.at)
    steps = (turn.feed(TextArrived(0, case.line or ""), case.at), turn.feed(ChoiceEnded(0, "stop"), case.at))
    lines = [one for step in steps for one in step.outputs if isinstance(one, Line)]
    return _line(case, lines)


def _act(case: Case, exchange: Exchange, bundle: Bundle) -> Result:
    assert case.call is not None  # noqa: S101 – the caller looked
    decision = Acts(exchange, bundle).one(case.call)
    if decision is None:
        return Result(case, "a read", "it is a read, which is never decided on; name an act")
    named = [str(policy.id) for policy in decision.policies]
    words = " ".join((*named, *decision.missing, decision.because))
    problem = ""
    if decision.outcome.value != case.expect:
        problem = f"expected {case.expect}: {decision.because}"
    elif case.because and case.because not in words:
        problem = f"'{case.because}' did not determine it, but: {words}"
    return Result(case, decision.outcome.value, problem, tuple(one.id for one in decision.policies))


def _line(case: Case, lines: list[Line]) -> Result:
    if not lines:
        return Result(case, "nothing", "the line holds no statement")
    stopped = [line for line in lines if line.decision.outcome is not Outcome.RELEASE]
    line = (stopped or lines)[0]
    decision: Decision = line.decision
    expected = bool(stopped) if case.expect == _STOPPED else decision.outcome.value == case.expect
    words = " ".join((*(str(policy.id) for policy in decision.policies), line.finding.because))
    read = f"read as {line.claim.force} about {line.claim.subject}; {line.finding.because}"
    problem = ""
    if not expected:
        problem = f"expected {case.expect}: {read}"
    elif case.because and case.because not in words:
        problem = f"'{case.because}' did not determine it, but: {words}"
    return Result(case, decision.outcome.value, problem, tuple(one.id for one in decision.policies))


def _case(place: str, entry: Any) -> Case:
    if not isinstance(entry, dict) or not entry.keys() <= _KEYS:
        wrong = "" if not isinstance(entry, dict) else ", ".join(sorted(map(str, entry.keys() - _KEYS)))
        raise BundleError(f"{place}: '{wrong}' is unknown; a case has {', '.join(sorted(_KEYS))}")
    call, line = entry.get("act"), entry.get("line")
    if (call is None) is (line is None):
        raise BundleError(f"{place} must have either 'act' or 'line'")
    expect = str(entry.get("expect", ""))
    allowed = [one.value for one in ActOutcome] if call is not None else [*Outcome, _STOPPED]
    if expect not in allowed:
        raise BundleError(f"{place}: 'expect' is '{expect}'; write one of {', '.join(map(str, allowed))}")
    at = entry.get("at", datetime(2026, 1, 1, tzinfo=UTC))
    if not isinstance(at, datetime) or at.tzinfo is None:
        raise BundleError(f"{place}: 'at' must be an instant with a zone, as 2026-01-31T12:00:00Z")
    published = [Message(Role.SYSTEM, str(entry["published"]))] if "published" in entry else []
    return Case(
        place,
        str(entry.get("name", place)),
        (*published, *_messages(place, entry.get("talk", []))),
        None if call is None else _call(place, call, "act"),
        None if line is None else str(line),
        expect,
        str(entry.get("because", "")),
        at,
        _assurance(place, entry.get("assurance", "none")),
    )


def _assurance(place: str, given: Any) -> AssuranceLevel:
    try:
        return AssuranceLevel[str(given).upper()]
    except KeyError:
        levels = ", ".join(level.name.lower() for level in AssuranceLevel)
        raise BundleError(f"{place}: 'assurance' is '{given}'; write one of {levels}") from None


def _messages(place: str, talk: Any) -> Iterator[Message]:
    if not isinstance(talk, list):
        raise BundleError(f"{place}: 'talk' must be a list of customer, bot and call entries")
    for at, entry in enumerate(talk):
        match entry:
            case {"customer": text}:
                yield Message(Role.USER, str(text))
            case {"bot": text}:
                yield Message(Role.ASSISTANT, str(text))
            case {"call": _, "result": result}:
                call = _call(place, {k: v for k, v in entry.items() if k != "result"}, f"call-{at}")
                text = result if isinstance(result, str) else msgspec.json.encode(result).decode()
                yield Message(Role.ASSISTANT, "", (call,))
                yield Message(Role.TOOL, text, answers=call.id)
            case _:
                raise BundleError(
                    f"{place}: entry {at + 1} of 'talk' is none of customer, bot, call with result"
                )


def _call(place: str, entry: Any, name: str) -> ToolCall:
    if not isinstance(entry, dict) or "call" not in entry or not entry.keys() <= {"call", "arguments"}:
        raise BundleError(f"{place}: a call is written as {{call: tool, arguments: {{…}}}}")
    arguments = entry.get("arguments", {})
    return ToolCall(CallId(name), str(entry["call"]), msgspec.json.encode(arguments).decode())
