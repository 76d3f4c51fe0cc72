"""The command line says in its exit code what came of it, and in JSON what it says in text."""

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from answerable import __version__
from answerable.apps.cli import main
from answerable.testing.command_line import run_here

DONE, NO, MISUSE, MISSING = 0, 1, 2, 3


def run(*arguments: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return run_here(main, [*map(str, arguments)], cwd=cwd, environment={**clean(), **environment})


def started(*arguments: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own, as people run it."""
    return subprocess.run(
        [sys.executable, "-m", "answerable.apps.cli", *map(str, arguments)],
        cwd=cwd,
        env={**clean(), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def clean() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSWERABLE_")}
    return {**kept, "NO_COLOR": "1", "COLUMNS": "200"}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A folder in which the demo has played one scenario."""
    folder = tmp_path_factory.mktemp("demo")
    return folder, started("demo", "--only", "refund-true", "--json", "--ledger", "l.db", cwd=folder)


def test_the_version_in_both_forms(tmp_path: Path) -> None:
    assert run("--version", cwd=tmp_path).stdout.strip() == f"answerable {__version__}"
    assert json.loads(run("--json", "--version", cwd=tmp_path).stdout) == {"version": __version__}


def test_help_tells_the_exit_codes(tmp_path: Path) -> None:
    told = started("--help", cwd=tmp_path)
    assert told.returncode == DONE
    assert "0 done, 1 the answer is no" in told.stdout


def test_the_demo_plays_a_scenario_and_says_in_json_what_became_of_each_line(
    played: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    _, demo = played
    assert demo.returncode == DONE, demo.stderr
    told = json.loads(demo.stdout)
    assert told["wrong"] == []
    assert any("refunded $45.00" in json.dumps(row) for row in told["lines"])


def test_show_prints_the_chain_of_the_latest_trace_and_of_a_named_one(
    played: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, _ = played
    latest = json.loads(run("show", "--ledger", "l.db", "--json", cwd=folder).stdout)
    assert latest["reply"]["ending"] == "complete"
    named = run("show", latest["trace"], "--ledger", "l.db", "--json", cwd=folder)
    assert json.loads(named.stdout) == latest
    text = run("show", latest["trace"], "--ledger", "l.db", cwd=folder)
    assert text.returncode == DONE
    assert latest["trace"] in text.stdout
    assert "refunded $45.00" in text.stdout
    one = json.loads(
        run("show", latest["trace"], "--line", "0", "--ledger", "l.db", "--json", cwd=folder).stdout
    )
    assert one["lines"] == latest["lines"][:1]
    from_setting = run("show", "--json", cwd=folder, ANSWERABLE_LEDGER="l.db")
    assert json.loads(from_setting.stdout)["trace"] == latest["trace"]


@pytest.mark.parametrize("as_json", [False, True])
def test_what_is_not_there_is_missing(tmp_path: Path, *, as_json: bool) -> None:
    more = ["--json"] if as_json else []
    for arguments in (
        ["show", "--ledger", "none.db"],
        ["verify", "--ledger", "none.db"],
        ["replay", "none.jsonl"],
        ["demo", "--only", "no-such-scenario"],
    ):
        told = run(*arguments, *more, cwd=tmp_path)
        assert told.returncode == MISSING, told
        assert "Traceback" not in told.stderr
        said = json.loads(told.stdout)["error"] if as_json else told.stderr
        assert "none" in said or "no-such-scenario" in said
    assert not (tmp_path / "none.db").exists()


def test_a_trace_that_is_not_there_is_missing(played: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, _ = played
    told = run("show", "tr_none", "--ledger", "l.db", cwd=folder)
    assert told.returncode == MISSING
    assert "tr_none" in told.stderr


def test_a_file_that_is_no_ledger_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "l.db").write_text("this is not a database, however long it may be " * 100)
    for command in ("show", "verify"):
        told = run(command, "--ledger", "l.db", cwd=tmp_path)
        assert told.returncode == MISSING
        assert "Traceback" not in told.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["verfy"],
        ["show", "--line", "first"],
        ["serve", "--mode", "strict"],
        ["serve", "--port", "http"],
        ["serve", "--upstream", "127.0.0.1:8000"],
        ["serve", "--bundle", "no-such-folder"],
        ["serve", "--bundles", "no-such-folder"],
        ["serve", "--bundles", "b", "--approvers", "no-such-file"],
        ["serve", "--bundles", "b", "--approvers", "a", "--insecure-unsigned-bundles"],
        ["serve", "--insecure-client-keys", "no-such-file"],
        ["serve", "--client-keys", "k"],
        ["serve", "--trust-bundles", "no-such-file", "--audience", "a"],
        ["serve", "--trust-bundles", "no-such-file"],
        ["serve", "--audience", "a"],
        ["serve", "--workload-issuers", "no-such-file"],
        ["serve", "--customer-issuers", "no-such-file"],
        ["serve", "--tls-cert", "no-such-file"],
        ["serve", "--tls-cert", "no-such-file", "--tls-key", "no-such-file"],
        ["serve", "--tls-cert", "c", "--tls-key", "k", "--tls-client-ca", "no-such-file"],
        ["serve", "--host", "0.0.0.0"],
        ["serve", "--host", "example.org"],
        ["replay", "x.jsonl", "--most", "0"],
    ],
    ids=" ".join,
)
def test_a_command_that_cannot_be_used_as_given_is_misuse(tmp_path: Path, arguments: list[str]) -> None:
    told = run(*arguments, cwd=tmp_path)
    assert told.returncode == MISUSE, told
    assert "Traceback" not in told.stderr
    assert told.stderr


def test_a_setting_that_does_not_exist_is_misuse(tmp_path: Path) -> None:
    told = started("serve", cwd=tmp_path, ANSWERABLE_UPSTRAEM="http://127.0.0.1:9/v1")
    assert told.returncode == MISUSE
    assert "ANSWERABLE_UPSTRAEM" in told.stderr


# -- verify ---------------------------------------------------------------------------------------


@pytest.fixture
def ledger(played: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path) -> Path:
    """A copy of the demo's ledger to do harm to."""
    for name in ("l.db", "l.db.keys"):
        with sqlite3.connect(played[0] / name) as source, sqlite3.connect(tmp_path / name) as copy:
            source.backup(copy)
        source.close()
        copy.close()
    shutil.copy(played[0] / "l.db.master", tmp_path)
    return tmp_path / "l.db"


def harm(ledger: Path, statement: str) -> None:
    connection = sqlite3.connect(ledger)
    with connection:
        assert connection.execute(statement).rowcount > 0
    connection.close()


def test_a_ledger_that_holds_is_said_to_hold(ledger: Path) -> None:
    told = run("verify", "--ledger", ledger, "--json", cwd=ledger.parent)
    assert told.returncode == DONE
    assert json.loads(told.stdout)["holds"] is True
    assert json.loads(told.stdout)["entries"] > 10
    assert "holds" in run("verify", "--ledger", ledger, cwd=ledger.parent).stdout


LAST = "seq = (SELECT max(seq) FROM entries)"
TAMPERINGS = {
    "an entry changed": "UPDATE entries SET entry = CAST('{\"v\":1}' AS BLOB) WHERE seq = 3",
    "a private text changed": "UPDATE entries SET sealed = CAST('{}' AS BLOB) WHERE seq = 0",
    "an entry gone": "DELETE FROM entries WHERE seq = 4",
    "the last entry changed": f"UPDATE entries SET entry = CAST('{{}}' AS BLOB) WHERE {LAST}",
    "the last entry's hash changed": f"UPDATE entries SET leaf = 'x' WHERE {LAST}",
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
@pytest.mark.parametrize("as_json", [False, True])
def test_a_ledger_that_was_tampered_with_is_said_to_be_broken(
    ledger: Path, tampering: str, *, as_json: bool
) -> None:
    harm(ledger, TAMPERINGS[tampering])
    told = run("verify", "--ledger", ledger, *(["--json"] if as_json else []), cwd=ledger.parent)
    assert told.returncode == NO, told
    assert "entry" in told.stdout
    if as_json:
        assert json.loads(told.stdout)["holds"] is False


# -- serve ------------------------------------------------------------------------------------------


def test_serve_says_where_it_listens_answers_and_stops_on_a_signal(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "answerable.apps.cli", "serve", "--port", "0", "--json"]
    with subprocess.Popen(command, cwd=tmp_path, env=clean(), stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            told: dict[str, Any] = json.loads(server.stdout.readline())
            with urllib.request.urlopen(told["url"].replace("/v1", "/healthz")) as answer:
                assert json.load(answer) == {"status": "ok"}
            assert told["mode"] == "enforce"
            assert (tmp_path / "var" / "ledger.db").exists()
        finally:
            server.send_signal(signal.SIGTERM)
        assert server.wait(15) in (DONE, -signal.SIGTERM)


def test_serve_on_a_port_that_is_taken_says_so(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = started("serve", "--port", port, cwd=tmp_path)
    assert told.returncode != DONE
    assert "Traceback" not in told.stderr
    assert re.search(r"in use|can't be used", told.stderr)
