"""Hashes and links over bytes; knows nothing of what the bytes say."""

from answerable.ledger.chain import (
    GENESIS,
    commits_to,
    commits_to_whole,
    digest_of_fields,
    field_digest,
    field_salt,
    leaf_hash,
    private_digest,
)

__all__ = [
    "GENESIS",
    "commits_to",
    "commits_to_whole",
    "digest_of_fields",
    "field_digest",
    "field_salt",
    "leaf_hash",
    "private_digest",
]
