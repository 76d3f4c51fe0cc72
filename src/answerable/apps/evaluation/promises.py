"""`answerable eval promises`: put recorded conversations through the gate, line by line, under a bundle.

Counts which listed false statements are stopped, and how many benign lines are left alone.
A false statement may be stopped twice: the line itself, or an act before it that the
gate would have refused, without which it would never have been said.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from answerable.adapters.line_files import numbered_lines
from answerable.apps.evaluation.dialogues import Spoken, spoken_in
from answerable.decisions import ActDecision, ActOutcome, Bundle, CedarDecider, Outcome
from answerable.flow import Acts, ChoiceEnded, Line, Mode, TextArrived, Turn, published_texts
from answerable.ports import Reader
from answerable.values.errors import EvaluationError

_LONGEST_LINE = 1024 * 1024
_QUIET_FORCES = frozenset({"none", "informational", "estimate"})


class _False(msgspec.Struct):
    source: str
    dialogue_id: str
    turn: int
    quote: str
    why_false: str = ""


class _Gold(msgspec.Struct):
    source: str
    dialogue_id: str
    turn: int
    start: int
    end: int
    force: str
    support: str | None = None
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Judged:
    """A listed false statement: the gate's line for it, and the first act before it that was refused."""

    quote: str
    dialogue: str
    turn: int
    line: Line | None
    act: tuple[int, str, ActDecision] | None
    passed_before: bool

    @property
    def stopped(self) -> bool:
        return self.by_line or self.act is not None

    @property
    def by_line(self) -> bool:
        return self.line is not None and self.line.decision.outcome is not Outcome.RELEASE


@dataclass(slots=True)
class Report:
    """What became of the false statements and of the benign lines."""

    bundle: str
    false: list[Judged] = field(default_factory=list)
    benign: int = 0
    touched: list[tuple[str, int, str, str]] = field(default_factory=list)
    """Benign lines that were stopped: dialogue, turn, the line, why."""

    @property
    def untouched(self) -> float:
        return 1 - len(self.touched) / self.benign if self.benign else 1.0


def judge_promises(
    bundle: Bundle,
    reader: Reader,
    recordings: Sequence[Path],
    false: Path | None,
    gold: Path | None,
    at: datetime,
) -> Report:
    """Put every listed message through the gate. Raises EvaluationError and EvaluationMissing."""
    wanted: dict[tuple[str, str], list[_False]] = {}
    for one in _rows(false, _False):
        wanted.setdefault((one.source, one.dialogue_id), []).append(one)
    labelled: dict[tuple[str, str, int], list[_Gold]] = {}
    for label in _rows(gold, _Gold):
        labelled.setdefault((label.source, label.dialogue_id, label.turn), []).append(label)
    made = Report(bundle.digest)
    decider, texts = CedarDecider(bundle), published_texts(reader)
    for file in recordings:
        refused: tuple[int, str, ActDecision] | None = None
        dialogue = ""
        for spoken in spoken_in(file):
            if spoken.dialogue != dialogue:
                dialogue, refused = spoken.dialogue, None
            listed = wanted.get((spoken.source, spoken.dialogue), [])
            due = [one for one in listed if one.turn == spoken.turn]
            labels = labelled.get((spoken.source, spoken.dialogue, spoken.turn), [])
            if due or labels:
                turn = Turn(
                    spoken.exchange(at), reader, decider, Mode.ENFORCE, texts=texts, zone=bundle.manifest.zone
                )
                lines = _lines(turn, spoken.text, at)
                made.false += [_judged(one, lines, spoken, refused) for one in due]
                _benign(made, labels, lines, spoken)
            if listed and refused is None:
                refused = _refused(spoken, bundle, at)
    return made


def _lines(turn: Turn, text: str, at: datetime) -> list[Line]:
    now = at.astimezone(UTC)
    turn.begin(now)
    steps = [turn.feed(TextArrived(0, text), now), turn.feed(ChoiceEnded(0, "stop"), now)]
    return [one for step in steps for one in step.outputs if isinstance(one, Line)]


def _judged(
    one: _False, lines: list[Line], spoken: Spoken, refused: tuple[int, str, ActDecision] | None
) -> Judged:
    start = spoken.text.find(one.quote)
    if start < 0:
        raise EvaluationError(
            f"{one.dialogue_id} turn {one.turn} does not say '{one.quote}'; correct the list"
        )
    end = start + len(one.quote)
    over = [line for line in lines if line.statement.start < end and start < line.statement.end]
    stopped = [line for line in over if line.decision.outcome is not Outcome.RELEASE]
    shown = next(iter(stopped or over), None)
    return Judged(one.quote, one.dialogue_id, one.turn, shown, refused, passed_before=refused is None)


def _refused(spoken: Spoken, bundle: Bundle, at: datetime) -> tuple[int, str, ActDecision] | None:
    acts = Acts(spoken.exchange(at), bundle)
    for call in spoken.calls:
        decision = acts.one(call)
        if decision is not None and decision.outcome is not ActOutcome.PERMIT:
            return spoken.turn, call.name, decision
    return None


def _benign(made: Report, labels: Sequence[_Gold], lines: list[Line], spoken: Spoken) -> None:
    for label in labels:
        if label.force not in _QUIET_FORCES and label.support != "supported":
            continue
        made.benign += 1
        over = [
            line for line in lines if line.statement.start < label.end and label.start < line.statement.end
        ]
        best = max(
            over,
            key=lambda line: min(line.statement.end, label.end) - max(line.statement.start, label.start),
            default=None,
        )
        if best is not None and best.decision.outcome is not Outcome.RELEASE:
            because = f"{label.force}, read {best.claim.force} {best.claim.subject}: {best.finding.because}"
            made.touched.append((spoken.dialogue, spoken.turn, best.statement.text, because))


def _rows(file: Path | None, kind: type[Any]) -> Iterator[Any]:
    if file is None:
        return
    decoder = msgspec.json.Decoder(kind)
    for number, raw in numbered_lines(file, _LONGEST_LINE):
        try:
            yield decoder.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise EvaluationError(f"{file}:{number}: {error}; correct the line") from error


def print_promises(console: Console, made: Report) -> None:
    """Each false statement, and the benign lines that were stopped."""
    table = Table(
        "false statement", "the line", "an act before it", "stopped", title=f"under {made.bundle[:19]}…"
    )
    for one in made.false:
        line = "not read as a line"
        if one.line is not None:
            claim, because = one.line.claim, one.line.finding.because
            line = f"{one.line.decision.outcome} ({claim.force} {claim.subject}: {because})"
        act = f"{one.act[1]} refused at turn {one.act[0]}" if one.act else "–"
        table.add_row(one.quote, line, act, "yes" if one.stopped else "NO")
    console.print(table)
    stopped = sum(one.stopped for one in made.false)
    by_line = sum(one.by_line for one in made.false)
    console.print(f"false statements stopped: {stopped} of {len(made.false)} ({by_line} by their own line)")
    console.print(
        f"benign lines untouched: {made.benign - len(made.touched)} of {made.benign} ({made.untouched:.1%})"
    )
    for dialogue, turn, text, because in made.touched:
        console.print(f"  {dialogue} turn {turn}: {text[:120]} [{because}]", markup=False, soft_wrap=True)


def as_json(made: Report) -> str:
    """Every judged statement and the figures."""
    return json.dumps(
        {
            "bundle": made.bundle,
            "false": [
                {
                    "dialogue": one.dialogue,
                    "turn": one.turn,
                    "quote": one.quote,
                    "stopped": one.stopped,
                    "by_line": one.by_line,
                    "line": one.line.decision.outcome.value if one.line else None,
                    "act": one.act[1] if one.act else None,
                }
                for one in made.false
            ],
            "benign": made.benign,
            "untouched": made.untouched,
            "touched": made.touched,
        },
        indent=1,
        ensure_ascii=False,
    )
