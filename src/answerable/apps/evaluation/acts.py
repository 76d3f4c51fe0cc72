"""`answerable eval acts`: decide recorded acts under a bundle, and hold the decisions against a sorting of them.

Each act was sorted by reading the policy and the conversation (`vectors/acts_v1.jsonl`):

    earned     expected by the task, and the conversation had earned it
    unearned   expected, but not confirmed, not authenticated or not read at that moment
    allowed    not expected, and the policy allows it
    breaks     not expected, and it breaks a sentence of the policy
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from answerable.adapters.bundle_files import from_folder
from answerable.adapters.line_files import numbered_lines
from answerable.apps.evaluation.dialogues import Spoken, spoken_in
from answerable.decisions import ActDecision, ActOutcome, Bundle
from answerable.flow import Acts
from answerable.values.errors import EvaluationError

_LONGEST_LINE = 1024 * 1024
_VERDICTS = ("earned", "unearned", "allowed", "breaks", "unsorted")


class _Act(msgspec.Struct):
    source: str
    dialogue_id: str
    turn: int
    name: str
    arguments: dict[str, Any]
    expected: bool = False


class _Sorted(msgspec.Struct):
    source: str
    dialogue_id: str
    turn: int
    nth: int
    name: str
    verdict: str
    rules: list[str] = []
    why: str = ""


Key = tuple[str, str, int, str, int]


@dataclass(frozen=True, slots=True)
class Decided:
    """A recorded act, how it was sorted, and what the bundle decides on it."""

    source: str
    dialogue: str
    turn: int
    name: str
    expected: bool
    verdict: str
    rules: tuple[str, ...]
    why: str
    decision: ActDecision

    @property
    def permitted(self) -> bool:
        return self.decision.outcome is ActOutcome.PERMIT


@dataclass(slots=True)
class Report:
    """All decided acts, and the figures of them."""

    bundle: str
    acts: list[Decided] = field(default_factory=list)

    def of(self, verdict: str) -> list[Decided]:
        return [act for act in self.acts if act.verdict == verdict]

    @property
    def expected_permitted(self) -> tuple[int, int]:
        """Expected acts that were permitted, of all."""
        expected = [act for act in self.acts if act.expected]
        return sum(act.permitted for act in expected), len(expected)

    @property
    def breaking_stopped(self) -> tuple[int, int]:
        """Acts against the policy that were stopped, of all."""
        breaking = self.of("breaks")
        return sum(not act.permitted for act in breaking), len(breaking)


def decide_recorded(
    bundle: Bundle, recordings: Sequence[Path], acts: Path, sorting: Path | None, at: datetime
) -> Report:
    """Decide every act of the list that the recordings hold. Raises EvaluationError and EvaluationMissing."""
    wanted = _wanted(acts)
    verdicts = {} if sorting is None else _verdicts(sorting)
    made = Report(bundle.digest)
    for file in recordings:
        for spoken in spoken_in(file):
            made.acts += _decided(spoken, wanted, verdicts, bundle, at)
    if not made.acts:
        raise EvaluationError(f"'{acts}' lists no act of these recordings; name those that it was made from")
    return made


def _decided(
    spoken: Spoken,
    wanted: Mapping[tuple[str, str, int], list[_Act]],
    verdicts: Mapping[Key, _Sorted],
    bundle: Bundle,
    at: datetime,
) -> Iterator[Decided]:
    listed = wanted.get((spoken.source, spoken.dialogue, spoken.turn))
    if not listed:
        return
    deciding = Acts(spoken.exchange(at), bundle)
    seen: Counter[str] = Counter()
    for call in spoken.calls:
        nth = seen[call.name]
        seen[call.name] += 1
        arguments = json.loads(call.arguments or "{}")
        act = next((one for one in listed if one.name == call.name and one.arguments == arguments), None)
        decision = None if act is None else deciding.one(call)
        if act is None or decision is None:
            continue
        key = (spoken.source, spoken.dialogue, spoken.turn, call.name, nth)
        known = verdicts.get(key)
        yield Decided(
            spoken.source,
            spoken.dialogue,
            spoken.turn,
            call.name,
            act.expected,
            known.verdict if known else "unsorted",
            tuple(known.rules) if known else (),
            known.why if known else "",
            decision,
        )


def _wanted(file: Path) -> dict[tuple[str, str, int], list[_Act]]:
    found: dict[tuple[str, str, int], list[_Act]] = {}
    for act in _rows(file, _Act):
        found.setdefault((act.source, act.dialogue_id, act.turn), []).append(act)
    return found


def _verdicts(file: Path) -> dict[Key, _Sorted]:
    return {(one.source, one.dialogue_id, one.turn, one.name, one.nth): one for one in _rows(file, _Sorted)}


def _rows(file: Path, kind: type[Any]) -> Iterator[Any]:
    decoder = msgspec.json.Decoder(kind)
    for number, raw in numbered_lines(file, _LONGEST_LINE):
        try:
            yield decoder.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise EvaluationError(f"{file}:{number}: {error}; correct the line") from error


def print_acts(console: Console, made: Report, *, mistakes: int) -> None:
    """The figures, and the acts that went the other way than they were sorted."""
    table = Table(
        "sorted as", "acts", "permitted", "held", "refused", title=f"acts under {made.bundle[:19]}…"
    )
    for verdict in _VERDICTS:
        of = made.of(verdict)
        if of:
            counts = Counter(act.decision.outcome for act in of)
            table.add_row(verdict, str(len(of)), *(str(counts[one]) for one in ActOutcome))
    console.print(table)
    for words, (some, of_all) in (
        ("expected acts permitted", made.expected_permitted),
        ("acts against the policy stopped", made.breaking_stopped),
    ):
        if of_all:
            console.print(f"{words}: {some} of {of_all} ({some / of_all:.1%})")
    stops = Counter(
        str(policy.id) for act in made.acts if not act.permitted for policy in act.decision.policies
    )
    stops.update("what it depends on is unknown" for act in made.acts if act.decision.missing)
    by_policy = Table("stopped by", "acts")
    for name, count in stops.most_common():
        by_policy.add_row(name, str(count))
    console.print(by_policy)
    wrong = [
        act
        for act in made.acts
        if act.permitted == (act.verdict in ("breaks", "unearned")) and act.verdict != "unsorted"
    ]
    for act in wrong[:mistakes]:
        console.print(
            f"{act.verdict} {act.decision.outcome}: {act.dialogue} turn {act.turn} {act.name}: "
            f"{act.decision.because}" + (f" [sorted: {', '.join(act.rules)} {act.why}]" if act.why else ""),
            markup=False,
            soft_wrap=True,
        )


def as_json(made: Report) -> str:
    """Every act and the figures."""
    rows = [
        {
            "source": act.source,
            "dialogue": act.dialogue,
            "turn": act.turn,
            "name": act.name,
            "expected": act.expected,
            "sorted": act.verdict,
            "rules": act.rules,
            "outcome": act.decision.outcome.value,
            "because": act.decision.because,
            "policies": [policy.id for policy in act.decision.policies],
            "missing": act.decision.missing,
        }
        for act in made.acts
    ]
    figures = {
        "bundle": made.bundle,
        "expected_permitted": made.expected_permitted,
        "breaking_stopped": made.breaking_stopped,
        "acts": rows,
    }
    return json.dumps(figures, indent=1, ensure_ascii=False)


def bundle_of(pack: Path) -> Bundle:
    """The bundle of a pack's folder. Raises BundleError."""
    return from_folder(pack)
