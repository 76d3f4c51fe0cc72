"""tlog-scales, somebody else's reader of C2SP logs, audits the log that a running gateway serves over HTTP."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import apsw
import pytest
from gateway_stack import Programmed, Stack, either, gateway
from tlog_scales import tiles
from tlog_scales.backend import HttpBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey, VkeySet
from tlog_scales.tlog import Checkpoint, ConsistencyProofInvalid, InclusionProofInvalid

from answerable.adapters.key_files import write_secret_key
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.adapters.sqlite_log import SqliteLog
from answerable.adapters.witness_file import WitnessFile
from answerable.apps.ledger.checkpointing import Checkpointer
from answerable.apps.ledger.witnessing import witness_app
from answerable.apps.ledger_place import LedgerPlace
from answerable.receipts import CallBody, CallPrivate, Draft
from answerable.signing import new_signer
from answerable.signing.keys import Algorithm
from answerable.testing.serving import serve_in_thread

LOG = new_signer("answerable/log-1", bytes(range(32)))
WITNESS = new_signer("auditor.example/w", bytes(range(1, 33)), Algorithm.COSIGNATURE)
OUR_KEY, WITNESS_KEY = (Vkey.from_string(str(one.verifier)) for one in (LOG, WITNESS))
NOW = datetime(2026, 11, 24, tzinfo=UTC)
BEFORE = 600  # three tiles of entries, so that there is a level above them


def drafts(count: int, tool: str = "tool") -> list[Draft]:
    return [
        Draft("tr_1", "2026-01-31T00:00:00.000000Z", CallBody(0, at, f"c-{at}", tool), CallPrivate("{}"))
        for at in range(count)
    ]


async def write_and_sign(path: Path, *batches: list[Draft]) -> None:
    ledger = SqliteLedger(path)
    for batch in batches:
        await ledger.append(batch)
    await ledger.close()
    await Checkpointer(LedgerPlace(path), LOG).once()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger that was in use before: its key, its entries, its last checkpoint."""
    found = tmp_path / "ledger.db"
    write_secret_key(found.with_name("ledger.db.key"), LOG)
    asyncio.run(write_and_sign(found, drafts(BEFORE)))
    return found


@contextmanager
def reading(stack: Stack) -> Iterator[TilesReader]:
    backend = HttpBackend(f"{stack.root}/log")
    backend.session.trust_env = False  # no proxy between here and this machine
    try:
        yield TilesReader(backend)
    finally:
        backend.session.close()


def checkpoint(reader: TilesReader, size: int, signatures: int = 1) -> Checkpoint:
    """The first that counts as many entries and has as many signatures."""
    until = time.monotonic() + 15
    while (found := reader.get_checkpoint()).size < size or len(found.signatures) < signatures:
        assert time.monotonic() < until, found
        time.sleep(0.05)
    return found


def test_it_finds_the_signatures_the_root_and_every_entry_and_that_the_log_only_grew(path: Path) -> None:
    state = WitnessFile(path.with_name("witness.json"))
    state.follow(LOG.verifier)
    with serve_in_thread(witness_app(state, WITNESS, lambda: NOW)) as witness:
        witnesses = path.with_name("witnesses.txt")
        witnesses.write_text(f"{witness} {WITNESS.verifier}\n")
        upstream = Programmed(either("Your order is packed."))
        with gateway(upstream.app, path, witnesses=witnesses) as stack, reading(stack) as reader:
            kept = checkpoint(reader, BEFORE)
            stack.ask()
            found = checkpoint(reader, BEFORE + 3, signatures=2)
            assert {key.name for key, _ in VkeySet(OUR_KEY, WITNESS_KEY).verify(found.signatures, found)} == {
                "answerable/log-1",
                "auditor.example/w",
            }
            assert reader.calculate_root_hash() == found.root_hash
            with closing(SqliteLog(path)) as store:
                entries = store.entries(0, found.size)
            for index in range(found.size):
                entry = reader.get_entry(index)
                assert entry == entries[index]
                reader.get_inclusion_proof(index, found.size).check(tiles.leaf_hash(entry), found.root_hash)
            assert kept.size == BEFORE
            kept.verify(OUR_KEY)
            reader.get_consistency_proof(kept.size, found.size).check(kept.root_hash, found.root_hash)


def test_it_misses_what_an_insider_rewrote_and_signed_anew(path: Path) -> None:
    upstream = Programmed(either("Your order is packed."))
    with gateway(upstream.app, path) as stack, reading(stack) as reader:
        kept = checkpoint(reader, BEFORE)
    with closing(apsw.Connection(str(path))) as connection:
        for table in ("entries", "tile_roots", "checkpoints"):
            connection.execute(f"DELETE FROM {table}").fetchall()
    asyncio.run(write_and_sign(path, drafts(BEFORE // 2), drafts(BEFORE, "fool")))
    with gateway(upstream.app, path) as stack, reading(stack) as reader:
        forged = checkpoint(reader, BEFORE + 1)
        forged.verify(OUR_KEY)
        assert reader.calculate_root_hash() == forged.root_hash, "the forgery is whole in itself"
        with pytest.raises(ConsistencyProofInvalid):
            reader.get_consistency_proof(kept.size, forged.size).check(kept.root_hash, forged.root_hash)


@pytest.mark.parametrize("index", [0, 300, BEFORE - 1])
def test_it_refuses_an_entry_that_was_changed_under_the_checkpoint(path: Path, index: int) -> None:
    with gateway(Programmed(either("Hello.")).app, path) as stack, reading(stack) as reader:
        found = checkpoint(reader, BEFORE)
        with closing(apsw.Connection(str(path))) as connection:
            change = "UPDATE entries SET entry = CAST(replace(entry, 'tool', 'fool') AS BLOB) WHERE seq = ?"
            connection.execute(change, (index,)).fetchall()
        entry = reader.get_entry(index)
        assert b"fool" in entry
        proof = reader.get_inclusion_proof(index, found.size)
        with pytest.raises(InclusionProofInvalid):
            proof.check(tiles.leaf_hash(entry), found.root_hash)
