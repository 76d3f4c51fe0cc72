"""`answerable eval reading`, from the files of a small folder to the exit code."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from answerable.apps.cli import main, repeated
from answerable.apps.readers import GATE_READER, READERS, make_reader
from answerable.evaluation import EvaluatedReader
from answerable.testing.command_line import run_here
from answerable.values.errors import SettingsError

DONE, NO, MISUSE, MISSING = 0, 1, 2, 3
REPLIES = {
    2: "Hello Ada. I've cancelled order K-1.",
    4: "Our shop opens at nine. I'll refund you $5 by Friday.",
}


def run(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSWERABLE_")}
    return run_here(
        main,
        ["eval", "reading", *map(str, arguments)],
        cwd=cwd,
        environment={**kept, "NO_COLOR": "1", "COLUMNS": "140"},
    )


def label(
    turn: int, text: str, force: str, polarity: str = "grants", subject: str = "refund", **more: Any
) -> str:
    start = REPLIES[turn].index(text)
    return json.dumps(
        {
            "dialogue_id": "k", "turn": turn, "start": start, "end": start + len(text), "text": text,
            "force": force, "polarity": polarity, "subject": subject, **more,
        }
    )  # fmt: skip


GOLD = [
    label(2, "Hello Ada.", "none", "neutral", "none"),
    label(2, "I've cancelled order K-1.", "completed", subject="cancellation"),
    label(4, "Our shop opens at nine.", "promise", sure=False),  # labelled wrong: the reader will miss it
    label(4, "I'll refund you $5 by Friday.", "promise"),
]
TALK = [
    {"dialogue_id": "k", "turn": 1, "role": "customer", "text": "Cancel K-1 <b>now</b>."},
    {"dialogue_id": "k", "turn": 2, "role": "assistant", "text": REPLIES[2]},
    {"dialogue_id": "k", "turn": 3, "role": "user", "text": None},
    {"dialogue_id": "k", "turn": 4, "role": "agent", "text": REPLIES[4], "tool_results": []},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "gold.jsonl").write_text("\n".join(GOLD) + "\n")
    talk = "\n".join(json.dumps(one) for one in TALK)
    (tmp_path / "talk.jsonl.gz").write_bytes(gzip.compress(talk.encode()))
    (tmp_path / "notes.jsonl").write_text('{"what": "something else"}\n')
    return tmp_path


def test_a_small_folder_from_end_to_end(folder: Path) -> None:
    told = run("--gold", "gold.jsonl", "--html", "r.html", "--json", "r.json", "--errors", 3, cwd=folder)
    assert told.returncode == DONE, told
    assert told.stderr == "no recordings, left out: notes.jsonl\n"
    for part in (
        "committal recall",
        "0.667",
        "completed",
        "cold start",
        "on this machine",
        "Our shop opens at nine.",
    ):
        assert part in told.stdout
    made = json.loads((folder / "r.json").read_text())
    assert made["reader"] == make_reader().version
    assert made["conversations"] == ["talk.jsonl.gz"]
    assert (made["all"]["lines"], made["sure"]["lines"]) == (4, 3)
    assert made["all"]["committal"]["recall"]["hits"] == 2
    assert made["sure"]["committal"]["recall"]["value"] == 1
    assert made["mistakes"][0]["wrong"] == "missed commitment"
    assert made["mistakes"][0]["where"] == "gold.jsonl:3"
    assert made["speed"]["timings"]["lines"] == 4
    assert made["speed"]["memory_lines"] == 4
    assert made["speed"]["memory_bytes"] > 2**20
    assert made["speed"]["cold_start_ms"] > 0
    page = (folder / "r.html").read_text()
    assert "<mark>Our shop opens at nine.</mark>" in page
    assert "<b>now" not in page


def test_json_on_standard_output_is_all_there_is(folder: Path) -> None:
    told = run(
        "--gold", "gold.jsonl", "--json", "-", "--speed-lines", 0, "--fail-under", "recall=0.9", cwd=folder
    )
    assert told.returncode == NO
    assert json.loads(told.stdout)["speed"] is None
    assert "✗ missed: at least 0.9 recall, measured 0.6667" in told.stderr


def test_goals_decide_the_exit_code(folder: Path) -> None:
    def goals(*texts: str) -> subprocess.CompletedProcess[str]:
        options = [part for text in texts for part in ("--fail-under", text)]
        return run("--gold", "gold.jsonl", "--speed-lines", 0, *options, cwd=folder)

    met = goals("recall=0.6,precision=1", "sure.recall=1")
    assert met.returncode == DONE, met
    assert met.stdout.count("✓ met") == 3
    missed = goals("recall=0.6,precision=1", "recall=0.7")
    assert missed.returncode == NO
    assert missed.stdout.count("✗ missed") == 1
    assert goals("recal=1").returncode == MISUSE


def test_several_gold_files_and_named_recordings(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "more.jsonl").write_text(GOLD[0].replace('"turn"', '"source": "x", "turn"'))
    arguments = ("--gold", "gold.jsonl", other / "more.jsonl", "--conversations", "talk.jsonl.gz")
    told = run(*arguments, "--json", "-", "--speed-lines", 2, cwd=folder)
    assert told.returncode == DONE, told
    made = json.loads(told.stdout)
    assert made["all"]["lines"] == 5
    assert made["speed"]["timings"]["lines"] == 2
    assert [one["source"] for one in made["sources"]] == ["(none)", "x"]


@pytest.mark.parametrize("to_stdout", [False, True])
@pytest.mark.parametrize(
    ("change", "arguments", "code", "told"),
    [
        ({}, ("--gold", "none.jsonl"), MISSING, "'none.jsonl' can't be read: No such file"),
        ({}, ("--gold", "x/none.jsonl"), MISSING, "the folder 'x' can't be read"),
        ({"talk.jsonl.gz": None}, (), MISSING, "has no recordings (*.jsonl, *.jsonl.gz) for gold.jsonl"),
        ({}, ("--conversations", "none.jsonl"), MISSING, "'none.jsonl' can't be read"),
        (
            {},
            ("--conversations", "notes.jsonl"),
            MISUSE,
            "notes.jsonl:1: not a recorded message: Object missing",
        ),
        ({"gold.jsonl": ""}, (), MISUSE, "gold.jsonl: holds no labelled line"),
        ({"gold.jsonl": GOLD[0] + "\n{"}, (), MISUSE, "gold.jsonl:2: not JSON"),
        (
            {"gold.jsonl": GOLD[0].replace("none", "nope")},
            (),
            MISUSE,
            "gold.jsonl:1: 'force' is 'nope'; write one of",
        ),
        (
            {"gold.jsonl": GOLD[0].replace('"end": 10', '"end": 99')},
            (),
            MISUSE,
            "gold.jsonl:1: 'end' is 99, and the",
        ),
        (
            {"gold.jsonl": GOLD[0].replace('"turn": 2', '"turn": 3')},
            (),
            MISSING,
            "(dialogue 'k', turn 3) is in none",
        ),
        ({"zz.jsonl": "{broken"}, (), MISUSE, "zz.jsonl:1: not a recorded message"),
        ({}, ("--reader", "oracle"), MISUSE, "'oracle' is no reader; write one of rules"),
        ({}, ("--html", "x/r.html"), MISSING, "'x/r.html' can't be written"),
        ({}, ("--html", "gold.jsonl"), MISUSE, "'gold.jsonl' is read, and would be written over"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    folder: Path,
    change: dict[str, str | None],
    arguments: tuple[str, ...],
    code: int,
    told: str,
    *,
    to_stdout: bool,
) -> None:
    for name, text in change.items():
        if text is None:
            (folder / name).unlink()
        else:
            (folder / name).write_text(text)
    gold = () if "--gold" in arguments else ("--gold", "gold.jsonl")
    found = run(*gold, *arguments, *(("--json", "-") if to_stdout else ("--json", "r.json")), cwd=folder)
    assert found.returncode == code, found
    assert "Traceback" not in found.stderr
    said = json.loads(found.stdout)["error"] if to_stdout else found.stderr.splitlines()[-1]
    assert told in said
    assert not (folder / "r.json").exists()


def test_both_reports_on_standard_output_are_misuse(folder: Path) -> None:
    found = run("--gold", "gold.jsonl", "--json", "-", "--html", "-", cwd=folder)
    assert found.returncode == MISUSE
    assert "give one a file" in json.loads(found.stdout)["error"]


def test_many_files_may_stand_behind_one_option() -> None:
    given = ["eval", "reading", "--gold", "a", "b", "--json", "-", "--conversations", "c", "d", "e"]
    assert repeated(given) == [
        *("eval", "reading", "--gold", "a", "--gold", "b", "--json", "-"),
        *("--conversations", "c", "--conversations", "d", "--conversations", "e"),
    ]
    assert repeated(["show", "tr_1", "--line", "2"]) == ["show", "tr_1", "--line", "2"]


def test_the_reader_of_the_gate_is_one_of_the_readers() -> None:
    assert GATE_READER in READERS
    reader: EvaluatedReader = make_reader("rules")
    assert reader.version == "rules-1"
    with pytest.raises(SettingsError, match="'x' is no reader"):
        make_reader("x")


def test_a_reader_that_is_not_installed_is_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(READERS, "absent", ("answerable.no_such_module", "reader"))
    with pytest.raises(SettingsError, match="the 'absent' reader is not in this installation"):
        make_reader("absent")


def test_the_benchmark_prints_the_table_of_the_results(folder: Path) -> None:
    (folder / "gold.jsonl").rename(folder / "statements.jsonl")
    root = Path(__file__).parents[2]
    told = subprocess.run(
        [sys.executable, root / "benchmarks" / "reader.py", folder, "--errors"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert told.returncode == DONE, told
    assert "| committal recall | 0.667 | 1.000 |" in told.stdout
    assert "Our shop opens at nine." in told.stdout
