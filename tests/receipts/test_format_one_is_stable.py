"""Entries written by an earlier version must verify for ever: the vectors hold the format still."""

import hashlib
import json
import runpy
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
import rfc8785

from answerable.ledger import GENESIS
from answerable.receipts import Body, Draft, Private, seal
from answerable.receipts.entries import MessagePrivate
from answerable.receipts.verifying import ChainCheck, decode

FOLDER = Path(__file__).resolve().parents[2] / "vectors"
FILE = FOLDER / "ledger_v1.jsonl"
VECTORS: list[dict[str, Any]] = [json.loads(line) for line in FILE.read_text(encoding="ascii").splitlines()]
each = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"entry-{vector['seq']}")


def test_the_script_reproduces_the_file_byte_for_byte() -> None:
    made = runpy.run_path(str(FOLDER / "make_ledger_v1.py"))
    assert made["lines"]().encode() == FILE.read_bytes()


def test_the_vectors_hold_every_kind_of_body_and_private_part() -> None:
    kinds = {vector["draft"]["body"]["is"] for vector in VECTORS}
    assert kinds == {kind.__struct_config__.tag for kind in get_args(Body)}
    fields = {frozenset(vector["draft"]["private"] or ()) for vector in VECTORS} - {frozenset()}
    assert fields == {frozenset(kind.__struct_fields__) for kind in get_args(Private)}
    messages = [m for vector in VECTORS for m in (vector["draft"]["private"] or {}).get("messages", ())]
    assert {key for message in messages for key in message} == set(MessagePrivate.__struct_fields__)


@each
def test_a_draft_is_sealed_into_the_same_bytes_as_ever(vector: dict[str, Any]) -> None:
    entry, leaf, private = seal(
        _draft(vector["draft"]), vector["seq"], vector["prev"], bytes.fromhex(vector["salt"] or "")
    )
    assert entry.decode() == vector["entry"]
    assert leaf == vector["leaf"]
    assert (private.decode() if private is not None else None) == vector["private"]
    assert decode(entry, vector["seq"]).private == vector["private_digest"]


@each
def test_the_vectors_are_right_by_the_standards_alone(vector: dict[str, Any]) -> None:
    """With none of our own code: RFC 8785 for the bytes, RFC 9162 for the leaf."""
    entry = json.loads(vector["entry"])
    assert rfc8785.dumps(entry).decode() == vector["entry"]
    assert hashlib.sha256(b"\0" + vector["entry"].encode()).hexdigest() == vector["leaf"]
    assert entry["body"] == vector["draft"]["body"]
    if vector["private"] is not None:
        assert rfc8785.dumps(vector["draft"]["private"]).decode() == vector["private"]
        committed = b"\1" + bytes.fromhex(vector["salt"]) + vector["private"].encode()
        assert hashlib.sha256(committed).hexdigest() == vector["private_digest"] == entry["private"]


def test_the_vectors_are_one_chain() -> None:
    check = ChainCheck()
    check.feed(
        (
            vector["seq"],
            vector["entry"].encode(),
            vector["leaf"],
            bytes.fromhex(vector["salt"]) if vector["salt"] else None,
            vector["private"].encode() if vector["private"] else None,
        )
        for vector in VECTORS
    )
    assert check.count == len(VECTORS)
    assert VECTORS[0]["prev"] == GENESIS
    assert check.head == VECTORS[-1]["leaf"]


def _draft(raw: dict[str, Any]) -> Draft:
    body = msgspec.convert(raw["body"], Body)
    private = raw["private"]
    if private is None:
        return Draft(raw["trace"], raw["at"], body)
    kind = next(kind for kind in get_args(Private) if frozenset(kind.__struct_fields__) == frozenset(private))
    return Draft(raw["trace"], raw["at"], body, msgspec.convert(private, kind))
