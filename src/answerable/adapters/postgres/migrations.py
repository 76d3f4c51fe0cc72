"""From one format of the database to the next, in numbered steps. Several gateways may start at once."""

from typing import NamedTuple

from answerable.adapters.postgres.line import Connection, Line
from answerable.values.errors import LedgerBroken, LedgerUnavailable

MIGRATING = 0x616E7301  # the numbers of our advisory locks: 'ans' and one more byte
APPENDING = 0x616E7302
SIGNING = 0x616E7303
GRANTING = 0x616E7304
ACTING = 0x616E7306  # and the one after it
_STEP_SECONDS = 3600.0


class Steps(NamedTuple):
    """What makes a schema of the newest format out of nothing: step 1, step 2 ..."""

    schema: str
    steps: tuple[str, ...]


# Texts of ours are bytes where anybody may choose them: PostgreSQL's text has no character 0.
# An entry and its sealed part stay in their row, uncompressed: half the writes of keeping them beside it
# (benchmarks/ledger.py).
_LEDGER_1 = """
CREATE TABLE answerable.entries (
    seq bigint PRIMARY KEY,
    trace bytea NOT NULL,
    kind integer NOT NULL,
    entry bytea NOT NULL,
    leaf bytea NOT NULL CHECK (octet_length(leaf) = 32),
    key text COLLATE "C",
    sealed bytea
) WITH (toast_tuple_target = 8160);
ALTER TABLE answerable.entries ALTER COLUMN entry SET STORAGE EXTERNAL, ALTER COLUMN sealed SET STORAGE EXTERNAL;
CREATE INDEX entries_by_trace ON answerable.entries (trace, seq);
CREATE INDEX entries_about_the_record ON answerable.entries (kind, seq) WHERE kind >= 20;
CREATE TABLE answerable.tile_roots (
    level integer NOT NULL,
    at bigint NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (level, at)
);
CREATE TABLE answerable.checkpoints (
    size bigint PRIMARY KEY,
    note bytea NOT NULL
);
"""
_LEDGER_2 = """
CREATE TABLE answerable.handovers (
    number integer PRIMARY KEY,
    note bytea NOT NULL
);
CREATE TABLE answerable.log_names (
    number integer PRIMARY KEY CHECK (number = 0),
    name text COLLATE "C" NOT NULL
);
"""
_KEYS_1 = """
CREATE TABLE answerable_keys.subject_keys (
    id text COLLATE "C" PRIMARY KEY,
    subject text COLLATE "C" NOT NULL,
    month text COLLATE "C" NOT NULL,
    wrapped bytea,
    erased_at text,
    erased_by text,
    erased_trace text,
    CHECK ((wrapped IS NULL) = (erased_at IS NOT NULL))
);
CREATE UNIQUE INDEX one_living_key ON answerable_keys.subject_keys (subject, month) WHERE wrapped IS NOT NULL;
CREATE INDEX living_keys_by_month ON answerable_keys.subject_keys (month) WHERE wrapped IS NOT NULL;
CREATE TABLE answerable_keys.holds (
    id text COLLATE "C" PRIMARY KEY,
    subject text COLLATE "C",
    by text NOT NULL,
    reason text NOT NULL,
    at text COLLATE "C" NOT NULL
);
CREATE TABLE answerable_keys.secrets (
    name text COLLATE "C" PRIMARY KEY,
    wrapped bytea NOT NULL
);
CREATE TABLE answerable_keys.changes (
    count bigint NOT NULL
);
INSERT INTO answerable_keys.changes VALUES (0);
"""
LEDGER = Steps("answerable", (_LEDGER_1, _LEDGER_2))
KEYS = Steps("answerable_keys", (_KEYS_1,))


def migrate(line: Line, steps: Steps) -> None:
    """Bring a schema to this program's format. Raises LedgerUnavailable, LedgerBroken.

    Each step is a transaction: a crash in it leaves the database as the step before left it.
    """
    newest = len(steps.steps)
    while (version := _version(line, steps)) < newest:
        line.run(lambda db, version=version: _step(db, steps, version), seconds=_STEP_SECONDS)  # type: ignore[misc]


def check_version(line: Line, steps: Steps) -> None:
    """Raises LedgerUnavailable where the schema is not there or of an older format, LedgerBroken of a newer one."""
    version = _version(line, steps)
    if version < len(steps.steps):
        what = (
            "there is no ledger" if version == 0 else f"there is a ledger of format {version}, an older one,"
        )
        raise LedgerUnavailable(f"{what} at '{line.name}'; start the gateway once to make it")


def _version(line: Line, steps: Steps) -> int:
    """The format of what is there; 0 where nothing is."""

    async def look(db: Connection) -> int:
        return await _read_version(db, steps)

    version = line.run(look)
    if version > len(steps.steps):
        raise LedgerBroken(
            f"'{line.name}' is of format {version}; this program knows formats up to {len(steps.steps)}: "
            "use a newer one"
        )
    return version


async def _read_version(db: Connection, steps: Steps) -> int:
    # Asked of the catalogue's tables: functions such as to_regclass may remember what was not there before the lock.
    there = "SELECT count(*) FROM pg_tables WHERE schemaname = $1 AND tablename = 'schema_version'"
    if not await db.fetchval(there, steps.schema):
        return 0
    found = await db.fetchval(f"SELECT version FROM {steps.schema}.schema_version")  # noqa: S608 – our own words
    return int(found)


async def _step(db: Connection, steps: Steps, version: int) -> None:
    async with db.transaction():
        await db.execute(f"SET LOCAL statement_timeout = '{_STEP_SECONDS:.0f}s'")
        await db.execute("SELECT pg_advisory_xact_lock($1)", MIGRATING)
        if await _read_version(db, steps) != version:  # another process was first
            return
        if version == 0:
            if not await db.fetchval("SELECT count(*) FROM pg_namespace WHERE nspname = $1", steps.schema):
                await db.execute(f"CREATE SCHEMA {steps.schema}")
            await db.execute(
                f"CREATE TABLE {steps.schema}.schema_version (version integer NOT NULL); "  # noqa: S608
                f"INSERT INTO {steps.schema}.schema_version VALUES (0)"
            )
        await db.execute(steps.steps[version])
        await db.execute(f"UPDATE {steps.schema}.schema_version SET version = $1", version + 1)  # noqa: S608
