"""`answerable eval`: how well what is built here does, on labelled lines and recorded conversations."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from answerable.apps.readers import GATE_READER, READERS
from answerable.values import from_rfc3339
from answerable.values.errors import SettingsError

evaluations = typer.Typer(
    name="eval",
    help="Measure on labelled lines and recorded conversations.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
PackOption = Annotated[Path, typer.Option("--pack", help="Folder of the pack to decide with.")]
RecordingsOption = Annotated[
    list[Path], typer.Option("--recordings", help="Recorded conversations, .jsonl or .jsonl.gz.")
]
AtOption = Annotated[
    str, typer.Option("--at", help="The instant that the conversations took place at, as RFC 3339.")
]


@evaluations.command()
def reading(
    *,
    gold: Annotated[
        list[Path], typer.Option("--gold", help="Gold files: labelled lines, .jsonl or .jsonl.gz.")
    ],
    conversations: Annotated[
        list[Path] | None,
        typer.Option(
            "--conversations", help="Their recordings; those in each gold file's folder if left out."
        ),
    ] = None,
    reader: Annotated[
        str, typer.Option("--reader", help=f"The reader to measure: {' or '.join(READERS)}.")
    ] = GATE_READER,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write a page with every mistake; - prints it.")
    ] = None,
    as_json: Annotated[
        Path | None, typer.Option("--json", help="Write all figures as JSON; - prints them.")
    ] = None,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-under", help="Goals, as in recall=0.97,sure.precision=0.95; exit 1 if one is missed."
        ),
    ] = None,
    errors: Annotated[int, typer.Option("--errors", min=0, help="Print so many of the worst mistakes.")] = 0,
    speed_lines: Annotated[
        int, typer.Option("--speed-lines", min=0, help="Time the reader on so many lines; 0 to leave it out.")
    ] = 20_000,
) -> None:
    """Measure how well, and how fast, a reader reads lines that people have labelled."""
    from answerable.apps.evaluation.run import Wanted, evaluate_reading  # noqa: PLC0415 – start-up time
    from answerable.evaluation import parse_goals  # noqa: PLC0415

    wanted = Wanted(
        gold=gold,
        reader=reader,
        conversations=conversations or (),
        html=html,
        json=as_json,
        goals=tuple(goal for text in fail_under or () for goal in parse_goals(text)),
        speed_lines=speed_lines,
        errors=errors,
    )
    consoles = Console(highlight=False), Console(stderr=True, highlight=False)
    raise typer.Exit(evaluate_reading(*consoles, wanted))


@evaluations.command()
def acts(
    *,
    pack: PackOption,
    recordings: RecordingsOption,
    acts: Annotated[Path, typer.Option("--acts", help="The acts to decide, one JSON object a line.")],
    at: AtOption,
    sorting: Annotated[
        Path | None, typer.Option("--sorting", help="How each act was sorted by reading it.")
    ] = None,
    mistakes: Annotated[
        int, typer.Option("--mistakes", min=0, help="Print so many acts that went otherwise than sorted.")
    ] = 0,
    as_json: Json = False,
) -> None:
    """Decide the acts of recorded conversations under a pack, and count."""
    from answerable.apps.evaluation import acts as evaluating  # noqa: PLC0415 – start-up time

    made = evaluating.decide_recorded(evaluating.bundle_of(pack), recordings, acts, sorting, _instant(at))
    if as_json:
        print(evaluating.as_json(made))  # noqa: T201
    else:
        evaluating.print_acts(Console(highlight=False), made, mistakes=mistakes)


@evaluations.command()
def promises(
    *,
    pack: PackOption,
    recordings: RecordingsOption,
    at: AtOption,
    false: Annotated[
        Path | None, typer.Option("--false", help="Statements known to be false, one JSON object a line.")
    ] = None,
    gold: Annotated[
        Path | None, typer.Option("--gold", help="Labelled lines: the benign ones must be left alone.")
    ] = None,
    reader: Annotated[
        str, typer.Option("--reader", help=f"The reader to use: {' or '.join(READERS)}.")
    ] = GATE_READER,
    as_json: Json = False,
) -> None:
    """Put recorded conversations through the gate under a pack: what is stopped, and what is left alone."""
    from answerable.apps.evaluation import promises as evaluating  # noqa: PLC0415 – start-up time
    from answerable.apps.evaluation.acts import bundle_of  # noqa: PLC0415
    from answerable.apps.readers import make_reader  # noqa: PLC0415

    made = evaluating.judge_promises(
        bundle_of(pack), make_reader(reader), recordings, false, gold, _instant(at)
    )
    if as_json:
        print(evaluating.as_json(made))  # noqa: T201
    else:
        evaluating.print_promises(Console(highlight=False), made)


def _instant(text: str) -> datetime:
    try:
        return from_rfc3339(text)
    except ValueError as error:
        raise SettingsError(
            f"--at is '{text}', which is no instant; write it as 2026-01-31T12:00:00Z"
        ) from error
