"""What waits, looked at on the command line."""

import asyncio
import json
from pathlib import Path

from typer.testing import CliRunner

from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.approvals import ApprovalRequest, Of
from answerable.apps.approvals.held import content_digest, find_held, holding
from answerable.apps.approvals.place import open_approvals
from answerable.apps.cli import app
from answerable.testing import sample_approvals as some
from answerable.testing import sample_holds as holds


def run(*arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(one) for one in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        return f"{type(result.exception).__name__}: {result.exception}"
    assert result.exit_code == code, result.output
    return result.output


def waiting(path: Path) -> ApprovalRequest:
    """An act that waits, beside a ledger in a file."""

    async def hold() -> ApprovalRequest:
        ledger = SqliteLedger(path)
        drafts = [holds.exchange(), holds.held_act()]
        [(trace, decision)] = holding(drafts, await ledger.append(drafts))
        held = await find_held(ledger, trace, decision)
        await ledger.close()
        content = content_digest(Of.ACT, held.text or "")
        sample = some.request()
        return ApprovalRequest(
            sample.id, Of.ACT, trace, decision, content, held.findings, holds.BUNDLE, some.WORKLOAD, some.ROUTE,
            sample.plan, sample.opened_at, sample.tool, sample.conversation, amount=sample.amount,
        )  # fmt: skip

    request = asyncio.run(hold())
    store = open_approvals(str(path), create=True)
    store.open(request)
    store.close()
    return request


def test_what_waits_is_listed_and_shown_with_what_an_answer_is_bound_to(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    request = waiting(path)
    listed = run("approvals", "list", "--ledger", path)
    assert "refund_order" in listed
    assert "support-lead" in listed
    [row] = json.loads(run("approvals", "list", "--ledger", path, "--json"))["approvals"]
    assert row["approval"] == request.id
    assert run("approvals", "list", "--ledger", path, "--route", "claims") == "nothing waits\n"
    found = json.loads(run("approvals", "show", request.id, "--ledger", path))
    assert found["arguments"] == {"order_id": "W1", "amount": 120}
    assert found["binds"] == request.binds


def test_where_nothing_waits_it_says_so_and_makes_no_file(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    assert "nothing ever waited" in run("approvals", "list", "--ledger", path)
    assert list(tmp_path.iterdir()) == []
    waiting(path)
    assert "no approval 'ap_9'" in run("approvals", "show", "ap_9", "--ledger", path)


def test_nobody_answers_on_the_command_line() -> None:
    told = run("approvals", "--help")
    for word in ("approve ", "deny"):
        assert word not in told
