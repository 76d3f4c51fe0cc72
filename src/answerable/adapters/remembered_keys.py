"""Keys of data subjects that a process has used: found again by subject and month, and by their ids."""

from collections import OrderedDict

from answerable.receipts import SubjectKey, SubjectMonth

_MOST = 50_000


class RememberedKeys:
    """The latest keys. To be emptied as soon as somebody may have destroyed one. For one thread at a time."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._current: OrderedDict[SubjectMonth, SubjectKey] = OrderedDict()
        self._by_id: OrderedDict[str, SubjectKey] = OrderedDict()

    def current(self, one: SubjectMonth) -> SubjectKey | None:
        """The key of a subject and month."""
        return self._current.get(one)

    def by_id(self, key_id: str) -> SubjectKey | None:
        """The key with that id."""
        return self._by_id.get(key_id)

    def keep(self, key: SubjectKey, one: SubjectMonth | None = None) -> None:
        """Remember a key, and whose it is where that is known."""
        self._by_id[key.id] = key
        if one is not None:
            self._current[one] = key
        for memory in (self._current, self._by_id):
            if len(memory) > self._most:
                memory.popitem(last=False)

    def forget(self) -> None:
        """Empty it."""
        self._current.clear()
        self._by_id.clear()
