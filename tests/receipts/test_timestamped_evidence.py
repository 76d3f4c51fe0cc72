"""Evidence with a timestamp, as the commands have it: asked for at export, checked or said not to be at verify."""

import asyncio
import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from time_stamping import DAY, Authority
from typer.testing import CliRunner

from answerable.adapters.archives import packed, unpacked
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.apps.cli import app
from answerable.receipts import CallBody, Draft
from answerable.testing.serving import serve_in_thread
from answerable.values.errors import LedgerUnavailable, ProofError, SettingsError


def run(*arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority") / "a")


@pytest.fixture(scope="module")
def url(authority: Authority) -> Iterator[str]:
    async def answer(request: Request) -> Response:
        return Response(authority.reply(await request.body()), media_type="application/timestamp-reply")

    with serve_in_thread(Starlette(routes=[Route("/tsr", answer, methods=["POST"])])) as base:
        yield f"{base}/tsr"


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "l.db"

    async def append() -> None:
        store = SqliteLedger(path)
        await store.append([Draft("tr_1", "2026-11-24T00:00:00.000000Z", CallBody(0, 0, "c", "tool"))])
        await store.close()

    asyncio.run(append())
    run("key", "new", "answerable/log-1", "--output", tmp_path / "l.db.key")
    return path


@pytest.fixture
def roots(authority: Authority) -> Path:
    return authority.folder / "root.pem"


def exported(ledger: Path, *options: object, code: int = 0) -> Path:
    file = ledger.with_name("e.zip")
    run("ledger", "export", "--ledger", ledger, "--trace", "tr_1", "-o", file, *options, code=code)
    return file


def test_evidence_with_a_timestamp_says_by_when_it_was_there(
    ledger: Path, url: str, roots: Path, authority: Authority
) -> None:
    file = exported(ledger, "--timestamp", url, "--timestamp-ca", roots)
    assert ", says CN=Test TSA" in run("verify", file, "--timestamp-ca", roots)
    told = json.loads(run("verify", file, "--timestamp-ca", roots, "--json"))["timestamp"]
    assert (told["checked"], told["authority"]) == (True, "CN=Test TSA")
    files = unpacked(file, 1_000_000)
    assert authority.openssl_verifies(files["timestamp.tsr"], files["manifest.note"])


def test_a_timestamp_that_nobody_checked_is_said_to_be_unchecked(ledger: Path, url: str) -> None:
    file = exported(ledger, "--timestamp", url)
    assert "a timestamp that was not checked" in run("verify", file)
    assert json.loads(run("verify", file, "--json"))["timestamp"] == {"checked": False}


def test_evidence_without_a_timestamp_does_not_hold_where_one_is_asked_for(ledger: Path, roots: Path) -> None:
    file = exported(ledger)
    assert "timestamp" not in run("verify", file)
    assert json.loads(run("verify", file, "--json"))["timestamp"] is None
    assert "'timestamp.tsr' is missing" in run("verify", file, "--timestamp-ca", roots, code=1)


def test_a_timestamp_of_an_authority_that_was_not_named_does_not_hold(
    ledger: Path, url: str, roots: Path, tmp_path: Path
) -> None:
    other = Authority(tmp_path / "other").folder / "root.pem"
    file = exported(ledger, "--timestamp", url)
    assert "does not lead to a certificate" in run("verify", file, "--timestamp-ca", other, code=1)
    file.unlink()
    with pytest.raises(ProofError, match="does not lead to a certificate"):
        exported(ledger, "--timestamp", url, "--timestamp-ca", other)
    assert not file.exists()


def test_a_timestamp_over_another_manifest_does_not_hold(ledger: Path, url: str, roots: Path) -> None:
    file = exported(ledger, "--timestamp", url)
    files = unpacked(file, 1_000_000)
    file.unlink()
    later = unpacked(exported(ledger), 1_000_000)
    file.write_bytes(packed(later | {"timestamp.tsr": files["timestamp.tsr"]}))
    assert "was not checked" in run("verify", file)
    assert "over other bytes" in run("verify", file, "--timestamp-ca", roots, code=1)


def test_only_the_timestamp_may_be_there_without_being_named_by_the_manifest(ledger: Path) -> None:
    file = exported(ledger)
    for name in ("timestamp.txt", "report.pdf", "TIMESTAMP.tsr"):
        with zipfile.ZipFile(file) as held:
            files = {one: held.read(one) for one in held.namelist()}
        other = file.with_name(name + ".zip")
        other.write_bytes(packed(files | {name: b""}))
        told = run("verify", other, code=1)
        assert "is no file of evidence" in told or "the manifest names other files" in told


def test_an_authority_that_fails_leaves_no_evidence(ledger: Path, tmp_path: Path) -> None:
    with pytest.raises(LedgerUnavailable, match="can't be reached"):
        exported(ledger, "--timestamp", "http://127.0.0.1:1/tsr")
    old = Authority(tmp_path / "old", since=-2 * DAY, until=-DAY)

    async def answer(request: Request) -> Response:
        return Response(old.reply(await request.body()), media_type="application/timestamp-reply")

    with (
        serve_in_thread(Starlette(routes=[Route("/tsr", answer, methods=["POST"])])) as base,
        pytest.raises(ProofError, match="had expired"),
    ):
        exported(ledger, "--timestamp", f"{base}/tsr", "--timestamp-ca", old.folder / "root.pem")
    assert not (tmp_path / "e.zip").exists()


def test_certificates_without_anything_to_check_are_refused(ledger: Path, roots: Path) -> None:
    with pytest.raises(SettingsError, match="goes with --timestamp URL"):
        exported(ledger, "--timestamp-ca", roots)
    with pytest.raises(SettingsError, match="goes with a file of evidence"):
        run("verify", "--ledger", ledger, "--timestamp-ca", roots)


def test_without_the_extra_a_timestamp_says_what_to_install(
    ledger: Path, roots: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = exported(ledger)
    for module in ("answerable.adapters.timestamp_authority", "answerable.receipts.timestamps"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, "rfc3161_client", None)
    assert "holds" in run("verify", file)
    with pytest.raises(SettingsError, match=r"pip install '\.\[evidence\]'"):
        run("verify", file, "--timestamp-ca", roots)
    with pytest.raises(SettingsError, match=r"pip install '\.\[evidence\]'"):
        exported(ledger, "--timestamp", "http://127.0.0.1:1/tsr")
