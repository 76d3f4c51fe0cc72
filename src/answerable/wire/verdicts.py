"""What the gate says of its decisions: the `answerable` extension field, and the check API."""

import msgspec

from answerable.flow import Line, PassCall, StopCall


class LineVerdict(msgspec.Struct, omit_defaults=True):
    """One decided line. Offsets are characters of the model's own text."""

    choice: int
    line: int
    start: int
    end: int
    force: str
    kind: str
    subject: str
    polarity: str
    support: str
    outcome: str
    because: str
    policies: list[str]
    enforced: bool
    shown: str | None = None
    text: str | None = None
    direction: str | None = None
    route: str | None = None
    track: str = "content"


class DecisionName(msgspec.Struct):
    """Where a decision stands: its trace, and the leaf hash of its entry in the ledger."""

    trace: str
    digest: str


class ActVerdict(msgspec.Struct, omit_defaults=True):
    """One decided act. `decision` names its entry, as a request for its grant does (`authorization_details`)."""

    choice: int
    id: str
    name: str
    outcome: str
    because: str
    policies: list[str]
    decision: DecisionName
    passed: bool
    missing: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    route: str | None = None


class Verdict(msgspec.Struct):
    """`bundle` is the digest of the policies and wording that decided."""

    trace: str
    mode: str
    bundle: str
    lines: list[LineVerdict]
    acts: list[ActVerdict] = []


class StreamVerdict(msgspec.Struct, omit_defaults=True):
    """The same for one line or act of a stream, in the chunk that carries it."""

    trace: str
    line: LineVerdict | None = None
    act: ActVerdict | None = None


def act_verdict(trace: str, act: PassCall | StopCall) -> ActVerdict | None:
    """An act's verdict; None where none was asked for."""
    decision = act.decision
    if decision is None:
        return None
    return ActVerdict(
        choice=act.choice,
        id=act.call.id,
        name=act.call.name,
        outcome=decision.outcome.value,
        because=decision.because,
        policies=[policy.id for policy in decision.policies],
        decision=DecisionName(trace, f"sha256:{act.entry}"),
        passed=isinstance(act, PassCall),
        missing=decision.missing,
        instead=decision.instead,
        route=decision.route,
    )


def line_verdict(line: Line, *, enforced: bool, with_text: bool = False) -> LineVerdict:
    """A line's verdict. `with_text` adds the model's text and what is shown for it (check API)."""
    claim, finding, decision = line.claim, line.finding, line.decision
    return LineVerdict(
        choice=line.choice,
        line=line.statement.ordinal,
        start=line.statement.start,
        end=line.statement.end,
        force=claim.force.value,
        kind=claim.kind.value,
        subject=claim.subject.value,
        polarity=claim.polarity.value,
        support=finding.support.value,
        outcome=decision.outcome.value,
        because=decision.because,
        policies=[policy.id for policy in decision.policies],
        enforced=enforced,
        shown=line.shown if with_text else None,
        text=line.statement.text if with_text else None,
        direction=finding.direction.value if finding.direction else None,
        route=decision.route,
        track=line.track,
    )
