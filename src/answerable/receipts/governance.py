"""What is done to the record and the rules, and stands in it: erasures, holds, a clock that was set, bundles.

Whoever reads the ledger later must find in it why a private part is gone, and who decided that.
"""

import hashlib
from collections.abc import Sequence

import msgspec

from answerable.signing import Note
from answerable.values.errors import SignatureError


class ErasureBody(msgspec.Struct, frozen=True):
    """The keys of somebody's private parts are destroyed: by whom, and why.

    Written before the keys go. A crash between the two leaves keys that the ledger says are gone; they
    are destroyed when the ledger is next opened, and so are those that come back with an old copy.
    """

    keys: tuple[str, ...]
    by: str
    reason: str
    basis: str
    """`request` of the data subject, or `retention`: their time was over."""
    before: str | None = None
    """For retention: private parts of the months before this one (`2026-11`) are gone."""
    note: str = ""
    """The signed note of `erasure_statement`, by whoever decided it."""


class HoldBody(msgspec.Struct, frozen=True):
    """A legal hold is placed (`lifted` false) or lifted: what it names can't be erased meanwhile."""

    hold: str
    lifted: bool
    by: str
    reason: str
    keys: tuple[str, ...]
    """The keys it keeps now; none where it keeps all. Keys that are made later for the same person are kept, too."""
    note: str = ""
    """The signed note of `hold_statement`, by whoever decided it."""


class ClockBody(msgspec.Struct, frozen=True):
    """The machine's clock was set, and is steady again: entries before and after are dated by different clocks."""

    seconds: int
    """How far it jumped: above 0 is forward."""
    last: str | None
    """When the entry before says that it was written."""


class BundleBody(msgspec.Struct, frozen=True, omit_defaults=True):
    """A bundle is about to be put in force: who approved it, and which rules on duties let them.

    Written before it is. A crash between the two leaves the entry and the bundle of before in force; whoever puts
    it in force again writes another. Which one decided on a line, the line's own entry says.
    """

    bundle: str
    """The digest of its files."""
    name: str
    version: str
    author: str
    """The operator's id, as the approver's."""
    approver: str
    policies: tuple[str, ...]
    """The rules on duties that allowed it."""
    rules: str
    """The digest of these rules."""
    note: str
    """The signed note: by it the approver was known."""
    signed_with: str
    """The public key that it was checked with."""
    by: str
    """Whoever ran the command, as they say."""
    reason: str = ""


def erasure_statement(body: ErasureBody, at: str) -> Note:
    """What somebody signs who has private parts erased. Raises SignatureError where the reason is no line of text."""
    lines = [
        "answerable erasure v1",
        f"keys {_digest(body.keys)}",
        f"basis {body.basis}" + (f" before {body.before}" if body.before else ""),
        f"by {body.by}",
        f"reason {body.reason}",
        f"at {at}",
    ]
    return _note(lines)


def hold_statement(body: HoldBody, at: str) -> Note:
    """What somebody signs who places or lifts a legal hold. Raises SignatureError as `erasure_statement`."""
    lines = [
        "answerable legal hold v1",
        f"hold {body.hold}",
        "lifted" if body.lifted else "placed",
        f"keys {_digest(body.keys)}",
        f"by {body.by}",
        f"reason {body.reason}",
        f"at {at}",
    ]
    return _note(lines)


def _digest(keys: Sequence[str]) -> str:
    return "sha256:" + hashlib.sha256("".join(f"{key}\n" for key in sorted(keys)).encode()).hexdigest()


def _note(lines: Sequence[str]) -> Note:
    for line in lines:
        if not line.isprintable():
            raise SignatureError(f"'{line}' can't be signed for: write it as one line of text")
    return Note("".join(f"{line}\n" for line in lines))
