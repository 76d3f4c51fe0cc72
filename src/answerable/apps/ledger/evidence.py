"""`answerable verify FILE`: evidence against itself and the keys of those it comes from. No ledger, no network."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from answerable.adapters.archives import unpacked
from answerable.adapters.key_files import read_note
from answerable.apps.ledger.timestamping import tell_timestamp, timestamp_as_data, timestamp_in
from answerable.apps.ledger.verdict import say_broken, tell_handovers
from answerable.ledger.checkpoint import Checkpoint, parse_checkpoint
from answerable.receipts.evidence import Checked, check_evidence
from answerable.signing import parse_note, verifier_from
from answerable.values.errors import LedgerBroken, LedgerUnavailable, ProofError, SignatureError

_MOST_SHOWN = 8
_MOST_BYTES = 1024 * 1024 * 1024


def verify_evidence(
    console: Console,
    path: Path,
    key: str | None,
    witnesses: list[str],
    timestamp_ca: Path | None = None,
    kept: Sequence[Path] = (),
    *,
    as_json: bool,
) -> int:
    """Print whether it holds; 0 where it does, 1 where it does not. Raises where it can't be read."""
    try:
        known = verifier_from(key) if key else None
        files = _read(path)
        checked = check_evidence(
            files,
            known,
            [verifier_from(one) for one in witnesses],
            [kept_checkpoint(one) for one in kept],
        )
        timestamp = timestamp_in(files, timestamp_ca)
    except (LedgerBroken, ProofError, SignatureError) as error:
        return say_broken(console, error, as_json=as_json)
    if as_json:
        data = {
            "holds": True,
            "of": checked.chosen.what,
            "made": checked.chosen.made,
            "log": checked.checkpoint.origin,
            "size": checked.checkpoint.size,
            "entries": len(checked.entries),
            "private": checked.private,
            "redacted": checked.redacted,
            "withheld": checked.withheld,
            "erased": [one._asdict() for one in checked.erased],
            "signature_checked": checked.signed,
            "handovers": len(checked.handovers),
            "cosigned_by": checked.cosigned_by,
            "timestamp": timestamp_as_data(files, timestamp),
        }
        console.print_json(data=data)
    else:
        _tell(console, checked, key)
        tell_timestamp(console, files, timestamp)
    return 0


def _tell(console: Console, checked: Checked, key: str | None) -> None:
    log = checked.checkpoint
    console.print(f"[green]✓ holds[/]: {escape(checked.chosen.what)}, made {escape(checked.chosen.made)}")
    console.print(
        f"  {len(checked.entries)} entries, each proven to stand in the log '{escape(log.origin)}' of {log.size}",
        soft_wrap=True,
    )
    if checked.redacted:
        console.print(f"  of {checked.redacted} of them some fields are redacted; the others are proven")
    for (at, by), seqs in _by_erasure(checked).items():
        console.print(
            f"  of {len(seqs)} of them what people said was erased on {at[:10]} by {escape(by)} ({_numbers(seqs)})"
        )
    if checked.withheld:
        console.print(f"  of {checked.withheld} of them what people said was left out of the evidence")
    if not checked.signed:
        console.print("  whose signatures were not checked: name the log's public key with --key")
    tell_handovers(console, checked.handovers, key, checked.cosigned_by)
    for name in checked.cosigned_by:
        console.print(f"  cosigned by {escape(name)}")


def kept_checkpoint(path: Path) -> Checkpoint:
    """A checkpoint that somebody has kept in a file. Raises BundleError, SignatureError, ProofError."""
    return parse_checkpoint(parse_note(read_note(path)).text)


def _by_erasure(checked: Checked) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = {}
    for one in checked.erased:
        found.setdefault((one.at, one.by), []).append(one.seq)
    return found


def _numbers(seqs: list[int]) -> str:
    shown = ", ".join(str(seq) for seq in seqs[:_MOST_SHOWN])
    return f"entries {shown}" + (", …" if len(seqs) > _MOST_SHOWN else "")


def _read(path: Path) -> dict[str, bytes]:
    """The files of evidence. Raises LedgerUnavailable where they can't be read, LedgerBroken where it is none."""
    try:
        return unpacked(path, _MOST_BYTES)
    except OSError as error:
        raise LedgerUnavailable(f"'{path}' can't be read: {error.strerror or error}") from error
    except ValueError as error:
        raise LedgerBroken(
            f"'{path}' is no evidence that 'answerable ledger export' made: {error}"
        ) from error
