"""Sessions and sign-ins under way, in a SQLite file of this machine."""

from datetime import datetime
from pathlib import Path
from typing import cast

from answerable.adapters.grant_rows import instant, micros
from answerable.adapters.sqlite_store import SqliteStore
from answerable.identity.operators import Operator
from answerable.ports.sign_ins import Session
from answerable.values import AssuranceLevel, OperatorId
from answerable.values.errors import RolesUnavailable

_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (
    key TEXT PRIMARY KEY,
    operator TEXT NOT NULL,
    name TEXT NOT NULL,
    level INTEGER NOT NULL,
    authenticated_at INTEGER NOT NULL,
    begun INTEGER NOT NULL,
    seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sessions_by_operator ON sessions (operator);
CREATE TABLE IF NOT EXISTS begun (
    key TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    data TEXT NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS begun_by_end ON begun (until);
"""
_MOST_BEGUN = 10_000
"""Strangers can begin sign-ins; so many may be under way."""


class SqliteSignIns:
    """A `SignIns` in one file, which several processes of a machine may open."""

    def __init__(self, path: Path | str) -> None:
        """Open or create. Raises RolesUnavailable."""
        self._store = SqliteStore(path, _SCHEMA, _VERSION, "the store of sign-ins", RolesUnavailable)
        self.name = self._store.path

    def begin(self, key: str, session: Session) -> None:
        who = session.operator
        row = (
            key, who.id, who.name, int(who.level), micros(who.authenticated_at), micros(session.begun),
            micros(session.seen),
        )  # fmt: skip
        with self._store.using(), self._store.writing():
            # A crash before the commit leaves nobody signed in: the browser was given no cookie yet.
            self._store.db.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def session(self, key: str) -> Session | None:
        query = "SELECT operator, name, level, authenticated_at, begun, seen FROM sessions WHERE key = ?"
        with self._store.using():
            rows = self._store.db.execute(query, (key,)).fetchall()
        for row in rows:
            operator, name, level, shown, begun, seen = cast("tuple[str, str, int, int, int, int]", row)
            try:
                who = Operator(OperatorId(operator), name, AssuranceLevel(level), instant(shown))
                return Session(who, instant(begun), instant(seen))
            except (ValueError, OverflowError) as error:
                raise RolesUnavailable(f"a session that was kept can't be read: {error}") from error
        return None

    def seen(self, key: str, now: datetime) -> None:
        with self._store.using():
            # A crash before the commit leaves a session that ends a little earlier.
            self._store.db.execute(
                "UPDATE sessions SET seen = max(seen, ?) WHERE key = ?", (micros(now), key)
            )

    def end(self, key: str) -> bool:
        with self._store.using(), self._store.writing():
            # A crash before the commit leaves the session, and nobody was told that they are signed out.
            self._store.db.execute("DELETE FROM sessions WHERE key = ?", (key,))
            return self._store.db.changes() > 0

    def end_all(self, operator: OperatorId) -> int:
        with self._store.using(), self._store.writing():
            self._store.db.execute("DELETE FROM sessions WHERE operator = ?", (operator,))
            return self._store.db.changes()

    def keep(self, key: str, purpose: str, data: str, until: datetime) -> None:
        with self._store.using(), self._store.writing():
            # Anybody can begin one. Those that end first go first: a flood does not keep people from signing in.
            self._store.db.execute(
                "DELETE FROM begun WHERE key IN (SELECT key FROM begun ORDER BY until DESC LIMIT -1 OFFSET ?)",
                (_MOST_BEGUN - 1,),
            )
            # A crash before the commit leaves a sign-in that is begun again.
            self._store.db.execute(
                "INSERT INTO begun VALUES (?, ?, ?, ?)", (key, purpose, data, micros(until))
            )

    def use(self, key: str, purpose: str, now: datetime) -> str | None:
        with self._store.using(), self._store.writing():
            # Used up whatever becomes of it. A crash after the commit leaves a sign-in that is begun again.
            rows = self._store.db.execute(
                "DELETE FROM begun WHERE key = ? AND purpose = ? RETURNING data, until", (key, purpose)
            ).fetchall()
        for data, until in rows:
            if micros(now) < cast("int", until):
                return cast("str", data)
        return None

    def clean(self, before: datetime) -> int:
        with self._store.using(), self._store.writing():
            self._store.db.execute("DELETE FROM begun WHERE until < ?", (micros(before),))
            self._store.db.execute("DELETE FROM sessions WHERE begun < ?", (micros(before),))
            return self._store.db.changes()

    def problem(self) -> str:
        return self._store.problem()

    def close(self) -> None:
        self._store.close()
