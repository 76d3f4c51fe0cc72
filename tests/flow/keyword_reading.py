"""A reader and a decider that anybody can follow: a word in the line decides everything about it."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from answerable.adapters.bundle_files import built_in
from answerable.claims import Claim, Force, Polarity, ReadingContext, Subject
from answerable.decisions import Bundle, Decision, Outcome, Policy, Wording
from answerable.exchange import Exchange, Message, Role, ToolSpec
from answerable.findings import Finding
from answerable.flow import Event, Mode, Output, ReplyEnded, Step, Turn
from answerable.receipts import Draft
from answerable.values import AssuranceLevel, PolicyId, TraceId, WorkloadId

NOW = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
FORCES = {
    "promise": Force.PROMISE,
    "offer": Force.OFFER,
    "owed": Force.ENTITLEMENT,
    "done": Force.COMPLETED,
    "garbled": Force.UNKNOWN,
}
OUTCOMES = {
    Force.PROMISE: Outcome.REVISE,
    Force.OFFER: Outcome.REVISE,
    Force.ENTITLEMENT: Outcome.HOLD,
    Force.COMPLETED: Outcome.WITHHOLD,
    Force.UNKNOWN: Outcome.WITHHOLD,
}
WORDING = {
    Outcome.REVISE: Wording("other", "Other words."),
    Outcome.HOLD: Wording("wait", "Please wait."),
    Outcome.WITHHOLD: Wording("nothing", "Nothing to say."),
}
BUNDLE = built_in()


@dataclass
class KeywordReader:
    """Reads a line by its first keyword, and remembers what it was given to read it with."""

    version: str = "keywords-1"
    contexts: list[tuple[str, ReadingContext]] = field(default_factory=list)

    def read(self, text: str, context: ReadingContext) -> Claim:
        self.contexts.append((text, context))
        force = next((FORCES[word] for word in FORCES if word in text), Force.INFORMATIONAL)
        return Claim(force, Polarity.NEUTRAL, Subject.OTHER, (), 1000, ("keyword",), self.version)


@dataclass
class TableDecider:
    """One outcome for each force; everything else passes."""

    bundle: Bundle = BUNDLE

    def decide(self, claim: Claim, finding: Finding, assurance: AssuranceLevel) -> Decision:
        outcome = OUTCOMES.get(claim.force, Outcome.RELEASE)
        policy = Policy(PolicyId(outcome.value), "owner", "the table says so", outcome is Outcome.RELEASE)
        return Decision(outcome, "the table says so", (policy,), self.bundle.digest, WORDING.get(outcome))


def exchange(*, structured: bool = False) -> Exchange:
    said = (Message(Role.USER, "Where is my refund?"),)
    return Exchange(TraceId("tr_flow"), NOW, WorkloadId("bot"), "m", said, structured=structured)


def turn(
    mode: Mode = Mode.ENFORCE,
    limit: int = 2000,
    reader: KeywordReader | None = None,
    *,
    structured: bool = False,
    tools: tuple[ToolSpec, ...] = (),
) -> Turn:
    asked = replace(exchange(structured=structured), tools=tools)
    return Turn(asked, reader or KeywordReader(), TableDecider(), mode, line_limit=limit)


def steps(
    events: list[Event], mode: Mode = Mode.ENFORCE, limit: int = 2000, *, structured: bool = False
) -> list[Step]:
    """What a turn answers each event with, a second apart."""
    fed = turn(mode, limit, structured=structured)
    return [fed.feed(event, NOW + timedelta(seconds=number)) for number, event in enumerate(events)]


def outputs(found: list[Step]) -> list[Output]:
    return [output for step in found for output in step.outputs]


def drafts(found: list[Step]) -> list[Draft]:
    return [draft for step in found for draft in step.drafts]


COMPLETE = ReplyEnded("complete", "", "up-1", "m-1", '{"n":1}')
