"""The keys of data subjects: private parts are sealed under them, and gone with them.

Implementations are synchronous, may be shared by threads, and are held to one suite:
tests/ports/test_subject_keys.py.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple, Protocol

from answerable.receipts import Erased, SubjectKey, SubjectMonth


class Hold(NamedTuple):
    """A legal hold. `subject` is None where it holds everybody's keys."""

    id: str
    subject: str | None
    """The subject's pseudonym, not its name."""
    by: str
    reason: str
    at: str


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

    def close(self) -> None: ...
