"""What SQLite could not do, in our own words."""

from collections.abc import Iterator
from contextlib import contextmanager

import apsw

from answerable.values.errors import LedgerBroken, LedgerUnavailable


def what(error: Exception) -> str:
    """What an error says, or its name where it says nothing."""
    return str(error) or type(error).__name__


@contextmanager
def translated(path: str) -> Iterator[None]:
    """Work on a ledger's file. Raises LedgerBroken where it is damaged, LedgerUnavailable where it can't be used."""
    try:
        yield
    except (apsw.CorruptError, apsw.NotADBError) as error:
        raise LedgerBroken(f"the file of the ledger at '{path}' is damaged: {what(error)}") from error
    except UnicodeDecodeError as error:
        # SQLite keeps whatever bytes are put into a text; a damaged disk or somebody else's SQL can do that.
        raise LedgerBroken(
            f"the file of the ledger at '{path}' is damaged: a text in it is not UTF-8"
        ) from error
    except apsw.Error as error:
        raise LedgerUnavailable(f"the ledger at '{path}' can't be read: {what(error)}") from error
