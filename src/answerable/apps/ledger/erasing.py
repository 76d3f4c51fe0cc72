"""Erase what is on record of somebody, when they ask or their time is over; and keep it where the law says so.

The entry that says so is written first, and signed by whoever decided it; then the keys go. A crash
between the two is made good when the ledger is next opened.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from answerable.adapters.stored_ledger import StoredLedger
from answerable.ports.subject_keys import Hold
from answerable.receipts import (
    Draft,
    Erased,
    ErasureBody,
    ExchangeBody,
    HoldBody,
    data_subject,
    decode,
    erasure_statement,
    hold_statement,
)
from answerable.signing import SigningKey, written
from answerable.values import TraceId, rfc3339
from answerable.values.errors import LedgerUnavailable, UnderHold

_MOST_KEYS = 2000  # in one entry: it has 65,535 bytes at most


@dataclass(frozen=True, slots=True)
class Officer:
    """Who decides: their key signs what they decide, under its name. `now` and `new_trace` are the world's."""

    signer: SigningKey
    now: Callable[[], datetime]
    new_trace: Callable[[], TraceId]

    @property
    def name(self) -> str:
        return self.signer.verifier.name


async def subjects_of_customer(ledger: StoredLedger, customer: str, traces: Collection[TraceId]) -> list[str]:
    """Whom entries may be sealed under that are about a customer: them, and their conversations before they were named.

    `traces` are those in which the customer is on record.
    """
    found = {data_subject(customer, "", None, "")}
    for trace in traces:
        for row in await ledger.trace(trace):
            body = decode(row.entry, row.seq).body
            if isinstance(body, ExchangeBody):
                found.add(data_subject(None, body.workload, body.conversation, trace))
    return sorted(found)


async def subjects_of_conversation(
    ledger: StoredLedger, conversation: str, traces: Collection[TraceId]
) -> list[str]:
    """Whom the entries of a conversation without a customer may be sealed under: one for each workload it was with."""
    found: set[str] = set()
    for trace in traces:
        for row in await ledger.trace(trace):
            body = decode(row.entry, row.seq).body
            if isinstance(body, ExchangeBody):
                found.add(data_subject(None, body.workload, conversation, trace))
    return sorted(found)


async def erase(ledger: StoredLedger, subjects: Sequence[str], reason: str, officer: Officer) -> list[str]:
    """Destroy the keys of these subjects; their ids.

    Raises LedgerUnavailable where there are none, UnderHold where a legal hold keeps one of them: then none goes.
    """
    keys = await asyncio.to_thread(ledger.keys.of_subjects, subjects)
    if not keys:
        raise LedgerUnavailable(
            "nothing that could be erased is on record under that name; what was said with a customer named is erased "
            "with the customer"
        )
    held = await asyncio.to_thread(ledger.keys.held, keys)
    if held:
        hold = next(iter(held.values()))
        raise UnderHold(
            f"legal hold '{hold.id.split('/')[0]}', placed by {hold.by} at {hold.at} ({hold.reason}), keeps what "
            "should be erased; it has to be lifted first"
        )
    await _destroy(ledger, keys, ErasureBody((), officer.name, reason, "request"), officer)
    return keys


async def retire(ledger: StoredLedger, days: int, officer: Officer) -> list[str]:
    """Destroy the keys of every month that ended more than `days` days ago, but for those under a legal hold."""
    month = (officer.now() - timedelta(days=days)).strftime("%Y-%m")
    keys = await asyncio.to_thread(ledger.keys.before_month, month)
    held = await asyncio.to_thread(ledger.keys.held, keys) if keys else {}
    going = [key for key in keys if key not in held]
    reason = f"kept for {days} days"
    body = ErasureBody((), officer.name, reason, "retention", month)
    for start in range(0, len(going), _MOST_KEYS):
        await _destroy(ledger, going[start : start + _MOST_KEYS], body, officer)
    return going


async def _destroy(ledger: StoredLedger, keys: Sequence[str], body: ErasureBody, officer: Officer) -> None:
    at, trace = rfc3339(officer.now()), officer.new_trace()
    said = msgspec.structs.replace(body, keys=tuple(sorted(keys)))
    note = written(erasure_statement(said, at).signed(officer.signer)).decode()
    await ledger.append([Draft(trace, at, msgspec.structs.replace(said, note=note))])
    # A crash here leaves keys that the ledger says are gone; whoever opens it next destroys them.
    await asyncio.to_thread(ledger.keys.destroy, keys, Erased(at, officer.name, trace))


async def hold(ledger: StoredLedger, subjects: Sequence[str] | None, reason: str, officer: Officer) -> str:
    """Place a legal hold on what is and will be on record of these subjects, or of everybody (None); its id."""
    at, trace = rfc3339(officer.now()), officer.new_trace()
    name = f"hold-{trace.removeprefix('tr_')[:8]}"
    names = [None] if subjects is None else [ledger.keys.pseudonym(one) for one in subjects]
    keys = [] if subjects is None else await asyncio.to_thread(ledger.keys.of_subjects, subjects)
    body = HoldBody(name, lifted=False, by=officer.name, reason=reason, keys=tuple(sorted(keys)))
    note = written(hold_statement(body, at).signed(officer.signer)).decode()
    # Held before it is on record: a crash between the two keeps too much, and never too little.
    for number, subject in enumerate(names):
        one = Hold(f"{name}/{number}", subject, officer.name, reason, at)
        await asyncio.to_thread(ledger.keys.hold, one)
    await ledger.append([Draft(trace, at, msgspec.structs.replace(body, note=note))])
    return name


async def lift(ledger: StoredLedger, name: str, reason: str, officer: Officer) -> None:
    """Lift a legal hold. Raises LedgerUnavailable where there is none of that name."""
    placed = [one for one in await asyncio.to_thread(ledger.keys.holds) if one.id.split("/")[0] == name]
    if not placed:
        raise LedgerUnavailable(f"no legal hold '{name}' is in place; 'answerable ledger holds' lists them")
    at, trace = rfc3339(officer.now()), officer.new_trace()
    body = HoldBody(name, lifted=True, by=officer.name, reason=reason, keys=())
    note = written(hold_statement(body, at).signed(officer.signer)).decode()
    # On record before it is lifted: a crash between the two keeps too much, and never too little.
    await ledger.append([Draft(trace, at, msgspec.structs.replace(body, note=note))])
    for one in placed:
        await asyncio.to_thread(ledger.keys.lift, one.id)
