"""Grants in a schema of their own, beside the ledger, for several gateways and issuers at once.

One statement uses a grant up. It takes its lock on the table before it looks at what is committed, and a
revocation takes one that no such statement can have beside it: so when a revocation has returned, every
use that went before it is over, and every use after it sees it (PostgreSQL documentation, 13.2.1 and 13.3.1).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from answerable.adapters.grant_rows import (
    REVOCATION_COLUMNS,
    Beside,
    Found,
    GrantRow,
    RevocationRow,
    answer_of,
    grant_kept,
    in_the_way,
    micros,
    revocation_of,
    revocation_row,
    row_of,
    state_of,
)
from answerable.adapters.postgres.line import Connection
from answerable.adapters.postgres.migrations import GRANTING, Steps
from answerable.adapters.postgres.store import PostgresStore, counted
from answerable.grants.grant import Grant, Permit
from answerable.grants.revocation import Revocation, Selection
from answerable.grants.state import (
    ConsumeAnswer,
    Consumed,
    IssueAnswer,
    Issued,
    State,
)
from answerable.values import GrantId
from answerable.values.errors import GrantsUnavailable

_GRANTS_1 = """
CREATE TABLE answerable_grants.grants (
    id text COLLATE "C" PRIMARY KEY,
    permit text COLLATE "C" NOT NULL,
    selections text[] COLLATE "C" NOT NULL,
    issued_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    ends_at bigint NOT NULL,
    claims bytea NOT NULL,
    consumed_at bigint,
    attempt text COLLATE "C",
    dead boolean NOT NULL DEFAULT false,
    CHECK ((consumed_at IS NULL) = (attempt IS NULL)),
    CHECK (NOT (dead AND consumed_at IS NOT NULL))
);
CREATE UNIQUE INDEX one_grant_of_a_permit ON answerable_grants.grants (permit) WHERE NOT dead;
CREATE INDEX grants_by_end ON answerable_grants.grants (ends_at);
CREATE INDEX unused_grants ON answerable_grants.grants (expires_at) WHERE consumed_at IS NULL AND NOT dead;
CREATE TABLE answerable_grants.revocations (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    selection text COLLATE "C" NOT NULL,
    selector text NOT NULL,
    value text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    by text NOT NULL,
    reason text NOT NULL,
    lifted_at bigint,
    lifted_by text
);
CREATE INDEX revocations_by_selection ON answerable_grants.revocations (selection);
CREATE TABLE answerable_grants.proofs (
    id text COLLATE "C" PRIMARY KEY,
    until bigint NOT NULL
);
CREATE INDEX proofs_by_end ON answerable_grants.proofs (until);
"""
GRANTS = Steps("answerable_grants", (_GRANTS_1,))

_REVOKED = """EXISTS (
    SELECT 1 FROM answerable_grants.revocations AS r WHERE r.lifted_at IS NULL AND r.selection = ANY (g.selections)
)"""
_CONSUME = f"""
UPDATE answerable_grants.grants AS g SET consumed_at = $2, attempt = $3
WHERE id = $1 AND consumed_at IS NULL AND NOT dead AND expires_at > $2 AND NOT {_REVOKED} RETURNING claims
"""  # noqa: S608 – our own words
_FIND = f"""
SELECT g.claims, g.expires_at, g.consumed_at, g.attempt, g.dead, r.*
FROM answerable_grants.grants AS g LEFT JOIN LATERAL (
    SELECT {REVOCATION_COLUMNS} FROM answerable_grants.revocations
    WHERE lifted_at IS NULL AND selection = ANY (g.selections) ORDER BY number LIMIT 1
) AS r ON true WHERE g.id = $1
"""  # noqa: S608 – our own words
_REPLACE = """
UPDATE answerable_grants.grants SET dead = true
WHERE permit = $1 AND id != $2 AND NOT dead AND consumed_at IS NULL RETURNING id
"""
_OF_PERMIT = """
SELECT id, consumed_at, dead FROM answerable_grants.grants
WHERE permit = $1 AND (consumed_at IS NOT NULL OR id = $2) ORDER BY consumed_at NULLS LAST
"""
_STANDING = f"""
SELECT {REVOCATION_COLUMNS} FROM answerable_grants.revocations
WHERE lifted_at IS NULL AND selection = ANY ($1::text[]) ORDER BY number LIMIT 1
"""  # noqa: S608 – our own words
_INSERT = """
INSERT INTO answerable_grants.grants (id, permit, selections, issued_at, expires_at, ends_at, claims)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
"""
_OUTSTANDING = f"""
SELECT claims FROM answerable_grants.grants AS g WHERE consumed_at IS NULL AND NOT dead AND expires_at > $1
AND $2 = ANY (selections) AND NOT {_REVOKED} ORDER BY issued_at, id
"""  # noqa: S608 – our own words
# No use and no issue stands beside it: those under way are waited for, later ones wait.
_ALONE = "LOCK TABLE answerable_grants.grants IN SHARE ROW EXCLUSIVE MODE"
_REVOKE = f"""
INSERT INTO answerable_grants.revocations (selection, {REVOCATION_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)
"""  # noqa: S608 – our own words
_BURY = """
UPDATE answerable_grants.grants SET dead = true
WHERE consumed_at IS NULL AND NOT dead AND $1 = ANY (selections) AND EXISTS (
    SELECT 1 FROM answerable_grants.revocations WHERE selection = $1 AND lifted_at IS NULL
)
"""
_LIFT = """
UPDATE answerable_grants.revocations SET lifted_at = $2, lifted_by = $3 WHERE selection = $1 AND lifted_at IS NULL
"""
_FORGET = """
DELETE FROM answerable_grants.grants WHERE id IN (
    SELECT id FROM answerable_grants.grants WHERE ends_at < $1 ORDER BY id FOR UPDATE SKIP LOCKED
)
"""
_FORGET_REVOCATIONS = """
DELETE FROM answerable_grants.revocations AS r WHERE r.lifted_at < $1 OR (
    r.selector = 'grant' AND r.at < $1 AND NOT EXISTS (SELECT 1 FROM answerable_grants.grants WHERE id = r.value)
)
"""
_TURN = f"SELECT pg_advisory_xact_lock(hashtextextended($1, {GRANTING}))"
_TRIES = 5
_NUL = "\0"


class PostgresGrants(PostgresStore):
    """A `GrantStore` in one database, which several processes may share."""

    _steps, _kept, _error = GRANTS, "the store of grants", GrantsUnavailable

    def issue(self, grant: Grant, permit: Permit) -> IssueAnswer:
        row = row_of(grant, permit)
        for _ in range(_TRIES):
            # Where another process issued one of the same permit at the same moment, it is there to be replaced now.
            answer = self._run(lambda db: _issue(db, row))
            if answer is not None:
                return answer
        raise GrantsUnavailable(f"others ask for grants of the same permit as '{grant.id}' all the time")

    def consume(self, grant: GrantId, now: datetime, attempt: str) -> ConsumeAnswer:
        # A crash before the commit leaves the grant unused, and nobody has been told otherwise. After it the
        # grant is used up, though the act may not have been done: the same attempt may ask again, no other.
        used = [] if _NUL in grant else self._rows(_CONSUME, grant, micros(now), attempt)
        if used:
            return Consumed(grant_kept(used[0]["claims"]), now)
        return answer_of(self._find(grant), now, attempt)

    def state(self, grant: GrantId, now: datetime) -> State:
        return state_of(self._find(grant), now)

    def revoke(self, revocation: Revocation) -> None:
        async def revoke(db: Connection) -> None:
            async with db.transaction():
                # A crash before the commit leaves everything in force, and whoever revoked was not told otherwise.
                await db.execute(_ALONE)
                await db.execute(_REVOKE, str(revocation.selection), *revocation_row(revocation))

        self._run(revoke)

    def lift(self, selection: Selection, at: datetime, by: str) -> int:
        async def lift(db: Connection) -> int:
            async with db.transaction():
                # A crash before the commit leaves it standing. What it covers dies with it, whatever any clock says.
                await db.execute(_ALONE)
                await db.execute(_BURY, str(selection))
                return counted(await db.execute(_LIFT, str(selection), micros(at), by))

        return self._run(lift)

    def revocations(self) -> list[Revocation]:
        query = f"SELECT {REVOCATION_COLUMNS} FROM answerable_grants.revocations ORDER BY number"  # noqa: S608
        return [revocation_of(RevocationRow(*row)) for row in self._rows(query)]

    def outstanding(self, selection: Selection, now: datetime) -> Sequence[Grant]:
        return [grant_kept(row["claims"]) for row in self._rows(_OUTSTANDING, micros(now), str(selection))]

    def first_use(self, proof: str, until: datetime) -> bool:
        query = "INSERT INTO answerable_grants.proofs VALUES ($1, $2) ON CONFLICT DO NOTHING"
        # A crash before the commit forgets a proof that nobody was told is good.
        return self._count(query, proof, micros(until)) == 1

    def clean(self, before: datetime) -> int:
        limit = micros(before)

        async def clean(db: Connection) -> int:
            async with db.transaction():
                # A crash before the commit leaves all of it, for the next time.
                await db.execute("DELETE FROM answerable_grants.proofs WHERE until < $1", limit)
                gone = counted(await db.execute(_FORGET, limit))
                # What a lifted one covered is dead without it; one of a single grant says nothing once that is gone.
                await db.execute(_FORGET_REVOCATIONS, limit)
                return gone

        return self._run(clean)

    def _find(self, grant: GrantId) -> Found | None:
        if _NUL in grant:
            return None
        for claims, expires_at, consumed_at, attempt, dead, *covering in self._rows(_FIND, grant):
            revocation = RevocationRow(*covering) if covering[0] is not None else None
            return Found(claims, expires_at, consumed_at, attempt, dead, revocation)
        return None


async def _issue(db: Connection, row: GrantRow) -> IssueAnswer | None:
    """None where another grant of the same permit was issued meanwhile, and nothing was done."""
    transaction = db.transaction()
    await transaction.start()
    answer: IssueAnswer | None = None
    try:
        # Whoever asks for another of the same permit waits here, so that nobody is put off by a crowd.
        await db.execute(_TURN, row.permit)
        # Then what writes: it takes the lock that a revocation waits for, and is waited for by it. A crash before
        # the commit leaves no grant, and no token was made; after it, a grant whose token nobody has: it expires,
        # or the next of its permit takes its place.
        replaced = await db.fetch(_REPLACE, row.permit, row.id)
        beside = [Beside(*one) for one in await db.fetch(_OF_PERMIT, row.permit, row.id)]
        standing = [RevocationRow(*one) for one in await db.fetch(_STANDING, list(row.selections))]
        answer = in_the_way(row, beside, standing)
        if answer is None and counted(await db.execute(_INSERT, *_values(row))):
            answer = Issued(tuple(GrantId(one["id"]) for one in replaced))
            await transaction.commit()
            return answer
    except BaseException:
        await transaction.rollback()
        raise
    await transaction.rollback()
    return answer


def _values(row: GrantRow) -> tuple[Any, ...]:
    return (row.id, row.permit, list(row.selections), *row[3:])
