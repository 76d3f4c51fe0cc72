"""`answerable verify FILE`: evidence against itself and the keys of those it comes from. No ledger, no network."""

from pathlib import Path

from rich.console import Console
from rich.markup import escape

from answerable.adapters.evidence_files import read_evidence
from answerable.receipts.evidence import Checked, check_evidence
from answerable.signing import verifier_from
from answerable.values.errors import LedgerBroken, ProofError, SignatureError


def verify_evidence(
    console: Console, path: Path, key: str | None, witnesses: list[str], *, as_json: bool
) -> int:
    """Print whether it holds; 0 where it does, 1 where it does not. Raises where it can't be read."""
    try:
        known = verifier_from(key) if key else None
        checked = check_evidence(read_evidence(path), known, [verifier_from(one) for one in witnesses])
    except (LedgerBroken, ProofError, SignatureError) as error:
        if as_json:
            console.print_json(data={"holds": False, "error": str(error)})
        else:
            console.print(f"[red]✗ broken[/]: {escape(str(error))}", soft_wrap=True)
        return 1
    if as_json:
        data = {
            "holds": True,
            "of": checked.chosen.what,
            "made": checked.chosen.made,
            "log": checked.checkpoint.origin,
            "size": checked.checkpoint.size,
            "entries": len(checked.entries),
            "private": checked.private,
            "withheld": checked.withheld,
            "signature_checked": checked.signed,
            "cosigned_by": checked.cosigned_by,
        }
        console.print_json(data=data)
    else:
        _tell(console, checked)
    return 0


def _tell(console: Console, checked: Checked) -> None:
    log = checked.checkpoint
    console.print(f"[green]✓ holds[/]: {escape(checked.chosen.what)}, made {escape(checked.chosen.made)}")
    console.print(
        f"  {len(checked.entries)} entries, each proven to stand in the log '{escape(log.origin)}' of {log.size}",
        soft_wrap=True,
    )
    if checked.withheld:
        console.print(
            f"  of {checked.withheld} of them what people said is not in the evidence: left out, or erased"
        )
    if not checked.signed:
        console.print("  whose signatures were not checked: name the log's public key with --key")
    for name in checked.cosigned_by:
        console.print(f"  cosigned by {escape(name)}")
