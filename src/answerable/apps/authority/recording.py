"""A store of grants whose every change stands in the ledger before anybody goes by it."""

from collections.abc import Callable, Sequence
from datetime import datetime

from answerable.grants import (
    Approval,
    ConsumeAnswer,
    Consumed,
    Grant,
    IssueAnswer,
    Issued,
    Permit,
    Revocation,
    Selection,
    State,
)
from answerable.ports import Clock, NewTrace
from answerable.ports.grants import GrantStore
from answerable.receipts import Draft, GrantBody, GrantPrivate
from answerable.values import GrantId, rfc3339
from answerable.values.errors import LedgerError, NotOnRecord

Record = Callable[[Sequence[Draft]], object]
"""Append to the ledger and wait. Raises LedgerError. For worker threads."""


class RecordedGrants:
    """A `GrantStore`. The store changes first: where the entry can't be written, the change is not told to anybody.

    So a crash between the two leaves a grant without a token, a use without an act, or a revocation that holds
    and is not on record; whoever asks again is answered the same, and it is recorded then.
    """

    def __init__(self, store: GrantStore, record: Record, now: Clock, new_trace: NewTrace) -> None:
        self._store, self._record, self._now, self._new_trace = store, record, now, new_trace
        self.name = store.name

    def issue(self, grant: Grant, permit: Permit) -> IssueAnswer:
        answer = self._store.issue(grant, permit)
        if isinstance(answer, Issued):
            self._write(grant.decision.trace, _of(grant, "issued"))
        return answer

    def consume(self, grant: GrantId, now: datetime, attempt: str) -> ConsumeAnswer:
        answer = self._store.consume(grant, now, attempt)
        if isinstance(answer, Consumed):
            self._write(answer.grant.decision.trace, _of(answer.grant, "consumed"))
        return answer

    def state(self, grant: GrantId, now: datetime) -> State:
        return self._store.state(grant, now)

    def revoke(self, revocation: Revocation) -> None:
        self._store.revoke(revocation)
        body = _selected(revocation.selection, "revoked", revocation.by)
        self._write(self._new_trace(), body, revocation.reason)

    def lift(self, selection: Selection, at: datetime, by: str, reason: str = "") -> int:
        # On record first: what is let go again must not be so without anybody's name. A crash after this leaves a
        # revocation that stands, beside an entry that says otherwise.
        self._write(self._new_trace(), _selected(selection, "lifted", by), reason)
        return self._store.lift(selection, at, by)

    def revocations(self) -> Sequence[Revocation]:
        return self._store.revocations()

    def outstanding(self, selection: Selection, now: datetime) -> Sequence[Grant]:
        return self._store.outstanding(selection, now)

    def first_use(self, proof: str, until: datetime) -> bool:
        return self._store.first_use(proof, until)

    def clean(self, before: datetime) -> int:
        return self._store.clean(before)

    def problem(self) -> str:
        return self._store.problem()

    def close(self) -> None:
        self._store.close()

    def _write(self, trace: str, body: GrantBody, reason: str = "") -> None:
        # What a person wrote may name somebody: it is sealed, under a key of the entry's trace.
        private = GrantPrivate(reason) if reason else None
        try:
            self._record([Draft(trace, rfc3339(self._now()), body, private)])
        except LedgerError as error:
            raise NotOnRecord(f"what became of a grant could not be recorded: {error}") from error


def _of(grant: Grant, event: str) -> GrantBody:
    intent = grant.intent
    return GrantBody(
        grant.id,
        event,
        grant.decision.digest,
        grant.basis.id if isinstance(grant.basis, Approval) else None,
        tool=intent.action,
        audience=intent.audience,
        workload=intent.workload,
        expires=rfc3339(grant.expires),
    )


def _selected(selection: Selection, event: str, by: str) -> GrantBody:
    value = selection.value or None
    return GrantBody("", event, by=by, selector=selection.selector.value, value=value)
