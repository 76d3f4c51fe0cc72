"""`answerable verify`: a whole ledger against its own hashes, and against what others have kept of it."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from answerable.adapters.key_files import read_note
from answerable.adapters.stored_ledger import Verified
from answerable.apps.ledger.verdict import say_broken, tell_handovers
from answerable.apps.ledger_place import LedgerPlace
from answerable.ledger.checkpoint import Checkpoint, parse_checkpoint
from answerable.ledger.handover import Handover, KeyHistory, read_handovers
from answerable.signing import Note, check_note, parse_note, verifier_from
from answerable.values.errors import LedgerBroken, ProofError, SignatureError


@dataclass(frozen=True, slots=True)
class _Held:
    """What the ledger was held against."""

    checkpoints: tuple[Checkpoint, ...]
    handovers: tuple[Handover, ...]
    signed: bool
    cosigned_by: tuple[str, ...]


async def verify_ledger(
    console: Console,
    place: LedgerPlace,
    elsewhere: list[Path],
    key: str | None,
    witnesses: list[str],
    *,
    as_json: bool,
) -> int:
    """Check a whole ledger; 0 where it holds, 1 where it is broken. Raises where something can't be read.

    1. The handovers of the log's key follow each other, and lead to or from the key that was named.
    2. The checkpoints, its own and those kept elsewhere, are each signed by a key that might at that size.
    3. The last of its own is cosigned by every witness that was named.
    4. Every entry follows the one before it, and hashes to what was kept.
    5. The entries are those that each checkpoint and each handover counts, and as many.
    """
    try:
        store = place.open()  # looks at the last entry, and so may already find it broken
        try:
            held = _checkpoints(place, elsewhere, key, witnesses)
            found = await store.verified([*held.checkpoints, *(one.checkpoint for one in held.handovers)])
        finally:
            await store.close()
    except (LedgerBroken, ProofError, SignatureError) as error:
        return say_broken(console, error, as_json=as_json)
    _tell(console, found, held, key, as_json=as_json)
    return 0


def _checkpoints(place: LedgerPlace, elsewhere: list[Path], key: str | None, witnesses: list[str]) -> _Held:
    with closing(place.log()) as log:
        own, handovers = list(log.checkpoints()), log.handovers()
    notes = [*own, *(parse_note(read_note(file)) for file in elsewhere)]
    if key is None:
        history, found = None, tuple(parse_checkpoint(note.text) for note in notes)
    else:
        history = KeyHistory.of(verifier_from(key), handovers)
        found = tuple(history.open(note) for note in notes)
    if witnesses and not own:
        raise ProofError("the ledger has no checkpoint that a witness could have cosigned")
    cosigned_by = tuple(_cosigner(own[-1], one) for one in witnesses)
    return _Held(found, read_handovers(handovers), history is not None, cosigned_by)


def _cosigner(note: Note, line: str) -> str:
    witness = verifier_from(line)
    if not check_note(note, [witness]):
        size = parse_checkpoint(note.text).size
        raise ProofError(f"the last checkpoint, of {size} entries, is not cosigned by '{witness.name}'")
    return witness.name


def _tell(console: Console, found: Verified, held: _Held, key: str | None, *, as_json: bool) -> None:
    covered = max((one.size for one in held.checkpoints), default=0)
    if as_json:
        data = {
            "holds": True,
            "entries": found.entries,
            "private": {"checked": found.opened, "erased": found.erased, "not_opened": found.closed},
            "checkpoints": len(held.checkpoints),
            "covered": covered,
            "handovers": len(held.handovers),
            "signature_checked": held.signed,
            "cosigned_by": held.cosigned_by,
        }
        console.print_json(data=data)
        return
    console.print(f"[green]✓ holds[/]: {found.entries} entries, each linked to the one before it")
    if found.erased:
        console.print(f"  of {found.erased} of them what people said was erased, and the ledger says by whom")
    if found.closed:
        console.print(
            f"  of {found.closed} of them what people said could not be checked: its keys are not here"
        )
    if not held.checkpoints:
        console.print("  no checkpoint counts them: entries cut off at the end would not be missed")
        return
    many = (
        "1 checkpoint agrees" if len(held.checkpoints) == 1 else f"{len(held.checkpoints)} checkpoints agree"
    )
    console.print(f"  {many}; the last counts {covered} of the entries")
    if not held.signed:
        console.print("  whose signatures were not checked: name the log's public key with --key")
    tell_handovers(console, held.handovers, key, held.cosigned_by)
    for name in held.cosigned_by:
        console.print(f"  cosigned by {escape(name)}")
