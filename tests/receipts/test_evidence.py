"""Evidence: what holds holds anywhere; and every way in which somebody could have tampered with it is named."""

import base64
import json
import random
import zipfile
from pathlib import Path

import pytest

from answerable.adapters.archives import packed
from answerable.apps.ledger.evidence import _read
from answerable.ledger.checkpoint import Checkpoint, parse_checkpoint
from answerable.ledger.merkle import Frontier, Node, consistency_proof, inclusion_proof, leaf_node
from answerable.receipts import CallBody, CallPrivate, Draft, Head, Opened, SubjectKey, decode, seal
from answerable.receipts.continuing import continues
from answerable.receipts.disclosure import disclosed
from answerable.receipts.evidence import (
    CHECKPOINT,
    CONTINUES,
    ENTRIES,
    KEYS,
    MANIFEST,
    REPORT,
    Chosen,
    check_evidence,
    evidence_files,
    manifest,
)
from answerable.receipts.payloads import open_payload
from answerable.signing import Signer, new_signer, parse_note, verifier_from, written
from answerable.values.errors import LedgerBroken, LedgerError, ProofError, SignatureError

KEY = SubjectKey("00000000000000aa", bytes(32))
LOG = new_signer("answerable/log-1", bytes(range(32)))
OTHER = new_signer("answerable/log-1", bytes(32))
SIZE = 20
BROKEN = (LedgerBroken, ProofError, SignatureError)


class Hashes:
    def __init__(self) -> None:
        self.frontier, self.known = Frontier(), dict[Node, bytes]()

    def add(self, entry: bytes) -> None:
        self.known |= dict(self.frontier.append(leaf_node(entry)))

    def read(self, nodes: object) -> list[bytes]:
        return [self.known[node] for node in nodes]  # type: ignore[attr-defined]


def log_rows() -> list[tuple[bytes, bytes, bytes]]:
    """Each entry of the log, with its salt and its private part."""
    head = Head(0, "0" * 64)
    rows: list[tuple[bytes, bytes, bytes]] = []
    for seq in range(SIZE):
        salt = bytes([seq]) * 16
        trace = "tr_1" if seq in (3, 7, 12) else f"tr_of_{seq}"
        draft = Draft(
            trace, "2026-11-24T00:00:00.000000Z", CallBody(0, seq, f"c-{seq}", "tool"), CallPrivate("{}")
        )
        row = seal(draft, head, {7: 3, 12: 7}.get(seq), KEY, salt + bytes(12))
        head = Head(seq + 1, row.leaf)
        assert row.sealed is not None
        hidden = open_payload(KEY.secret, row.sealed, decode(row.entry, seq).private, seq)[1]
        rows.append((row.entry, salt, hidden))
    return rows


def entries_of_the_log() -> list[bytes]:
    return [row[0] for row in log_rows()]


def evidence(signer: Signer = LOG, *, private: bool = True, hide: tuple[str, ...] = ()) -> dict[str, bytes]:
    """Entries 3, 7 and 12 of a log of twenty."""
    tree, rows = Hashes(), log_rows()
    for entry, _, _ in rows:
        tree.add(entry)
    checkpoint = Checkpoint(LOG.verifier.name, SIZE, tree.frontier.root())
    proven = [
        disclosed(
            Opened(seq, rows[seq][0], "", *(rows[seq][1:] if private else (None, None))),
            2,
            tuple(base64.b64encode(step).decode() for step in inclusion_proof(seq, SIZE, tree)),
            hide,
        )
        for seq in (3, 7, 12)
    ]
    chosen = Chosen("trace tr_1", "2026-11-24T00:00:00.000000Z")
    files, note = evidence_files(chosen, checkpoint.note().signed(signer), proven, "<p>report</p>")
    return files | {MANIFEST: written(note.signed(signer))}


def resigned(
    files: dict[str, bytes], entries: bytes, *, count: int = 3, signer: Signer = LOG
) -> dict[str, bytes]:
    """What somebody with the log's key can do: other entries under a new manifest."""
    others = {**{name: files[name] for name in (CHECKPOINT, KEYS, REPORT)}, ENTRIES: entries}
    checkpoint = parse_checkpoint(parse_note(files[CHECKPOINT]).text)
    note = manifest(Chosen("trace tr_1", "x"), checkpoint, count, others)
    return others | {MANIFEST: written(note.signed(signer))}


def test_what_holds_is_told_with_what_it_holds() -> None:
    found = check_evidence(evidence(), LOG.verifier)
    assert [one.seq for one in found.entries] == [3, 7, 12]
    assert (found.private, found.withheld, found.signed, found.checkpoint.size) == (3, 0, True, SIZE)
    assert found.chosen.what == "trace tr_1"


def test_what_was_left_out_is_told_and_the_rest_holds() -> None:
    found = check_evidence(evidence(private=False), LOG.verifier)
    assert (found.private, found.withheld) == (0, 3)


def test_it_survives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "e.zip"
    path.write_bytes(packed(evidence()))
    assert _read(path) == evidence()


def test_another_key_than_the_log_s_is_told() -> None:
    with pytest.raises(ProofError, match="wrong key"):
        check_evidence(evidence(OTHER), LOG.verifier)


def test_a_witness_that_did_not_cosign_is_told() -> None:
    witness = new_signer("w", bytes(32)).verifier
    with pytest.raises(ProofError, match="not cosigned by 'w'"):
        check_evidence(evidence(), LOG.verifier, [witness])


@pytest.mark.parametrize("name", [MANIFEST, CHECKPOINT, KEYS, ENTRIES, REPORT])
def test_a_missing_file_is_named(name: str) -> None:
    files = evidence()
    del files[name]
    with pytest.raises(LedgerBroken, match=f"'{name}' is missing"):
        check_evidence(files, LOG.verifier)


def test_a_file_too_many_is_named() -> None:
    with pytest.raises(LedgerBroken, match=r"'x\.exe' is no file of evidence"):
        check_evidence(evidence() | {"x.exe": b""}, LOG.verifier)


@pytest.mark.parametrize("name", [ENTRIES, REPORT])
def test_an_altered_file_is_named(name: str) -> None:
    files = evidence()
    files[name] = files[name].replace(b"report", b"forged").replace(b"c-7", b"c-9")
    with pytest.raises(LedgerBroken, match=f"'{name}' is not the file that the manifest names"):
        check_evidence(files, LOG.verifier)


def lines(files: dict[str, bytes]) -> list[bytes]:
    return files[ENTRIES].splitlines(keepends=True)


def test_even_the_log_s_own_key_can_not_alter_an_entry() -> None:
    files = evidence()
    altered = files[ENTRIES].replace(b"c-7", b"c-9")
    with pytest.raises(ProofError, match="entry 7 is not in the log"):
        check_evidence(resigned(files, altered), LOG.verifier)


def test_even_the_log_s_own_key_can_not_alter_a_private_part() -> None:
    files = evidence()
    altered = files[ENTRIES].replace(b'"\\"{}\\""', b'"\\"[]\\""', 1)
    assert altered != files[ENTRIES]
    with pytest.raises(LedgerBroken, match="entry 3: its private part is not the one"):
        check_evidence(resigned(files, altered), LOG.verifier)


def test_entries_out_of_order_twice_or_missing_are_told() -> None:
    files = evidence()
    first, second, third = lines(files)
    with pytest.raises(LedgerBroken, match="do not stand in the order"):
        check_evidence(resigned(files, second + first + third), LOG.verifier)
    with pytest.raises(LedgerBroken, match="do not stand in the order"):
        check_evidence(resigned(files, first + first + third), LOG.verifier)
    with pytest.raises(LedgerBroken, match="counts 3 entries, and 2 are there"):
        check_evidence(resigned(files, first + third), LOG.verifier)


def test_even_the_log_s_own_key_can_not_leave_out_an_entry_of_a_trace() -> None:
    files = evidence()
    first, second, third = lines(files)
    for left, said in (
        (first + third, "entry 12 names entry 7 as the one before it of its trace, and it is entry 3"),
        (second + third, "entry 7 names entry 3 as the one before it of its trace, and it is none"),
    ):
        with pytest.raises(LedgerBroken, match=said):
            check_evidence(resigned(files, left, count=2), LOG.verifier)


def kept(size: int) -> Checkpoint:
    """What somebody kept of the log when it had that many entries."""
    tree = Hashes()
    for seq, entry in enumerate(entries_of_the_log()):
        if seq < size:
            tree.add(entry)
    return Checkpoint(LOG.verifier.name, size, tree.frontier.root())


def continuing(size: int, proof_from: int | None = None) -> dict[str, bytes]:
    tree = Hashes()
    for entry in entries_of_the_log():
        tree.add(entry)
    proof = consistency_proof(proof_from or size, SIZE, tree)
    files = evidence()
    others = {name: content for name, content in files.items() if name != MANIFEST}
    others[CONTINUES] = continues({size: proof})
    note = manifest(
        Chosen("trace tr_1", "x"), parse_checkpoint(parse_note(files[CHECKPOINT]).text), 3, others
    )
    return others | {MANIFEST: written(note.signed(LOG))}


@pytest.mark.parametrize("size", [1, 7, 16, 19])
def test_evidence_shows_that_it_continues_a_checkpoint_that_was_kept(size: int) -> None:
    assert check_evidence(continuing(size), LOG.verifier, kept=[kept(size), kept(SIZE)]).signed


@pytest.mark.parametrize("size", [1, 7, 16, 19, SIZE])
def test_a_fork_is_told(size: int) -> None:
    other = Checkpoint(LOG.verifier.name, size, bytes(32))
    with pytest.raises(LedgerBroken, match="the log was forked"):
        check_evidence(continuing(size), LOG.verifier, kept=[other])


def test_what_the_evidence_can_not_show_is_asked_for() -> None:
    with pytest.raises(ProofError, match="no proof that it continues the checkpoint of 7 entries"):
        check_evidence(evidence(), LOG.verifier, kept=[kept(7)])
    later = Checkpoint(LOG.verifier.name, SIZE + 1, bytes(32))
    with pytest.raises(ProofError, match="ask for evidence that is made now"):
        check_evidence(evidence(), LOG.verifier, kept=[later])
    with pytest.raises(ProofError, match="is of the log 'x'"):
        check_evidence(evidence(), LOG.verifier, kept=[Checkpoint("x", 3, bytes(32))])


def test_a_checkpoint_of_another_log_is_told() -> None:
    files = evidence()
    other = Checkpoint("answerable/log-2", SIZE, bytes(32)).note().signed(LOG)
    with pytest.raises(LedgerBroken, match="the manifest is of the log 'answerable/log-1'"):
        check_evidence(files | {CHECKPOINT: written(other)}, None)


def test_a_thousand_random_changes_are_all_noticed() -> None:
    draw, files = random.Random(1), evidence()
    for round_ in range(1000):
        name = draw.choice([name for name in files if files[name]])
        content = bytearray(files[name])
        at = draw.randrange(len(content))
        match round_ % 4:
            case 0:
                content[at] ^= 1 << draw.randrange(8)
            case 1:
                del content[at : at + draw.randrange(1, 40)]
            case 2:
                content[at:at] = draw.randbytes(draw.randrange(1, 8))
            case 3:
                other = draw.randrange(len(content))
                content[at], content[other] = content[other], content[at]
        if content == files[name]:
            continue
        changed = files | {name: bytes(content)}
        try:
            found = check_evidence(changed, LOG.verifier)
        except BROKEN:
            continue
        # A signature line may gain or lose what nobody asked about; what was signed is what it was.
        assert name in {MANIFEST, CHECKPOINT}
        assert parse_note(changed[name]).text == parse_note(files[name]).text, (round_, name)
        assert found == check_evidence(files, LOG.verifier)


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + bytes(18), b"no zip at all" * 50])
def test_a_file_that_is_no_evidence_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "e.zip"
    path.write_bytes(content)
    with pytest.raises(LedgerBroken):
        check_evidence(_read(path), None)


def test_a_zip_that_names_a_file_twice_is_no_evidence(tmp_path: Path) -> None:
    path = tmp_path / "e.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("a", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            made.writestr("a", b"2")
    with pytest.raises(LedgerBroken, match="it holds a name twice"):
        _read(path)


def test_lines_that_are_no_entries_are_named() -> None:
    files = evidence()
    for bad in (
        b"{}\n",
        b"[]\n",
        b"\xff\n",
        json.dumps({"seq": 1, "entry": "{}", "proof": []}).encode() + b"\n",
    ):
        with pytest.raises(LedgerError):
            check_evidence(resigned(files, bad, count=1), LOG.verifier)


def test_what_it_is_of_can_not_smuggle_in_lines_of_the_manifest() -> None:
    checkpoint = Checkpoint("log", 1, bytes(32))
    with pytest.raises(LedgerBroken, match="one line of text"):
        manifest(Chosen("conversation x\nentries 9", "now"), checkpoint, 1, {})


def test_a_key_in_text_is_the_key() -> None:
    assert check_evidence(evidence(), verifier_from(str(LOG.verifier))).signed
