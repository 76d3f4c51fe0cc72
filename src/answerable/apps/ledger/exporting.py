"""`answerable ledger export`: the entries of some traces, with everything that proves them, in one file."""

import asyncio
import base64
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import closing
from datetime import datetime

import msgspec

from answerable.adapters.archives import packed
from answerable.apps.chain import assemble
from answerable.apps.ledger.checkpointing import Checkpointer
from answerable.apps.ledger.report import evidence_page
from answerable.apps.ledger.report_pdf import evidence_pdf
from answerable.apps.ledger.selecting import Selection, chosen_traces
from answerable.apps.ledger_place import LedgerPlace
from answerable.ledger.checkpoint import Checkpoint, parse_checkpoint
from answerable.ledger.log import hashes
from answerable.ledger.merkle import consistency_proof, inclusion_proof
from answerable.receipts import PRIVATE_OF, Opened, canonical, decode
from answerable.receipts.continuing import continues
from answerable.receipts.disclosure import Proven, disclosed, redacted
from answerable.receipts.evidence import MANIFEST, TIMESTAMP, Chosen, evidence_files
from answerable.signing import SigningKey, written
from answerable.values import TraceId, rfc3339
from answerable.values.errors import LedgerUnavailable, SettingsError


async def export(
    place: LedgerPlace,
    signer: SigningKey,
    selection: Selection,
    *,
    private: bool,
    hide: Collection[str],
    now: datetime,
    pdf: bool = False,
    kept: Sequence[Checkpoint] = (),
    stamp: Callable[[bytes], Awaitable[bytes]] | None = None,
) -> tuple[bytes, int]:
    """The evidence as one file, and how many entries it holds.

    Of private parts the fields named in `hide` are left out, and still proven.

    With `pdf` a report as a PDF is among its files, and with `kept` proofs that it continues those
    checkpoints; `stamp` gives a timestamp over the manifest's bytes.
    Signs a checkpoint first where entries are newer than the last. Raises LedgerUnavailable
    where nothing is chosen, LedgerBroken where the ledger does not hold,
    SignatureError where the key is not the one that the log signs with now,
    and what `evidence_pdf` and `stamp` raise.
    """
    ledger = place.open()
    try:
        chosen = await asyncio.to_thread(chosen_traces, ledger, place, selection)
        found = [rows for one in chosen if (rows := await ledger.trace(one))]
        # What was erased is not here; who erased it is.
        erasures = {row.erased.trace for rows in found for row in rows if row.erased is not None}
        found += [rows for one in sorted(erasures) if (rows := await ledger.trace(TraceId(one)))]
    finally:
        await ledger.close()
    if not found:
        raise LedgerUnavailable(f"the ledger at '{place}' has no {selection.named}")
    if not private:
        found = [[row._replace(salt=None, private=None) for row in rows] for rows in found]
    await Checkpointer(place, signer).once()
    what = Chosen(selection.named, rfc3339(now))
    files = await asyncio.to_thread(_files, place, signer, what, found, hide, kept, pdf=pdf)
    if stamp is not None:
        files[TIMESTAMP] = await stamp(files[MANIFEST])
    return packed(files), sum(map(len, found))


def _files(
    place: LedgerPlace,
    signer: SigningKey,
    chosen: Chosen,
    found: list[list[Opened]],
    hide: Collection[str],
    kept: Sequence[Checkpoint],
    *,
    pdf: bool,
) -> dict[str, bytes]:
    with closing(place.log()) as log:
        handovers, note = log.handovers(), log.checkpoint()
        if note is None:
            raise LedgerUnavailable(f"no checkpoint of '{place}' could be signed")
        checkpoint = parse_checkpoint(note.text)
        tree = hashes(log, checkpoint.size)
        rows = sorted((row for rows in found for row in rows), key=lambda row: row.seq)
        proven = [_proven(row, inclusion_proof(row.seq, checkpoint.size, tree), hide) for row in rows]
        continued = {one.size: consistency_proof(one.size, checkpoint.size, tree) for one in kept}
    readable = [[_readable(row, hide) for row in rows] for rows in found]
    chains = [chain for rows in readable if (chain := assemble(rows)) is not None]
    page = evidence_page(chosen.what, chosen.made, checkpoint, chains)
    printed = evidence_pdf(chosen.what, chosen.made, note, chains) if pdf else None
    shown = continues(continued) if continued else None
    files, manifest = evidence_files(chosen, note, proven, page, handovers, printed, shown)
    return files | {MANIFEST: written(manifest.signed(signer))}


def _proven(row: Opened, proof: list[bytes], hide: Collection[str]) -> Proven:
    steps = tuple(base64.b64encode(step).decode() for step in proof)
    return disclosed(row, decode(row.entry, row.seq).v, steps, hide)


def _readable(row: Opened, hide: Collection[str]) -> Opened:
    """The row as a person reads it in the report: with words in the place of hidden fields."""
    if row.private is None or not hide:
        return row
    kind = PRIVATE_OF[type(decode(row.entry, row.seq).body)]
    return row._replace(private=canonical(redacted(msgspec.json.decode(row.private, type=kind), hide)))


def known_fields(names: Collection[str]) -> frozenset[str]:
    """Names of fields that private parts have. Raises SettingsError naming one that none has."""
    known = {field for kind in PRIVATE_OF.values() for field in kind.__struct_fields__}
    for name in names:
        if name not in known:
            raise SettingsError(
                f"no private part has a field '{name}' to redact; they have {', '.join(sorted(known))}"
            )
    return frozenset(names)
