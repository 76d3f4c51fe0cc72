"""`answerable pack backtest`: what a new bundle would have decided otherwise, on recorded conversations."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from pathlib import Path

from rich.console import Console
from rich.table import Table

from answerable.adapters.bundle_files import from_folder
from answerable.apps.evaluation.dialogues import Spoken, spoken_in
from answerable.apps.readers import make_reader
from answerable.claims import Kind
from answerable.decisions import ActOutcome, Bundle, CedarDecider, Outcome
from answerable.findings import PublishedTexts
from answerable.flow import Acts, ChoiceEnded, Line, Mode, TextArrived, Turn, published_texts
from answerable.ports import Reader


@dataclass(frozen=True, slots=True)
class Changed:
    """A line or an act that two bundles decide differently."""

    place: str
    what: str
    before: str
    after: str
    because: str


@dataclass(slots=True)
class Tally:
    """What a bundle does to recorded conversations."""

    lines: int = 0
    lines_stopped: int = 0
    committal: int = 0
    committal_released: int = 0
    acts: int = 0
    acts_stopped: int = 0

    @property
    def friction(self) -> float:
        """The share of all lines and acts that are stopped."""
        whole = self.lines + self.acts
        return (self.lines_stopped + self.acts_stopped) / whole if whole else 0.0

    @property
    def exposure(self) -> float:
        """The share of committal lines and acts that go out."""
        whole = self.committal + self.acts
        return (self.committal_released + self.acts - self.acts_stopped) / whole if whole else 0.0


@dataclass(slots=True)
class Backtest:
    """Both tallies, and every decision that changed."""

    before: Tally = field(default_factory=Tally)
    after: Tally = field(default_factory=Tally)
    changed: list[Changed] = field(default_factory=list)


def backtest(old: Bundle, new: Bundle, reader: Reader, recordings: Sequence[Path], at: datetime) -> Backtest:
    """Decide everything in the recordings under both. Raises EvaluationError and EvaluationMissing."""
    made = Backtest()
    texts = published_texts(reader)
    for file in recordings:
        for spoken in spoken_in(file):
            was = list(_decided(spoken, old, reader, texts, at, made.before))
            now = list(_decided(spoken, new, reader, texts, at, made.after))
            for (what, before, _), (_, after, because) in zip(was, now, strict=True):
                if before != after:
                    place = f"{spoken.dialogue} turn {spoken.turn}"
                    made.changed.append(Changed(place, what, before, after, because))
    return made


def _decided(
    spoken: Spoken, bundle: Bundle, reader: Reader, texts: PublishedTexts, at: datetime, tally: Tally
) -> Iterator[tuple[str, str, str]]:
    """Each line and each act of a message: what it is, the outcome, why."""
    exchange = spoken.exchange(at)
    if spoken.text:
        decider = CedarDecider(bundle)
        turn = Turn(exchange, reader, decider, Mode.ENFORCE, texts=texts, zone=bundle.manifest.zone)
        turn.begin(at)
        for step in (turn.feed(TextArrived(0, spoken.text), at), turn.feed(ChoiceEnded(0, "stop"), at)):
            for line in step.outputs:
                if isinstance(line, Line) and line.statement.text:
                    yield _line(line, tally)
    acts = Acts(exchange, bundle)
    for call in spoken.calls:
        decision = acts.one(call) if acts.decides else None
        outcome = decision.outcome if decision else ActOutcome.PERMIT
        if decision is not None:
            tally.acts += 1
            tally.acts_stopped += outcome is not ActOutcome.PERMIT
        yield (
            f"{call.name} {call.arguments}",
            outcome.value,
            decision.because if decision else "not decided on",
        )


def _line(line: Line, tally: Tally) -> tuple[str, str, str]:
    released = line.decision.outcome is Outcome.RELEASE
    committal = line.claim.kind is Kind.COMMITTAL
    tally.lines += 1
    tally.lines_stopped += not released
    tally.committal += committal
    tally.committal_released += committal and released
    return line.statement.text, line.decision.outcome.value, line.decision.because


def report_backtest(
    console: Console,
    new: Path,
    old: Path,
    recordings: Sequence[Path],
    at: datetime,
    *,
    html: Path | None,
    as_json: bool,
) -> int:
    """Print what changed; always 0: whether it is wanted is for the reader. Raises BundleError, EvaluationError."""
    made = backtest(from_folder(old), from_folder(new), make_reader(), recordings, at)
    if html is not None:
        html.write_text(page(made, old, new), encoding="utf-8")
    if as_json:
        rows = [
            {
                "place": one.place,
                "what": one.what,
                "before": one.before,
                "after": one.after,
                "because": one.because,
            }
            for one in made.changed
        ]
        sides = {
            name: {
                "friction": side.friction,
                "exposure": side.exposure,
                "lines": side.lines,
                "acts": side.acts,
            }
            for name, side in (("before", made.before), ("after", made.after))
        }
        print(json.dumps({**sides, "changed": rows}))  # noqa: T201
        return 0
    table = Table("", str(old), str(new))
    for name, before, after in _figures(made):
        table.add_row(name, before, after)
    console.print(table)
    for one in made.changed:
        console.print(
            f"{one.before} → {one.after}  {one.place}: {one.what[:140]} [{one.because}]",
            markup=False,
            soft_wrap=True,
        )
    console.print(f"{len(made.changed)} decisions changed", markup=False)
    return 0


def _figures(made: Backtest) -> list[tuple[str, str, str]]:
    """What there is to tell of both: in words, before, after."""
    old, new = made.before, made.after
    return [
        ("lines", str(old.lines), str(new.lines)),
        ("lines stopped", str(old.lines_stopped), str(new.lines_stopped)),
        ("acts decided", str(old.acts), str(new.acts)),
        ("acts stopped", str(old.acts_stopped), str(new.acts_stopped)),
        ("friction: of all, stopped", f"{old.friction:.1%}", f"{new.friction:.1%}"),
        ("exposure: of what commits, let out", f"{old.exposure:.1%}", f"{new.exposure:.1%}"),
    ]


def page(made: Backtest, old: Path, new: Path) -> str:
    """The same as a page: friction and exposure of both as bars, the table, the changes."""
    bars = "".join(
        _bar(at, f"{name}, {side}", share, side)
        for at, (name, side, share) in enumerate(
            (name, side, getattr(tally, name))
            for name in ("friction", "exposure")
            for side, tally in (("before", made.before), ("after", made.after))
        )
    )
    rows = "".join(
        f"<tr><th>{escape(name)}</th><td>{before}</td><td>{after}</td></tr>"
        for name, before, after in _figures(made)
    )
    changes = "".join(
        f"<tr><td>{escape(one.place)}</td><td>{escape(one.what)}</td><td>{one.before} → {one.after}</td>"
        f"<td>{escape(one.because)}</td></tr>"
        for one in made.changed
    )
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Backtest</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem}}
table{{border-collapse:collapse;margin:1rem 0}}td,th{{border:1px solid #999;padding:.3rem .6rem;text-align:left;
vertical-align:top;overflow-wrap:anywhere}}.before{{fill:#888}}.after{{fill:#0b5cad}}text{{font-size:14px}}</style>
<h1>Backtest</h1><p>{escape(str(old))} → {escape(str(new))}: {len(made.changed)} decisions changed.</p>
<svg viewBox="0 0 640 140" width="640" role="img" aria-label="friction and exposure, before and after">{bars}</svg>
<table><tr><th></th><th>before</th><th>after</th></tr>{rows}</table>
<h2>What changed</h2><table><tr><th>where</th><th>what</th><th>outcome</th><th>why, now</th></tr>{changes}</table>
</html>
"""


def _bar(at: int, name: str, share: float, side: str) -> str:
    """One bar of a share, with its name before it and its figure behind it."""
    y = 8 + 32 * at
    return (
        f'<text x="0" y="{y + 16}">{name}</text><rect x="130" y="{y}" width="{400 * share:.1f}" height="22" '
        f'class="{side}"/><text x="{138 + 400 * share:.1f}" y="{y + 16}">{share:.1%}</text>'
    )
