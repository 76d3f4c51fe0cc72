"""Evidence of a log whose key was handed over: checked by who knows any of its keys, and by nobody's retired one."""

import base64

import pytest

from answerable.ledger.checkpoint import Checkpoint
from answerable.ledger.handover import Handover
from answerable.ledger.merkle import Frontier, Node, inclusion_proof, leaf_node
from answerable.receipts import CallBody, Draft, Head, seal
from answerable.receipts.disclosure import Proven
from answerable.receipts.evidence import KEYS, MANIFEST, Chosen, check_evidence, evidence_files
from answerable.signing import Note, Signer, new_signer, written
from answerable.signing.keys import Algorithm
from answerable.values import from_rfc3339
from answerable.values.errors import LedgerBroken, ProofError

ORIGIN = "answerable/log-1"
A, B, C, THIEF = (new_signer(ORIGIN, bytes([number]) * 32) for number in range(1, 5))
WITNESS = new_signer("auditor.example/w", bytes(32), Algorithm.COSIGNATURE)
MADE = "2026-11-24T00:00:00.000000Z"
AT = from_rfc3339(MADE)


class Log:
    """A log in memory. `word` is what its entries say, so that two logs differ."""

    def __init__(self, size: int, word: str = "tool") -> None:
        self.frontier, self.known, self.entries = Frontier(), dict[Node, bytes](), list[bytes]()
        self.roots = {0: self.frontier.root()}
        head = Head(0, "0" * 64)
        for seq in range(size):
            draft = Draft(f"tr_{seq}", MADE, CallBody(0, seq, f"c-{seq}", word))
            row = seal(draft, head, None, None, b"")
            head = Head(seq + 1, row.leaf)
            self.entries.append(row.entry)
            self.known |= dict(self.frontier.append(leaf_node(row.entry)))
            self.roots[seq + 1] = self.frontier.root()

    def read(self, nodes: object) -> list[bytes]:
        return [self.known[node] for node in nodes]  # type: ignore[attr-defined]

    def checkpoint(self, size: int, *keys: Signer) -> Note:
        note = Checkpoint(ORIGIN, size, self.roots[size]).note()
        for key in keys:
            note = note.signed(key)
        return note

    def handover(self, old: Signer, new: Signer, size: int) -> Note:
        made = Handover(Checkpoint(ORIGIN, size, self.roots[size]), old.verifier, new.verifier, AT)
        return made.note().signed(old).signed(new)

    def evidence(self, checkpoint: Note, signer: Signer, handovers: list[Note]) -> dict[str, bytes]:
        """Entries 3 and 7, under that checkpoint of as many entries as it counts."""
        size = int(checkpoint.text.splitlines()[1])
        part = Log(size)
        part.known, part.entries = self.known, self.entries
        proven = [
            Proven(
                seq,
                self.entries[seq].decode(),
                tuple(base64.b64encode(one).decode() for one in inclusion_proof(seq, size, part)),
            )
            for seq in (3, 7)
        ]
        files, manifest = evidence_files(Chosen("trace tr_1", MADE), checkpoint, proven, "<p>", handovers)
        return files | {MANIFEST: written(manifest.signed(signer))}


TRUE = Log(20)
FORGED = Log(20, "another tool")
HANDOVERS = [TRUE.handover(A, B, 9), TRUE.handover(B, C, 14)]


@pytest.mark.parametrize("key", [A, B, C])
def test_who_knows_any_of_the_log_s_keys_checks_what_the_last_one_signed(key: Signer) -> None:
    found = check_evidence(TRUE.evidence(TRUE.checkpoint(20, C), C, HANDOVERS), key.verifier)
    assert [one.size for one in found.handovers] == [9, 14]
    assert found.signed


def test_evidence_from_before_the_handover_holds_with_the_key_of_then() -> None:
    old = TRUE.evidence(TRUE.checkpoint(9, A), A, [])
    assert check_evidence(old, A.verifier).handovers == ()
    with pytest.raises(ProofError, match="wrong key, or not of this log"):
        check_evidence(old, B.verifier)
    assert check_evidence(TRUE.evidence(TRUE.checkpoint(12, B), B, HANDOVERS[:1]), A.verifier).signed


def test_evidence_made_at_the_very_handover_holds() -> None:
    at = TRUE.checkpoint(14, B, C)
    assert check_evidence(TRUE.evidence(at, C, HANDOVERS), A.verifier).checkpoint.size == 14


def test_without_a_key_the_handovers_must_still_follow_each_other() -> None:
    files = TRUE.evidence(TRUE.checkpoint(20, C), C, HANDOVERS)
    assert not check_evidence(files, None).signed
    for wrong in ([HANDOVERS[1], HANDOVERS[0]], [TRUE.handover(A, C, 9), HANDOVERS[1]]):
        with pytest.raises(ProofError, match=r"'keys\.notes'"):
            check_evidence(TRUE.evidence(TRUE.checkpoint(20, C), C, wrong), None)


@pytest.mark.parametrize("raw", [b"x", b"\xff", b"answerable ledger key handover v1\n"])
def test_a_file_of_keys_that_is_none_is_named(raw: bytes) -> None:
    files = TRUE.evidence(TRUE.checkpoint(20, C), C, [])
    for key in (C.verifier, None):
        with pytest.raises(ProofError, match=r"'keys\.notes'"):
            check_evidence(files | {KEYS: raw}, key)


def test_handovers_that_were_left_out_or_put_in_after_signing_are_noticed() -> None:
    files = TRUE.evidence(TRUE.checkpoint(20, C), C, HANDOVERS)
    with pytest.raises(LedgerBroken, match=r"'keys\.notes' is not the file that the manifest names"):
        check_evidence(files | {KEYS: b""}, C.verifier)
    alone = TRUE.evidence(TRUE.checkpoint(20, C), C, [])
    with pytest.raises(LedgerBroken, match=r"'keys\.notes' is not the file that the manifest names"):
        check_evidence(alone | {KEYS: b"".join(written(one) for one in HANDOVERS)}, C.verifier)


# -- an insider who kept a retired key -------------------------------------------------------------


@pytest.mark.parametrize("size", [9, 12, 20])
def test_a_retired_key_signs_no_evidence_that_shows_when_it_was_retired(size: int) -> None:
    for checkpoint in (FORGED.checkpoint(size, A), FORGED.checkpoint(size, A, THIEF)):
        with pytest.raises(ProofError, match=r"is expired: .* retired at 9 entries"):
            check_evidence(FORGED.evidence(checkpoint, A, HANDOVERS), A.verifier)


def test_a_retired_key_s_manifest_over_a_true_checkpoint_is_expired() -> None:
    with pytest.raises(ProofError, match=r"'manifest\.note' is expired"):
        check_evidence(TRUE.evidence(TRUE.checkpoint(20, C), A, HANDOVERS), A.verifier)


def test_a_retired_key_s_evidence_without_the_handovers_is_none_to_who_knows_the_new_key() -> None:
    for handovers in ([], HANDOVERS[:1]):
        for signer in (A, B):
            files = FORGED.evidence(FORGED.checkpoint(20, signer), signer, handovers)
            with pytest.raises(ProofError):
                check_evidence(files, C.verifier)


def test_a_retired_key_s_own_handover_is_none_to_who_knows_the_new_key_or_asks_the_witness() -> None:
    own = FORGED.handover(A, THIEF, 9)
    files = FORGED.evidence(FORGED.checkpoint(20, THIEF), THIEF, [own])
    with pytest.raises(ProofError, match="is not a key of the log"):
        check_evidence(files, C.verifier)
    with pytest.raises(ProofError, match=r"not cosigned by 'auditor\.example/w'"):
        check_evidence(files, A.verifier, [WITNESS.verifier])
    with pytest.raises(ProofError, match="a retired key made another"):
        check_evidence(FORGED.evidence(FORGED.checkpoint(20, THIEF), THIEF, [HANDOVERS[0], own]), A.verifier)


def test_who_knows_only_the_retired_key_and_asks_no_witness_can_be_shown_another_log() -> None:
    """What no check from the old key alone can rule out, and why the docs say to name the new one."""
    own = FORGED.handover(A, THIEF, 9)
    found = check_evidence(FORGED.evidence(FORGED.checkpoint(20, THIEF), THIEF, [own]), A.verifier)
    assert [one.new for one in found.handovers] == [THIEF.verifier], "and it is told whom it went to"


def test_the_new_key_can_not_move_what_it_was_handed_over_with() -> None:
    at = FORGED.checkpoint(14, C)
    with pytest.raises(ProofError, match="not of the entries that the log's key was handed over with"):
        check_evidence(FORGED.evidence(at, C, HANDOVERS), A.verifier)
