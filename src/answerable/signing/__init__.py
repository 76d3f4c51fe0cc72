"""Ed25519 keys and signed notes: who stands behind a text, checked from bytes alone."""

from answerable.signing.keys import Signer, SigningKey, Verifier, new_signer, signer_from, verifier_from
from answerable.signing.notes import Note, Signature, Signed, check_note, parse_note, together, written

__all__ = [
    "Note",
    "Signature",
    "Signed",
    "Signer",
    "SigningKey",
    "Verifier",
    "check_note",
    "new_signer",
    "parse_note",
    "signer_from",
    "together",
    "verifier_from",
    "written",
]
