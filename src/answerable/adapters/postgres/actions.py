"""Acts under way in a schema of their own, beside the ledger, for several gateways at once.

Whoever begins an act takes a lock on its tool and then one on its chain, so that what is counted is everything
that was begun before: two acts never both take the last of a limit. Nobody who has the lock of a chain waits for
one of a tool, so they never wait for each other.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from answerable.actions.action import Action
from answerable.actions.limits import Counted
from answerable.actions.scope import Authority
from answerable.actions.state import Event
from answerable.adapters.action_rows import (
    CHANGING,
    COLUMNS,
    FINISHED,
    OPEN,
    UNKNOWN_STATES,
    WAITING_STATES,
    Row,
    advanced,
    changes_of,
    check_begin,
    check_chain,
    check_limit,
    counting,
    decision_key,
    kept_of,
    leased,
    new_kept,
    row_of,
    taken,
    takes_over,
)
from answerable.adapters.grant_rows import micros
from answerable.adapters.postgres.line import Connection
from answerable.adapters.postgres.migrations import ACTING, Steps
from answerable.adapters.postgres.store import PostgresStore
from answerable.decisions.act_rules import Limit
from answerable.grants import DecisionId
from answerable.ports.actions import Kept, Lease
from answerable.values import ActionId, ConversationId
from answerable.values.errors import ActionError, ActionsUnavailable

_ACTIONS_1 = """
CREATE TABLE answerable_actions.actions (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    decision text COLLATE "C" NOT NULL UNIQUE,
    first text COLLATE "C" NOT NULL,
    undoes text COLLATE "C",
    tool text COLLATE "C" NOT NULL,
    customer text COLLATE "C",
    conversation text COLLATE "C",
    workload text COLLATE "C" NOT NULL,
    minor bigint,
    currency text COLLATE "C",
    begun_at bigint NOT NULL,
    counts integer NOT NULL,
    state text COLLATE "C" NOT NULL,
    open integer NOT NULL,
    version bigint NOT NULL,
    holder text COLLATE "C" NOT NULL,
    lease_until bigint NOT NULL,
    said bytea NOT NULL,
    private bytea,
    CHECK ((private IS NULL) = (open = 0))
);
CREATE UNIQUE INDEX one_undo_of_an_act ON answerable_actions.actions (undoes) WHERE undoes IS NOT NULL AND counts = 1;
CREATE INDEX actions_by_chain ON answerable_actions.actions (first, number);
CREATE INDEX actions_by_conversation ON answerable_actions.actions (conversation, number);
CREATE INDEX actions_counted ON answerable_actions.actions (tool, begun_at) WHERE counts = 1;
CREATE INDEX actions_open ON answerable_actions.actions (lease_until, id) WHERE open = 2;
CREATE INDEX actions_unsettled ON answerable_actions.actions (number) WHERE open <> 0;
CREATE INDEX actions_by_begin ON answerable_actions.actions (begun_at) WHERE open = 0;
"""
ACTIONS = Steps("answerable_actions", (_ACTIONS_1,))

_TABLE = "answerable_actions.actions"
_SELECT = f"SELECT {COLUMNS} FROM {_TABLE}"  # noqa: S608 – our own words
_INSERT = (
    f"INSERT INTO {_TABLE} ({COLUMNS}) VALUES ({', '.join(f'${one + 1}' for one in range(len(Row._fields)))})"  # noqa: S608
)
_UPDATE = (
    f"UPDATE {_TABLE} SET {', '.join(f'{one} = ${at + 1}' for at, one in enumerate(CHANGING))} "  # noqa: S608
    f"WHERE id = ${len(CHANGING) + 1} AND version = ${len(CHANGING) + 2}"
)
_COUNT = (
    "SELECT count(*), coalesce(sum(minor) FILTER (WHERE currency = $3), 0)::bigint, "  # noqa: S608
    f"count(*) FILTER (WHERE currency IS DISTINCT FROM $3) FROM {_TABLE} "
    "WHERE counts = 1 AND tool = $1 AND begun_at > $2"
)
_FREE = f"{_SELECT} WHERE open = {OPEN} AND lease_until <= $1 ORDER BY lease_until, id LIMIT $2 FOR UPDATE SKIP LOCKED"
_TURN = "SELECT pg_advisory_xact_lock($1, hashtext($2))"
_TOOL, _CHAIN = ACTING, ACTING + 1

_T = TypeVar("_T")


class PostgresActions(PostgresStore):
    """An `ActionStore` in one database, which several processes may share."""

    _steps, _kept, _error = ACTIONS, "the store of actions", ActionsUnavailable

    def begin(
        self,
        action: Action,
        *,
        until: datetime,
        authority: Authority | None,
        limits: Sequence[Limit],
        now: datetime,
        lease: Lease,
    ) -> Kept:
        made = new_kept(action, until, authority, now, lease)

        async def begin(db: Connection) -> Kept:
            # A crash before the commit leaves nothing, and nobody was told otherwise; after it an act that is
            # counted and was not begun: whoever has the decision goes on with it, or it is given up in the end.
            async with db.transaction():
                await db.execute(_TURN, _TOOL, action.tool)
                await db.execute(_TURN, _CHAIN, decision_key(action.first))
                for found in await db.fetch(f"{_SELECT} WHERE decision = $1", decision_key(action.decision)):
                    kept = kept_of(found)
                    return await _swap(db, kept, leased(kept, lease)) if takes_over(kept, now) else kept
                check_begin(action, until, now)
                if not action.begins_chain:
                    chain = await db.fetch(
                        f"{_SELECT} WHERE first = $1 ORDER BY number", decision_key(action.first)
                    )
                    check_chain(action, made.arguments, [kept_of(one) for one in chain])
                for limit in limits:
                    check_limit(limit, action, await _counted(db, limit, action, now))
                await db.execute(_INSERT, *row_of(made))
                return made

        return self._run(begin)

    def advance(self, kept: Kept, event: Event, lease: Lease) -> Kept:
        made = advanced(kept, event, lease)
        # A crash before the commit leaves the act where it was; what that means, the executor says step by step.
        return self._run(lambda db: _swap(db, kept, made))

    def unfinished(self, now: datetime, lease: Lease, most: int) -> Sequence[Kept]:
        async def claim(db: Connection) -> list[Kept]:
            # A crash after the commit: they are free again when the lease is over.
            async with db.transaction():
                found = [kept_of(one) for one in await db.fetch(_FREE, micros(now), most)]
                return [await _swap(db, one, leased(one, lease)) for one in found]

        return self._run(claim)

    def renew(self, kept: Kept, lease: Lease) -> Kept:
        return self._run(lambda db: _swap(db, kept, leased(kept, lease)))

    def find(self, action: ActionId) -> Kept | None:
        return next(iter(self._found(f"{_SELECT} WHERE id = $1", action)), None)

    def of_decision(self, decision: DecisionId) -> Kept | None:
        return next(iter(self._found(f"{_SELECT} WHERE decision = $1", decision_key(decision))), None)

    def of_conversation(self, conversation: ConversationId) -> Sequence[Kept]:
        return self._found(f"{_SELECT} WHERE conversation = $1 ORDER BY number", conversation)

    def of_chain(self, first: DecisionId) -> Sequence[Kept]:
        return self._found(f"{_SELECT} WHERE first = $1 ORDER BY number", decision_key(first))

    def unknown(self, most: int) -> Sequence[Kept]:
        query = f"{_SELECT} WHERE open <> 0 AND state = ANY ($1::text[]) ORDER BY number LIMIT $2"
        return self._found(query, list(UNKNOWN_STATES), most)

    def waiting(self, most: int) -> Sequence[Kept]:
        query = f"{_SELECT} WHERE open <> 0 AND state = ANY ($1::text[]) ORDER BY number LIMIT $2"
        return self._found(query, list(WAITING_STATES), most)

    def count_waiting(self) -> int:
        query = f"SELECT count(*) FROM {_TABLE} WHERE open <> 0 AND state = ANY ($1::text[])"  # noqa: S608
        [(count,)] = self._rows(query, list(WAITING_STATES))
        return int(count)

    def clean(self, before: datetime) -> int:
        async def clean(db: Connection) -> int:
            # A crash before the commit leaves all of it, for the next time.
            async with db.transaction():
                query = f"{_SELECT} WHERE open = {FINISHED} AND begun_at < $1 ORDER BY number FOR UPDATE SKIP LOCKED"
                found = [kept_of(one) for one in await db.fetch(query, micros(before))]
                gone = [one.action.id for one in found if one.until < before]
                await db.execute(f"DELETE FROM {_TABLE} WHERE id = ANY ($1::text[])", gone)  # noqa: S608
                return len(gone)

        return self._run(clean)

    def _found(self, query: str, *values: Any) -> list[Kept]:
        if any(isinstance(one, str) and "\0" in one for one in values):
            return []  # PostgreSQL's text has no such character, so nothing is called that
        return [kept_of(row) for row in self._rows(query, *values)]

    def _run(self, work: Callable[[Connection], Awaitable[_T]]) -> _T:
        """Raises ActionsUnavailable, and what `work` raises of ours."""

        async def answered(db: Connection) -> _T | ActionError:
            try:
                return await work(db)
            except ActionError as error:  # a refusal is no reason to hang up
                return error

        found = super()._run(answered)
        if isinstance(found, ActionError):
            raise found
        return found


async def _swap(db: Connection, before: Kept, after: Kept) -> Kept:
    if await db.execute(_UPDATE, *changes_of(before, after)) != "UPDATE 1":
        raise taken(before)
    return after


async def _counted(db: Connection, limit: Limit, action: Action, now: datetime) -> Counted:
    column, values = counting(limit, action, now)
    [row] = await db.fetch(f"{_COUNT} AND {column} = $4" if column else _COUNT, *values)
    return Counted(*row)
