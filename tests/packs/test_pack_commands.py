"""`answerable pack`: a newcomer's way from an empty folder to a bundle, and the packs that come along."""

import hashlib
import json
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from typer.testing import CliRunner

from answerable.adapters.bundle_files import built_in, from_folder
from answerable.apps.cli import app
from answerable.apps.pack.linting import lint_pack
from answerable.decisions.lint import Severity
from answerable.values.errors import BundleError

PACKS = Path(__file__).parents[2] / "packs"
STORE = PACKS / "store"


SHADOWED = """
@id("plants-after-all") @owner("o") @because("b")
permit (principal, action == Action::"create_return", resource)
when { context.plant };
"""


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["pack", *arguments], catch_exceptions=False)
    return result.exit_code, result.output


def printed(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json")[1])


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A copy of the store pack, to be broken."""
    return copytree(STORE, tmp_path / "store")


def change(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))


def test_what_init_writes_passes_lint_and_test_at_once(tmp_path: Path) -> None:
    folder = str(tmp_path / "mine")
    assert run("init", folder)[0] == 0
    assert run("lint", folder) == (0, f"0 errors, 0 warnings in {folder}\n")
    code, output = run("test", folder)
    assert (code, output.splitlines()[-1]) == (0, "9 of 9 cases came out as expected")


def test_init_never_writes_over_anything(mine: Path) -> None:
    with pytest.raises(BundleError, match="not empty"):
        run("init", str(mine))


@pytest.mark.parametrize("name", ["store", "retail", "airline"])
def test_the_packs_that_come_along_have_no_errors(name: str) -> None:
    assert [one for one in lint_pack(PACKS / name) if one.severity is Severity.ERROR] == []


@pytest.mark.parametrize(("name", "cases"), [("store", 22), ("airline", 54), ("retail", 31)])
def test_the_packs_that_come_along_decide_as_their_tests_say(name: str, cases: int) -> None:
    found = printed("test", str(PACKS / name))
    assert [one for one in found["cases"] if one["problem"]] == []
    assert len(found["cases"]) == cases


@pytest.mark.parametrize("name", ["store", "retail"])
def test_every_rule_decides_in_some_case(name: str) -> None:
    assert printed("test", str(PACKS / name))["policies_in_no_case"] == []


def test_a_rule_that_no_case_reaches_is_named(mine: Path) -> None:
    (mine / "tests" / "acts.yaml").write_text(
        (mine / "tests" / "acts.yaml").read_text().split("- name: a return of what has not arrived")[0]
    )
    code, output = run("test", str(mine))
    assert (code, output.splitlines()[-1]) == (0, "in no case did these policies decide: delivered-first")


def test_a_rule_that_is_changed_fails_its_case(mine: Path) -> None:
    change(mine, "policies.cedar", "days_since_delivery > 30", "days_since_delivery > 90")
    code, output = run("test", str(mine))
    assert code == 1
    assert "✗ permit   a return after the window" in output


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("policies.cedar", '  action in [\n    Action::"refund_order", Action::"create_return"',
         '  action in [\n    Action::"create_return"', "no policy permits 'refund_order'"),
        ("policies.cedar", "\nwhen { context.amount > 10000 };", ";", "always refused"),
        ("policies.cedar", "// Larkfield's rules on acts.\n", SHADOWED, "it has no effect"),
        ("terms.yaml", "wording: Batteries are covered for 6 months.",
         "wording: I've extended your cover.", "is read as completed"),
    ],
)  # fmt: skip
def test_lint_finds_what_parsing_cannot(mine: Path, file: str, old: str, new: str, words: str) -> None:
    change(mine, file, old, new)
    errors = [one for one in lint_pack(mine) if one.severity is Severity.ERROR]
    assert any(words in one.text for one in errors), errors


def test_wording_that_promises_is_an_error_with_its_line(mine: Path) -> None:
    (mine / "wording.yaml").write_text(
        'default: "We will refund you in full by Friday."\nnot-done-yet: "No."\nsign-in-first: "Please sign in."\n'
    )
    [error] = [one for one in lint_pack(mine) if one.severity is Severity.ERROR]
    assert (error.file, error.line) == ("wording.yaml", 1)
    assert "'default' is read as promise" in error.text


def test_a_document_that_has_changed_since_is_an_error(mine: Path) -> None:
    (mine / "returns.md").write_text("Within 30 days.")
    digest = "sha256:" + hashlib.sha256(b"Within 30 days.").hexdigest()
    remarks = [one for one in lint_pack(mine) if "returns.md" in one.text]
    assert digest in remarks[0].text
    assert all(one.severity is Severity.WARNING for one in remarks)
    text = (mine / "terms.yaml").read_text()
    named = text.replace("document: returns.md,", f'document: returns.md, digest: "{digest}",')
    (mine / "terms.yaml").write_text(named)
    assert [one for one in lint_pack(mine) if "returns.md" in one.text] == []
    (mine / "returns.md").write_text("Within 14 days.")
    assert "'returns.md' has changed since" in next(
        one.text for one in lint_pack(mine) if one.severity is Severity.ERROR
    )


def test_words_that_a_pack_leaves_out_are_the_built_in_ones(mine: Path) -> None:
    (mine / "wording.yaml").write_text(
        'no-rule: "We publish nothing of the kind."\nsign-in-first: "Please sign in."\n'
    )
    wording = from_folder(mine).wording
    assert wording["no-rule"].text == "We publish nothing of the kind."
    assert wording["no-offer"].text == built_in().wording["no-offer"].text


def test_a_built_bundle_is_the_same_bytes_and_the_same_digest(mine: Path, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("one.zip", "two.zip")]
    digests = {run("build", str(mine), "-o", str(file))[1].strip() for file in files}
    assert files[0].read_bytes() == files[1].read_bytes()
    assert digests == {from_folder(mine).digest} == {from_folder(files[0]).digest}


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"x" * 100])
def test_a_file_that_is_no_bundle_is_an_error(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "b.zip"
    file.write_bytes(content)
    with pytest.raises(BundleError, match="no bundle that"):
        from_folder(file)


def test_diff_names_what_changed_and_nothing_else(mine: Path) -> None:
    change(mine, "policies.cedar", "days_since_delivery > 30", "days_since_delivery > 14")
    change(mine, "terms.yaml", "value: within 30 days", "value: within 14 days")
    change(mine, "policies.cedar", "// Larkfield's rules on acts.", "// A remark changes nothing.")
    found = printed("diff", str(STORE), str(mine))
    assert [(one["change"], one["name"]) for one in found["changes"]] == [
        ("changed", "inside-the-return-window"),
        ("changed", "return-window"),
    ]


def test_backtest_shows_each_decision_that_changed(mine: Path, tmp_path: Path) -> None:
    order = {"order_id": "L-1", "status": "delivered", "total": 45.0, "days_since_delivery": 20, "items": []}
    returned = {"name": "create_return", "arguments": {"order_id": "L-1", "item_id": "P", "email": "a@b.c"}}
    rows: list[dict[str, Any]] = [
        {"role": "user", "text": "Can L-1 go back?"},
        {"role": "agent", "tool_calls": [{"name": "get_order", "arguments": {"order_id": "L-1"}}]},
        {"role": "tool", "tool_results": [{"name": "get_order", "content": order}]},
        {"role": "agent", "text": "Shall I open a return for L-1?"},
        {"role": "user", "text": "Yes."},
        {"role": "agent", "tool_calls": [returned]},
    ]
    recording = tmp_path / "calls.jsonl"
    recording.write_text(
        "\n".join(
            json.dumps({"dialogue_id": "d", "turn": at, "source": "s"} | row) for at, row in enumerate(rows)
        )
    )
    change(mine, "policies.cedar", "days_since_delivery > 30", "days_since_delivery > 14")
    page = tmp_path / "page.html"
    found = printed(
        "backtest", str(mine), "--against", str(STORE), "--recordings", str(recording),
        "--at", "2026-01-01T00:00:00Z", "--html", str(page),
    )  # fmt: skip
    assert ("permit", "refuse") in [(one["before"], one["after"]) for one in found["changed"]]
    assert found["after"]["friction"] > found["before"]["friction"]
    assert "decisions changed" in page.read_text()
