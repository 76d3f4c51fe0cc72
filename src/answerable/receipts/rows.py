"""An entry as a store keeps it, and as it is read with its private part open."""

from dataclasses import dataclass, field
from typing import NamedTuple


class Stored(NamedTuple):
    """A row of a store. `trace` and `kind` are the entry's own, kept beside it to be found by."""

    seq: int
    trace: str
    kind: int
    entry: bytes
    leaf: str
    """The leaf hash, 64 hexadecimal digits."""
    key: str | None
    sealed: bytes | None


class Erased(NamedTuple):
    """When a key was destroyed, by whom, and the trace of the entry that says so."""

    at: str
    by: str
    trace: str


class Opened(NamedTuple):
    """An entry with its private part, where there is one and its key is still there."""

    seq: int
    entry: bytes
    leaf: str
    salt: bytes | None
    private: bytes | None
    erased: Erased | None = None


@dataclass(frozen=True, slots=True)
class SubjectKey:
    """A key that private parts about one subject are sealed under. Its secret is in no representation."""

    id: str
    """16 hexadecimal digits, random; stands in the entries."""
    secret: bytes = field(repr=False)
    """32 bytes."""
