"""`answerable ledger export`: the entries of some traces, with everything that proves them, in one file."""

import asyncio
import base64
from contextlib import closing
from datetime import datetime
from pathlib import Path

from answerable.adapters.archives import packed
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.adapters.sqlite_log import SqliteLog
from answerable.apps.chain import assemble
from answerable.apps.ledger.checkpointing import Checkpointer
from answerable.apps.ledger.indexing import open_index
from answerable.apps.ledger.lookup import traces
from answerable.apps.ledger.report import evidence_page
from answerable.apps.show import open_existing
from answerable.ledger.checkpoint import parse_checkpoint
from answerable.ledger.log import hashes
from answerable.ledger.merkle import inclusion_proof
from answerable.receipts import Opened
from answerable.receipts.evidence import MANIFEST, Chosen, Proven, evidence_files
from answerable.receipts.query import Query
from answerable.signing import Signer, written
from answerable.values import TraceId, rfc3339
from answerable.values.errors import LedgerUnavailable


async def export(
    path: Path,
    signer: Signer,
    *,
    trace: str | None,
    conversation: str | None,
    private: bool,
    now: datetime,
) -> tuple[bytes, int]:
    """The evidence as one file, and how many entries it holds.

    Signs a checkpoint first where entries are newer than the last. Raises LedgerUnavailable
    where nothing is chosen by that name, LedgerBroken where the ledger does not hold.
    """
    ledger = open_existing(path)
    try:
        wanted = (
            [TraceId(trace)] if trace else await asyncio.to_thread(_traces_of, ledger, conversation or "")
        )
        found = [rows for one in wanted if (rows := await ledger.trace(one))]
    finally:
        await ledger.close()
    what = f"trace {trace}" if trace else f"conversation {conversation}"
    if not found:
        raise LedgerUnavailable(f"the ledger at '{path}' has no {what}")
    if not private:
        found = [[row._replace(salt=None, private=None) for row in rows] for rows in found]
    await Checkpointer(path, signer).once()
    made = rfc3339(now)
    return await asyncio.to_thread(_written, path, signer, Chosen(what, made), found), sum(map(len, found))


def _traces_of(ledger: SqliteLedger, conversation: str) -> list[TraceId]:
    with closing(open_index(ledger.path)) as index:
        return list(traces(ledger, index, Query(conversation=conversation)))


def _written(path: Path, signer: Signer, chosen: Chosen, found: list[list[Opened]]) -> bytes:
    with closing(SqliteLog(path)) as store:
        note = store.checkpoint()
        if note is None:
            raise LedgerUnavailable(f"no checkpoint of '{path}' could be signed")
        checkpoint = parse_checkpoint(note.text)
        tree = hashes(store, checkpoint.size)
        rows = sorted((row for rows in found for row in rows), key=lambda row: row.seq)
        proven = [_proven(row, inclusion_proof(row.seq, checkpoint.size, tree)) for row in rows]
    chains = [chain for rows in found if (chain := assemble(rows)) is not None]
    page = evidence_page(chosen.what, chosen.made, checkpoint, chains)
    files, manifest = evidence_files(chosen, note, proven, page)
    return packed(files | {MANIFEST: written(manifest.signed(signer))})


def _proven(row: Opened, proof: list[bytes]) -> Proven:
    return Proven(
        row.seq,
        row.entry.decode(),
        tuple(base64.b64encode(step).decode() for step in proof),
        None if row.salt is None else row.salt.hex(),
        None if row.private is None else row.private.decode(),
    )
