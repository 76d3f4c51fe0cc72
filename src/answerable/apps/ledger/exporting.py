"""`answerable ledger export`: the entries of some traces, with everything that proves them, in one file."""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from answerable.adapters.archives import packed
from answerable.adapters.sqlite_log import SqliteLog
from answerable.apps.chain import assemble
from answerable.apps.ledger.checkpointing import Checkpointer
from answerable.apps.ledger.report import evidence_page
from answerable.apps.ledger.report_pdf import evidence_pdf
from answerable.apps.show import open_existing
from answerable.ledger.checkpoint import parse_checkpoint
from answerable.ledger.log import hashes
from answerable.ledger.merkle import inclusion_proof
from answerable.ports import Sealed
from answerable.receipts.evidence import MANIFEST, TIMESTAMP, Chosen, Proven, evidence_files
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
    pdf: bool = False,
    stamp: Callable[[bytes], Awaitable[bytes]] | None = None,
) -> tuple[bytes, int]:
    """The evidence as one file, and how many entries it holds.

    With `pdf` a report as a PDF is among its files; `stamp` gives a timestamp over the manifest's bytes.
    Signs a checkpoint first where entries are newer than the last. Raises LedgerUnavailable
    where nothing is chosen by that name, LedgerBroken where the ledger does not hold,
    and what `evidence_pdf` and `stamp` raise.
    """
    ledger = open_existing(path)
    try:
        traces = [TraceId(trace)] if trace else await ledger.traces_of(conversation or "")
        found = [rows for one in traces if (rows := await ledger.trace(one))]
    finally:
        await ledger.close()
    what = f"trace {trace}" if trace else f"conversation {conversation}"
    if not found:
        raise LedgerUnavailable(f"the ledger at '{path}' has no {what}")
    if not private:
        found = [[row._replace(salt=None, private=None) for row in rows] for rows in found]
    await Checkpointer(path, signer).once()
    made = rfc3339(now)
    files = await asyncio.to_thread(_files, path, signer, Chosen(what, made), found, pdf=pdf)
    if stamp is not None:
        files[TIMESTAMP] = await stamp(files[MANIFEST])
    return packed(files), sum(map(len, found))


def _files(
    path: Path, signer: Signer, chosen: Chosen, found: list[list[Sealed]], *, pdf: bool
) -> dict[str, bytes]:
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
    printed = evidence_pdf(chosen.what, chosen.made, note, chains) if pdf else None
    files, manifest = evidence_files(chosen, note, proven, page, printed)
    return files | {MANIFEST: written(manifest.signed(signer))}


def _proven(row: Sealed, proof: list[bytes]) -> Proven:
    return Proven(
        row.seq,
        row.entry.decode(),
        tuple(base64.b64encode(step).decode() for step in proof),
        None if row.salt is None else row.salt.hex(),
        None if row.private is None else row.private.decode(),
    )
