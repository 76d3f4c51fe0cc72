"""The keys of data subjects: private parts are sealed under them, and gone with them.

Implementations are synchronous, may be shared by threads, and are held to one suite:
tests/ports/test_subject_keys.py.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from answerable.ports.keys import KeyWrapper
from answerable.receipts import Erased, SubjectKey, SubjectMonth


class Hold(NamedTuple):
    """A legal hold. `subject` is None where it holds everybody's keys."""

    id: str
    subject: str | None
    """The subject's pseudonym, not its name."""
    by: str
    reason: str
    at: str


class KeptKey(NamedTuple):
    """A row of the keys as it is kept, for a back-up: a subject's key, or one of the store's own secrets."""

    id: str
    subject: str | None
    """The subject's pseudonym; None for a secret of the store's own."""
    month: str | None
    wrapped: bytes | None
    """None where it was destroyed."""
    erased: Erased | None


class SubjectKeys(Protocol):
    """Where keys are kept, apart from what is sealed under them."""

    def current(self, wanted: Collection[SubjectMonth]) -> Mapping[SubjectMonth, SubjectKey]:
        """The key of each subject and month; made, and durable when this returns, where there was none.

        Raises LedgerUnavailable, KeyUnavailable.
        """

    def known(self, ids: Collection[str]) -> Mapping[str, SubjectKey | Erased]:
        """What became of these keys; one that was never here is not in the answer."""

    def pseudonym(self, name: str) -> str:
        """A keyed hash of a name that is personal data: equal names have equal ones, and nobody can guess back."""

    def of_subjects(self, subjects: Collection[str]) -> list[str]:
        """The ids of the living keys of these subjects."""

    def before_month(self, month: str) -> list[str]:
        """The ids of the living keys of months before this one."""

    def destroy(self, ids: Collection[str], erased: Erased) -> None:
        """Destroy keys for good; ones that are gone already stay as they are. Raises LedgerUnavailable."""

    def hold(self, hold: Hold) -> None:
        """Place a hold."""

    def lift(self, hold_id: str) -> None:
        """Lift one."""

    def holds(self) -> list[Hold]:
        """Every hold that is in place."""

    def held(self, ids: Collection[str]) -> Mapping[str, Hold]:
        """Those of the keys that a hold keeps, and which."""

    def kept(self) -> Iterator[KeptKey]:
        """Every key and secret, wrapped as it is; tombstones as well."""

    def bring_back(self, keys: Sequence[KeptKey]) -> None:
        """Keep these where there is none of their id; into a new store, its own secrets too.

        Raises LedgerUnavailable where the store has other secrets of its own: its pseudonyms would not be theirs.
        """

    def rewrap(self, wrapper: KeyWrapper) -> int:
        """Wrap every key again under another master key; how many. Raises KeyUnavailable, LedgerUnavailable.

        All or none: the old master key is needed until this has returned.
        """

    def close(self) -> None: ...
