"""Keys of data subjects in a schema of their own, wrapped under a master key that is elsewhere.

`pg_dump --exclude-schema=answerable_keys` copies a ledger without them. A destroyed key is taken out
of its row and the row's old place is given back (VACUUM); the bytes may lie in that free space, in the
write-ahead log and in older copies for a while, and are worth nothing without the master key.
"""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence

from answerable.adapters.postgres.line import STATEMENT_SECONDS, Connection, Line
from answerable.adapters.postgres.migrations import KEYS, migrate
from answerable.adapters.postgres.place import place
from answerable.adapters.remembered_keys import RememberedKeys
from answerable.ports.keys import KeyWrapper
from answerable.ports.subject_keys import Hold, KeptKey
from answerable.receipts import Erased, SubjectKey, SubjectMonth
from answerable.receipts.payloads import KEY_BYTES
from answerable.values.errors import LedgerUnavailable

_CHANGES = "SELECT count FROM answerable_keys.changes"
_CHANGED = "UPDATE answerable_keys.changes SET count = count + 1"
_LIVING = """
SELECT subject, month, id, wrapped FROM answerable_keys.subject_keys
JOIN unnest($1::text[], $2::text[]) AS wanted (subject, month) USING (subject, month) WHERE wrapped IS NOT NULL
"""
_MAKE = """
INSERT INTO answerable_keys.subject_keys (id, subject, month, wrapped)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[])
ON CONFLICT (subject, month) WHERE wrapped IS NOT NULL DO NOTHING RETURNING id, subject, month
"""
_KNOWN = """
SELECT id, wrapped, erased_at, erased_by, erased_trace FROM answerable_keys.subject_keys WHERE id = ANY ($1::text[])
"""
# In the order of their ids, as an insert of entries locks them: neither waits for the other in a circle.
_DESTROY = """
UPDATE answerable_keys.subject_keys SET wrapped = NULL, erased_at = $2, erased_by = $3, erased_trace = $4
WHERE id IN (
    SELECT id FROM answerable_keys.subject_keys WHERE id = ANY ($1::text[]) AND wrapped IS NOT NULL
    ORDER BY id FOR UPDATE
)
"""
_HELD = """
SELECT subject_keys.id AS key, held.* FROM answerable_keys.subject_keys, LATERAL (
    SELECT id, subject, by, reason, at FROM answerable_keys.holds
    WHERE holds.subject IS NULL OR holds.subject = subject_keys.subject ORDER BY at, id LIMIT 1
) AS held
WHERE subject_keys.id = ANY ($1::text[])
"""
_KEPT = """
SELECT id, subject, month, wrapped, erased_at, erased_by, erased_trace FROM answerable_keys.subject_keys
WHERE id > $1 ORDER BY id LIMIT $2
"""
_BRING_BACK = """
INSERT INTO answerable_keys.subject_keys VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
"""
_AT_ONCE = 1000
_ID_BYTES = 8
_PSEUDONYMS = "pseudonyms"
_VACUUM_SECONDS = 600.0


class PostgresKeys:
    """A `SubjectKeys` in one database, which several gateways may share."""

    def __init__(self, dsn: str, wrapper: KeyWrapper, *, seconds: float = STATEMENT_SECONDS) -> None:
        """Open or create. `seconds` is how long the server may take for an answer.

        Raises SettingsError, LedgerUnavailable, LedgerBroken, KeyUnavailable.
        """
        self._place, self._wrapper = place(dsn), wrapper
        self._door = threading.Lock()
        self._line = Line(self._place, seconds=seconds)
        self._remembered = RememberedKeys()
        self._seen = -1
        self.guarded = False
        """What is sealed under these keys is held against them when it is written: no need to look before each use."""
        try:
            migrate(self._line, KEYS)
            self._hashing = self._secret(_PSEUDONYMS)
        except BaseException:
            self._line.close()
            raise

    def current(self, wanted: Collection[SubjectMonth]) -> Mapping[SubjectMonth, SubjectKey]:
        with self._door:
            if not self.guarded:
                self._forget_if_changed()
            found = {one: key for one in wanted if (key := self._remembered.current(one)) is not None}
            missing = [one for one in wanted if one not in found]
            if missing:
                found.update(self._read_or_make(missing))
            return found

    def known(self, ids: Collection[str]) -> Mapping[str, SubjectKey | Erased]:
        found: dict[str, SubjectKey | Erased] = {}
        if not ids:
            return found
        with self._door:
            self._forget_if_changed()
            found.update({one: key for one in ids if (key := self._remembered.by_id(one)) is not None})
            if missing := [one for one in set(ids) if one not in found]:
                for key_id, wrapped, *erased in self._line.rows(_KNOWN, missing):
                    found[key_id] = Erased(*erased) if wrapped is None else self._unwrapped(key_id, wrapped)
        return found

    def forget(self) -> None:
        """Read every key again: one of those that are remembered was destroyed by somebody else."""
        with self._door:
            self._remembered.forget()

    def pseudonym(self, name: str) -> str:
        return hmac.new(self._hashing, name.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def of_subjects(self, subjects: Collection[str]) -> list[str]:
        query = (
            "SELECT id FROM answerable_keys.subject_keys WHERE subject = ANY ($1::text[]) AND wrapped IS NOT NULL "
            "ORDER BY subject, month"
        )
        return [row["id"] for row in self._line.rows(query, [self.pseudonym(one) for one in subjects])]

    def before_month(self, month: str) -> list[str]:
        query = "SELECT id FROM answerable_keys.subject_keys WHERE wrapped IS NOT NULL AND month < $1"
        return [row["id"] for row in self._line.rows(query, month)]

    def destroy(self, ids: Collection[str], erased: Erased) -> None:
        """Where the second step fails the keys are gone already: ask again, so that their bytes go too."""

        async def erase(db: Connection) -> None:
            async with db.transaction():
                # A crash before the commit leaves the keys; the ledger's entry has them destroyed at the next start.
                await db.execute(_DESTROY, list(ids), *erased)
                await db.execute(_CHANGED)

        with self._door:
            self._line.run(erase)
            self._remembered.forget()
        self._vacuum()

    def hold(self, hold: Hold) -> None:
        # A crash before the commit leaves no hold, and its caller knows of none.
        self._line.do("INSERT INTO answerable_keys.holds VALUES ($1, $2, $3, $4, $5)", *hold)

    def lift(self, hold_id: str) -> None:
        # A crash before the commit leaves the hold in place.
        self._line.do("DELETE FROM answerable_keys.holds WHERE id = $1", hold_id)

    def holds(self) -> list[Hold]:
        query = "SELECT id, subject, by, reason, at FROM answerable_keys.holds ORDER BY at, id"
        return [Hold(*row) for row in self._line.rows(query)]

    def held(self, ids: Collection[str]) -> Mapping[str, Hold]:
        return {key: Hold(*hold) for key, *hold in self._line.rows(_HELD, list(ids))}

    def rewrap(self, wrapper: KeyWrapper) -> int:
        """Wrap every key again under another master key; how many. Raises KeyUnavailable.

        Nobody else makes or destroys a key meanwhile. A crash before the commit leaves all of them under
        the old one: destroy that only when this has returned.
        """
        old = self._wrapper

        async def again(db: Connection) -> int:
            count = 0
            async with db.transaction():
                await db.execute(
                    "LOCK TABLE answerable_keys.subject_keys, answerable_keys.secrets IN SHARE ROW EXCLUSIVE MODE"
                )
                for table, name in (("subject_keys", "id"), ("secrets", "name")):
                    query = f"SELECT {name}, wrapped FROM answerable_keys.{table} WHERE wrapped IS NOT NULL"  # noqa: S608
                    rows = await db.fetch(query)
                    done = [wrapper.wrap(old.unwrap(key, at.encode()), at.encode()) for at, key in rows]
                    await db.execute(
                        f"UPDATE answerable_keys.{table} SET wrapped = made.wrapped "  # noqa: S608 – our own words
                        f"FROM unnest($1::text[], $2::bytea[]) AS made (at, wrapped) WHERE {table}.{name} = made.at",
                        [row[0] for row in rows],
                        done,
                    )
                    count += len(rows)
                await db.execute(_CHANGED)
            return count

        line = Line(self._place, seconds=_VACUUM_SECONDS, idle_in_transaction_session_timeout="0")
        try:
            with self._door:
                count = line.run(again)
                self._wrapper = wrapper
                self._remembered.forget()
        finally:
            line.close()
        return count

    def kept(self) -> Iterator[KeptKey]:
        for name, wrapped in self._line.rows(
            "SELECT name, wrapped FROM answerable_keys.secrets ORDER BY name"
        ):
            yield KeptKey(name, None, None, wrapped, None)
        last = ""
        while rows := self._line.rows(_KEPT, last, _AT_ONCE):
            for key_id, subject, month, wrapped, *erased in rows:
                yield KeptKey(
                    key_id, subject, month, wrapped, None if wrapped is not None else Erased(*erased)
                )
            last = rows[-1]["id"]

    def bring_back(self, keys: Sequence[KeptKey]) -> None:
        own = [one for one in keys if one.subject is None]
        rows = [
            (one.id, one.subject, one.month, one.wrapped, *(one.erased or (None, None, None)))
            for one in keys
            if one.subject is not None
        ]

        async def work(db: Connection) -> None:
            # A crash before the commit leaves the keys as they were: bring them back again.
            async with db.transaction():
                for one in own:
                    await self._adopt(db, one)
                await db.executemany(_BRING_BACK, rows)
                await db.execute(_CHANGED)

        with self._door:
            self._line.run(work, seconds=_VACUUM_SECONDS)
            self._remembered.forget()
        self._hashing = self._secret(_PSEUDONYMS)

    async def _adopt(self, db: Connection, one: KeptKey) -> None:
        """Take over a secret of the store's own, where nothing was hashed with this store's yet."""
        query = "SELECT wrapped FROM answerable_keys.secrets WHERE name = $1"
        if await db.fetchval(query, one.id) == one.wrapped:
            return
        if await db.fetchval("SELECT count(*) FROM answerable_keys.subject_keys"):
            raise LedgerUnavailable(
                f"'{self._line.name}' holds keys of another ledger; bring these back into a new place"
            )
        await db.execute(
            "INSERT INTO answerable_keys.secrets VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET wrapped = $2",
            one.id,
            one.wrapped,
        )

    def close(self) -> None:
        self._line.close()

    # -- behind the door -----------------------------------------------------------

    def _read_or_make(self, wanted: list[SubjectMonth]) -> dict[SubjectMonth, SubjectKey]:
        places = {(self.pseudonym(subject), month): (subject, month) for subject, month in wanted}
        made = self._living(places)
        # In order: two processes that make the same keys at once must not wait for each other in a circle.
        while new := sorted(at for at, one in places.items() if one not in made):
            keys = {secrets.token_hex(_ID_BYTES): secrets.token_bytes(KEY_BYTES) for _ in new}
            wrapped = [self._wrapper.wrap(secret, key_id.encode()) for key_id, secret in keys.items()]
            # Durable before anything is sealed under them. A crash here leaves keys that nothing uses.
            rows = self._line.rows(_MAKE, list(keys), [at[0] for at in new], [at[1] for at in new], wrapped)
            for key_id, *at in rows:
                made[places[at[0], at[1]]] = SubjectKey(key_id, keys[key_id])
            if len(rows) < len(new):  # another process was first, and may have destroyed some again
                made.update(self._living({at: places[at] for at in new if places[at] not in made}))
        for one, key in made.items():
            self._remembered.keep(key, one)
        return made

    def _living(self, places: Mapping[SubjectMonth, SubjectMonth]) -> dict[SubjectMonth, SubjectKey]:
        """The living keys by subject and month; `places` are those with the subject's pseudonym."""
        rows = self._line.rows(_LIVING, [at[0] for at in places], [at[1] for at in places])
        return {
            places[subject, month]: self._unwrapped(key_id, wrapped)
            for subject, month, key_id, wrapped in rows
        }

    def _unwrapped(self, key_id: str, wrapped: bytes) -> SubjectKey:
        key = SubjectKey(key_id, self._wrapper.unwrap(wrapped, key_id.encode()))
        self._remembered.keep(key)
        return key

    def _forget_if_changed(self) -> None:
        """Another process may have destroyed a key that is remembered here."""
        seen = self._line.rows(_CHANGES)[0]["count"]
        if seen != self._seen:
            self._remembered.forget()
            self._seen = seen

    def _secret(self, name: str) -> bytes:
        query = "SELECT wrapped FROM answerable_keys.secrets WHERE name = $1"
        if not self._line.rows(query, name):
            made = self._wrapper.wrap(secrets.token_bytes(KEY_BYTES), name.encode())
            # A crash here leaves a secret that nothing was hashed with yet.
            self._line.do(
                "INSERT INTO answerable_keys.secrets VALUES ($1, $2) ON CONFLICT DO NOTHING", name, made
            )
        [(wrapped,)] = self._line.rows(query, name)
        return self._wrapper.unwrap(wrapped, name.encode())

    def _vacuum(self) -> None:
        line = Line(self._place, seconds=_VACUUM_SECONDS)
        try:
            line.do("VACUUM answerable_keys.subject_keys")
        finally:
            line.close()
