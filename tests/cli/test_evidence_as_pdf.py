"""A PDF in the evidence is under its manifest: altered, taken out or put in, it is told."""

import asyncio
from pathlib import Path

import pytest
from command_runner import run

from answerable.adapters.archives import packed, unpacked
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.receipts import CallBody, Draft


@pytest.fixture
def export(tmp_path: Path) -> list[object]:
    path = tmp_path / "l.db"

    async def append() -> None:
        ledger = SqliteLedger(path)
        await ledger.append([Draft("tr_1", "2026-11-24T00:00:00.000000Z", CallBody(0, 0, "c", "tool"))])
        await ledger.close()

    asyncio.run(append())
    run("key", "new", "answerable/log-1", "--output", tmp_path / "l.db.key")
    return ["ledger", "export", "--ledger", path, "--trace", "tr_1"]


def test_evidence_holds_a_pdf_where_one_is_asked_for(export: list[object], tmp_path: Path) -> None:
    with_pdf, without = tmp_path / "with.zip", tmp_path / "without.zip"
    run(*export, "--pdf", "-o", with_pdf)
    run(*export, "-o", without)
    assert "holds" in run("verify", with_pdf)
    files, fewer = unpacked(with_pdf, 1_000_000), unpacked(without, 1_000_000)
    assert files["report.pdf"].startswith(b"%PDF-")
    assert "report.pdf" not in fewer
    changed = tmp_path / "changed.zip"
    for content, words in (
        (
            files | {"report.pdf": files["report.pdf"] + b"\n"},
            "'report.pdf' is not the file that the manifest",
        ),
        (
            {name: one for name, one in files.items() if name != "report.pdf"},
            "names other files than there are",
        ),
        (fewer | {"report.pdf": files["report.pdf"]}, "names other files than there are"),
    ):
        changed.write_bytes(packed(content))
        assert words in run("verify", changed, code=1)
