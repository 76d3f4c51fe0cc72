"""Entries written by an earlier version must verify for ever: the vectors hold the formats still."""

import hashlib
import json
import runpy
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
import rfc8785
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from answerable.ledger import GENESIS
from answerable.receipts import (
    KINDS,
    Body,
    CallBody,
    Draft,
    Head,
    Opened,
    Private,
    SubjectKey,
    UnknownBody,
    decode,
    kind_name,
    kind_of,
    seal,
)
from answerable.receipts.entries import MessagePrivate
from answerable.receipts.verifying import ChainCheck

FOLDER = Path(__file__).resolve().parents[2] / "vectors"


def vectors(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="ascii").splitlines()]


V1, V2 = vectors("ledger_v1.jsonl"), vectors("ledger_v2.jsonl")
each = pytest.mark.parametrize("vector", [*V1, *V2], ids=lambda vector: f"entry-{vector['seq']}")
each_of_2 = pytest.mark.parametrize("vector", V2, ids=lambda vector: f"entry-{vector['seq']}")


def test_the_script_reproduces_the_file_byte_for_byte() -> None:
    made = runpy.run_path(str(FOLDER / "make_ledger_v2.py"))
    assert made["lines"]().encode() == (FOLDER / "ledger_v2.jsonl").read_bytes()


def test_a_number_of_a_kind_is_never_given_to_another() -> None:
    assert {kind: body.__name__ for kind, body in KINDS.items()} == {
        1: "ExchangeBody",
        2: "LineBody",
        3: "CallBody",
        4: "ExtensionBody",
        5: "ReplyBody",
        6: "ApprovalBody",
        7: "GrantBody",
        8: "ActionBody",
        9: "ReceiptBody",
        20: "ErasureBody",
        21: "HoldBody",
        22: "ClockBody",
        23: "RoleBody",
        24: "BundleBody",
    }


def test_the_vectors_hold_every_kind_of_body_and_private_part() -> None:
    assert {vector["kind"] for vector in V2} == set(KINDS)
    assert set(KINDS.values()) == set(get_args(Body))
    fields = {frozenset(vector["draft"]["private"] or ()) for vector in V2} - {frozenset()}
    assert fields >= {frozenset(kind.__struct_fields__) for kind in get_args(Private)}
    messages = [m for vector in V2 for m in (vector["draft"]["private"] or {}).get("messages", ())]
    assert {key for message in messages for key in message} == set(MessagePrivate.__struct_fields__)


@each_of_2
def test_a_draft_is_sealed_into_the_same_bytes_as_ever(vector: dict[str, Any]) -> None:
    key = SubjectKey(vector["key"]["id"], bytes.fromhex(vector["key"]["secret"]))
    entropy = bytes.fromhex((vector["salt"] or "") + (vector["nonce"] or ""))
    row = seal(_draft(vector), Head(vector["seq"], vector["prev"]), vector["before"], key, entropy)
    assert row.entry.decode() == vector["entry"]
    assert row.leaf == vector["leaf"]
    assert (row.sealed.hex() if row.sealed is not None else None) == vector["sealed"]
    assert decode(row.entry, vector["seq"]).private == vector["private_digest"]


@each
def test_the_vectors_are_right_by_the_standards_alone(vector: dict[str, Any]) -> None:
    """With none of our own code: RFC 8785 for the bytes, RFC 9162 for the leaf, AES-GCM for what is sealed."""
    entry = json.loads(vector["entry"])
    assert rfc8785.dumps(entry).decode() == vector["entry"]
    assert hashlib.sha256(b"\0" + vector["entry"].encode()).hexdigest() == vector["leaf"]
    assert entry["body"] == vector["draft"]["body"]
    if vector["private"] is None:
        return
    assert rfc8785.dumps(vector["draft"]["private"]).decode() == vector["private"]
    salt = bytes.fromhex(vector["salt"])
    committed = salt + vector["private"].encode()
    digest = hashlib.sha256(b"\1" + committed).hexdigest()
    if entry["v"] > 1:
        digest = _by_fields(salt, vector["draft"]["private"])
    assert digest == vector["private_digest"] == entry["private"]
    if entry["v"] > 1:
        aead = AESGCM(bytes.fromhex(vector["key"]["secret"]))
        sealed = bytes.fromhex(vector["sealed"])
        assert aead.decrypt(sealed[:12], sealed[12:], digest.encode()) == committed


def _by_fields(salt: bytes, private: dict[str, Any]) -> str:
    whole = b""
    for name in sorted(private):
        own = hashlib.sha256(b"\2" + salt + name.encode()).digest()[:16]
        whole += hashlib.sha256(b"\3" + own + name.encode() + b"\0" + rfc8785.dumps(private[name])).digest()
    return hashlib.sha256(b"\4" + whole).hexdigest()


@pytest.mark.parametrize("name", ["ledger_v1.jsonl", "ledger_v2.jsonl"])
def test_the_vectors_are_one_chain(name: str) -> None:
    found, check = vectors(name), ChainCheck()
    check.feed(
        Opened(
            vector["seq"],
            vector["entry"].encode(),
            vector["leaf"],
            bytes.fromhex(vector["salt"]) if vector["salt"] else None,
            vector["private"].encode() if vector["private"] else None,
        )
        for vector in found
    )
    assert check.count == len(found)
    assert found[0]["prev"] == GENESIS
    assert check.head == found[-1]["leaf"]


@pytest.mark.parametrize("vector", V1, ids=lambda vector: f"entry-{vector['seq']}")
def test_an_entry_of_format_1_is_read_as_it_was_meant(vector: dict[str, Any]) -> None:
    found = decode(vector["entry"].encode(), vector["seq"])
    said = dict(vector["draft"]["body"])
    assert kind_name(found.body) == said.pop("is")
    assert found.body == msgspec.convert(said, type(found.body))
    assert (found.v, found.before, found.key) == (1, None, None)


def test_an_entry_of_a_kind_that_a_later_version_adds_is_kept_as_it_is() -> None:
    clock = next(vector for vector in V2 if vector["kind"] == 22)
    raw = clock["entry"].encode().replace(b'"kind":22', b'"kind":900')
    found = decode(raw, 0)
    assert isinstance(found.body, UnknownBody)
    assert (
        found.body.json == json.dumps(clock["draft"]["body"], sort_keys=True, separators=(",", ":")).encode()
    )
    assert (kind_of(found.body), kind_name(found.body)) == (900, "kind 900")


def test_fields_that_a_later_version_adds_are_passed_over_and_stay_in_the_hash() -> None:
    first = V2[0]
    raw = first["entry"].encode().replace(b'"assurance":2', b'"assurance":2,"assured_by":"passkey"')
    raw = raw.replace(b'"v":2', b'"v":2,"w":[1,{"x":null}]')
    found = decode(raw, 0)
    assert found.body == decode(first["entry"].encode(), 0).body
    check = ChainCheck()
    check.feed([Opened(0, raw, hashlib.sha256(b"\0" + raw).hexdigest(), None, None)])
    assert check.count == 1


def _draft(vector: dict[str, Any]) -> Draft:
    raw = vector["draft"]
    body = msgspec.convert(raw["body"], KINDS[vector["kind"]])
    private = raw["private"]
    if private is None:
        return Draft(raw["trace"], raw["at"], body, subject=raw["subject"])
    kind = next(
        kind
        for kind in get_args(Private)
        if frozenset(private) <= frozenset(kind.__struct_fields__) and _needed(kind) <= frozenset(private)
    )
    return Draft(raw["trace"], raw["at"], body, msgspec.convert(private, kind), raw["subject"])


def _needed(kind: type[msgspec.Struct]) -> frozenset[str]:
    return frozenset(field.name for field in msgspec.structs.fields(kind) if field.required)


def test_a_body_is_known_by_its_kind_and_not_by_its_fields() -> None:
    assert kind_of(CallBody(0, 0, "i", "n")) == 3
