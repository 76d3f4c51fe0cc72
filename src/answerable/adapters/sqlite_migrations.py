"""From one format of the ledger's file to the next. Entries are never touched: only how they are kept."""

import secrets
from pathlib import Path
from typing import cast

import apsw
import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from answerable.ports.subject_keys import SubjectKeys
from answerable.receipts import ExchangeBody, ExchangePrivate, SubjectKey, data_subject, decode, kind_of
from answerable.receipts.payloads import NONCE_BYTES, seal_payload
from answerable.values.errors import LedgerBroken, LedgerUnavailable

VERSION = 2
_TABLE = """
CREATE TABLE entries (
    seq INTEGER PRIMARY KEY,
    trace TEXT NOT NULL,
    kind INTEGER NOT NULL,
    entry BLOB NOT NULL,
    leaf TEXT NOT NULL,
    key TEXT,
    sealed BLOB
) STRICT;
"""
_INDEXES = """
CREATE INDEX entries_by_trace ON entries (trace, seq);
CREATE INDEX entries_about_the_record ON entries (kind, seq) WHERE kind >= 20;
"""
_MONTH = len("2026-11")


def is_older(path: Path) -> bool:
    """Is a file of a format before this one? Its private parts need keys to be sealed under."""
    try:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            return _version(connection) < VERSION
        finally:
            connection.close()
    except apsw.Error:
        return False  # whoever opens it is told what is wrong with it


def migrate(connection: apsw.Connection, path: str, keys: SubjectKeys) -> None:
    """Bring a file to this program's format, in one transaction. Raises LedgerUnavailable, LedgerBroken.

    A crash before its commit leaves the file as it was.
    """
    try:
        if _version(connection) == VERSION:
            return
        connection.execute("PRAGMA secure_delete = ON").fetchall()
        connection.execute("BEGIN IMMEDIATE")
        try:
            _step(connection, path, keys)
            connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        # What was in the clear before is not to lie in the write-ahead log either.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except apsw.Error as error:
        raise LedgerUnavailable(f"the ledger at '{path}' can't be opened: {error}") from error


def _step(connection: apsw.Connection, path: str, keys: SubjectKeys) -> None:
    version = _version(connection)  # once more: another process may have been first
    if version == VERSION:
        return
    if version == 0:
        connection.execute(_TABLE + _INDEXES)
    elif version == 1:
        _seal_private_parts(connection, keys)
    else:
        raise LedgerBroken(
            f"'{path}' is a ledger of format {version}; this program knows formats up to {VERSION}: use a newer one"
        )


def _seal_private_parts(connection: apsw.Connection, keys: SubjectKeys) -> None:
    """Format 1 kept private parts in the clear, and kinds as words."""
    connection.execute(
        "DROP INDEX IF EXISTS entries_by_trace; ALTER TABLE entries RENAME TO entries_1;" + _TABLE
    )
    subject_of = _Subjects()
    query = "SELECT seq, entry, leaf, salt, private FROM entries_1 ORDER BY seq"
    for row in connection.cursor().execute(query):
        seq, entry, leaf, salt, private = cast("tuple[int, bytes, str, bytes | None, bytes | None]", row)
        found = decode(entry, seq)
        body = found.body
        subject = subject_of(found.trace, body if isinstance(body, ExchangeBody) else None, private)
        key: SubjectKey | None = None
        sealed = None
        if private is not None and salt is not None:
            wanted = (subject, found.at[:_MONTH])
            key = keys.current({wanted})[wanted]
            nonce = secrets.token_bytes(NONCE_BYTES)
            sealed = seal_payload(AESGCM(key.secret), nonce, found.private or "", salt, private)
        connection.execute(
            "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)",
            (seq, found.trace, kind_of(body), entry, leaf, key.id if key else None, sealed),
        )
    connection.execute("DROP TABLE entries_1;" + _INDEXES)


class _Subjects:
    """Whom the entries of each trace are about, as the exchange that begins it says."""

    def __init__(self) -> None:
        self._of: dict[str, str] = {}

    def __call__(self, trace: str, exchange: ExchangeBody | None, private: bytes | None) -> str:
        if exchange is not None:
            asked = msgspec.json.decode(private, type=ExchangePrivate) if private else None
            self._of[trace] = data_subject(
                asked.customer if asked else None, exchange.workload, exchange.conversation, trace
            )
        return self._of.get(trace, f"trace:{trace}")


def _version(connection: apsw.Connection) -> int:
    return cast("int", connection.execute("PRAGMA user_version").fetchall()[0][0])
