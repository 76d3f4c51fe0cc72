"""No keys at all: for whoever reads a ledger that came without them, and may not make new ones beside it."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from answerable.ports.keys import KeyWrapper
from answerable.ports.subject_keys import Hold, KeptKey
from answerable.receipts import Erased, SubjectKey, SubjectMonth
from answerable.values.errors import LedgerUnavailable


class NoKeys:
    """A `SubjectKeys` that knows of none. What needs one raises LedgerUnavailable."""

    def __init__(self, place: str) -> None:
        self._place = place

    def current(self, wanted: Collection[SubjectMonth]) -> Mapping[SubjectMonth, SubjectKey]:
        raise self._without(f"{len(wanted)} keys can't be made")

    def known(self, ids: Collection[str]) -> Mapping[str, SubjectKey | Erased]:
        del ids
        return {}

    def pseudonym(self, name: str) -> str:
        del name
        raise self._without("nobody can be looked up")

    def of_subjects(self, subjects: Collection[str]) -> list[str]:
        del subjects
        raise self._without("nobody can be looked up")

    def before_month(self, month: str) -> list[str]:
        del month
        return []

    def destroy(self, ids: Collection[str], erased: Erased) -> None:
        raise self._without(f"{len(ids)} keys can't be destroyed for {erased.by}")

    def hold(self, hold: Hold) -> None:
        raise self._without(f"'{hold.id}' can't be placed")

    def lift(self, hold_id: str) -> None:
        raise self._without(f"'{hold_id}' can't be lifted")

    def holds(self) -> list[Hold]:
        return []

    def held(self, ids: Collection[str]) -> Mapping[str, Hold]:
        del ids
        return {}

    def kept(self) -> Iterator[KeptKey]:
        raise self._without("there is nothing to copy")

    def bring_back(self, keys: Sequence[KeptKey]) -> None:
        raise self._without(f"{len(keys)} keys can't be brought back")

    def rewrap(self, wrapper: KeyWrapper) -> int:
        raise self._without(f"nothing can be wrapped under '{wrapper.name}'")

    def close(self) -> None:
        pass

    def _without(self, told: str) -> LedgerUnavailable:
        return LedgerUnavailable(f"{told}: the keys of the ledger at '{self._place}' are not beside it")
