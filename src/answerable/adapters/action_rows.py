"""How stores of actions write what they keep: one way, so that each SQL store is only its SQL.

A row has what is searched and counted in columns, what names nobody in `said`, and what is personal in
`private`, which is gone once the act is finished.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import msgspec

from answerable.actions.action import Action
from answerable.actions.limits import Counted, beyond, whose
from answerable.actions.outcome import Done, NotDone, Outcome, Uncertain
from answerable.actions.scope import Authority, Link, beyond_scope
from answerable.actions.state import COUNTED, UNKNOWN, WAITING_FOR_PEOPLE, Event, How, Progress, State, step
from answerable.adapters.grant_rows import instant, micros
from answerable.decisions.act_rules import Limit, Per
from answerable.grants import Approval, DecisionId, Policies, arguments_digest
from answerable.ports.actions import Kept, Lease
from answerable.values import (
    ActionId,
    ApprovalId,
    ConversationId,
    Digest,
    GrantId,
    Money,
    OperatorId,
    PolicyId,
    TraceId,
    WorkloadId,
)
from answerable.values.errors import ActionRefused, ActionsUnavailable, ActionTaken

FINISHED, WAITING, OPEN = 0, 1, 2
"""Of a row's `open`: nothing is left to do; a person has to; a program may."""


class _Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """What names nobody. Instants are microseconds since 1970."""

    connector: str
    audience: str
    bundle: str
    arguments: str
    until: int
    policies: tuple[str, ...] = ()
    approval: str | None = None
    approvers: tuple[str, ...] = ()
    resource: str | None = None
    budget: tuple[int, str] | None = None
    authority: tuple[tuple[str, ...], str | None, str | None, tuple[int, str] | None, int] | None = None
    attempt: int = 0
    grant: str | None = None
    quiet_since: int | None = None
    looks: int = 0
    outcome: str | None = None
    again: bool = False
    how: str | None = None
    by: str | None = None
    receipt: str | None = None


class _Private(msgspec.Struct, frozen=True, omit_defaults=True):
    arguments: str
    subject: str | None = None
    text: str = ""
    reference: str | None = None
    said: str = ""


class Row(NamedTuple):
    """A row as a store keeps it, its columns in this order."""

    id: str
    decision: str
    first: str
    undoes: str | None
    tool: str
    customer: str | None
    conversation: str | None
    workload: str
    minor: int | None
    currency: str | None
    begun_at: int
    counts: int
    state: str
    open: int
    version: int
    holder: str
    lease_until: int
    said: bytes
    private: bytes | None


COLUMNS = ", ".join(Row._fields)
CHANGING = ("counts", "state", "open", "version", "holder", "lease_until", "said", "private")
"""The columns that change."""

_said_out, _private_out = msgspec.json.Encoder().encode, msgspec.json.Encoder().encode
_said_in, _private_in = msgspec.json.Decoder(_Said), msgspec.json.Decoder(_Private)
_COLUMN = {Per.CUSTOMER: "customer", Per.CONVERSATION: "conversation", Per.WORKLOAD: "workload"}


def new_kept(
    action: Action, until: datetime, authority: Authority | None, now: datetime, lease: Lease
) -> Kept:
    """An act that begins. Raises InvalidRequest, RequestTooLarge where its arguments can't be read."""
    return Kept(
        action, arguments_digest(action.arguments), until, now, authority, Progress(), lease, version=0
    )


def advanced(kept: Kept, event: Event, lease: Lease) -> Kept:
    """It one step further, with all its texts: whoever made the step tells them. Raises ActionError."""
    return replace(kept, progress=step(kept.progress, event), lease=lease, version=kept.version + 1)


def leased(kept: Kept, lease: Lease) -> Kept:
    """It as it was, for whoever has the lease from now on."""
    return replace(kept, lease=lease, version=kept.version + 1)


def changes_of(before: Kept, after: Kept) -> tuple[str | int | bytes | None, ...]:
    """The values of `CHANGING`, and then the id and the version that the row must have still."""
    row = row_of(after)._asdict()
    return (*(row[one] for one in CHANGING), before.action.id, before.version)


def taken(kept: Kept) -> ActionTaken:
    """What is raised where the row has another version by now."""
    return ActionTaken(f"somebody else works on the act '{kept.action.id}' by now")


def as_kept(kept: Kept) -> Kept:
    """It as it will be read: without what is personal, where it is finished."""
    if not kept.progress.finished:
        return kept
    return replace(
        kept,
        action=replace(kept.action, arguments="", subject=None),
        progress=replace(kept.progress, outcome=_without_texts(kept.progress.outcome)),
    )


def takes_over(kept: Kept, now: datetime) -> bool:
    """May another program go on with it? Not where a person has to."""
    return not kept.progress.finished and kept.progress.state is not State.PERSON and kept.lease.until <= now


def check_begin(action: Action, until: datetime, now: datetime) -> None:
    """Raises ActionRefused where the permit is over."""
    if now >= until:
        raise ActionRefused(f"the permit of '{action.tool}' was over at {until:%Y-%m-%d %H:%M:%S} UTC")


def check_chain(action: Action, arguments: Digest, chain: Sequence[Kept]) -> None:
    """Raises ActionRefused where the act is beyond what began its chain; `chain` is in its order."""
    if action.begins_chain:
        return
    began = next((one for one in chain if one.action.decision == action.first), None)
    if began is None or began.authority is None:
        raise ActionRefused(
            f"'{action.tool}' follows a decision of which no act is on record here, so nothing says how far it goes"
        )
    links: list[Link] = [one.link for one in chain]
    if why := beyond_scope(began.authority, links, action, arguments):
        raise ActionRefused(why)


def check_limit(limit: Limit, action: Action, counted: Counted) -> None:
    """Raises ActionRefused where the limit has no room for the act."""
    if why := beyond(limit, action, counted):
        raise ActionRefused(why)


class Counting(NamedTuple):
    """What a limit counts among the acts of a tool."""

    column: str
    """Which one says whose acts; empty for those of everybody."""
    values: tuple[str | int | None, ...]
    """The tool, after which microsecond since 1970, in which currency (empty: no money), and, with a column, whose."""


def counting(limit: Limit, action: Action, now: datetime) -> Counting:
    column, value = _COLUMN.get(limit.per, ""), whose(limit, action)
    currency = limit.amount.currency if limit.amount else ""
    values: tuple[str | int | None, ...] = (action.tool, micros(now - limit.window), currency)
    return Counting(column, (*values, value) if column else values)


def decision_key(decision: DecisionId) -> str:
    """One text for one decision."""
    return f"{decision.digest} {decision.trace}"


def row_of(kept: Kept) -> Row:
    action, progress = kept.action, kept.progress
    outcome, basis, finished = progress.outcome, action.basis, progress.finished
    said = _Said(
        action.connector,
        action.audience,
        action.bundle,
        kept.arguments,
        micros(kept.until),
        basis.ids if isinstance(basis, Policies) else (),
        basis.id if isinstance(basis, Approval) else None,
        basis.by if isinstance(basis, Approval) else (),
        action.resource,
        _money(action.budget),
        _authority(kept.authority),
        progress.attempt,
        progress.grant,
        None if progress.quiet_since is None else micros(progress.quiet_since),
        progress.looks,
        None if outcome is None else _NAMES[type(outcome)],
        isinstance(outcome, NotDone) and outcome.again,
        progress.how,
        progress.by,
        progress.receipt,
    )
    words = outcome.said if isinstance(outcome, NotDone) else ""
    private = _Private(action.arguments, action.subject, _text(outcome), _reference(outcome), words)
    return Row(
        action.id,
        decision_key(action.decision),
        decision_key(action.first),
        action.undoes,
        action.tool,
        action.customer,
        action.conversation,
        action.workload,
        None if action.amount is None else action.amount.minor,
        None if action.amount is None else action.amount.currency,
        micros(kept.begun),
        int(progress.state in COUNTED),
        progress.state.value,
        FINISHED if finished else WAITING if progress.state is State.PERSON else OPEN,
        kept.version,
        kept.lease.holder,
        micros(kept.lease.until),
        _said_out(said),
        None if finished else _private_out(private),
    )


def kept_of(raw: Iterable[object]) -> Kept:
    """Read a row back. Raises ActionsUnavailable where what was kept is damaged."""
    try:
        row = Row(*raw)  # type: ignore[arg-type]
        said = _said_in.decode(row.said)
        private = _Private("") if row.private is None else _private_in.decode(row.private)
        basis = (
            Policies(tuple(PolicyId(one) for one in said.policies))
            if said.approval is None
            else Approval(ApprovalId(said.approval), said.approvers)
        )
        action = Action(
            id=ActionId(row.id),
            tool=row.tool,
            arguments=private.arguments,
            connector=said.connector,
            audience=said.audience,
            workload=WorkloadId(row.workload),
            decision=_decision(row.decision),
            basis=basis,
            bundle=Digest(said.bundle),
            first=_decision(row.first),
            conversation=None if row.conversation is None else ConversationId(row.conversation),
            customer=row.customer,
            subject=private.subject,
            resource=said.resource,
            amount=None if row.minor is None or row.currency is None else Money(row.minor, row.currency),
            budget=_amount(said.budget),
            undoes=None if row.undoes is None else ActionId(row.undoes),
        )
        progress = Progress(
            State(row.state),
            said.attempt,
            None if said.grant is None else GrantId(said.grant),
            None if said.quiet_since is None else instant(said.quiet_since),
            said.looks,
            _outcome(said, private),
            None if said.how is None else How(said.how),
            None if said.by is None else OperatorId(said.by),
            said.receipt,
        )
        return Kept(
            action,
            Digest(said.arguments),
            instant(said.until),
            instant(row.begun_at),
            None if said.authority is None else _authority_of(said.authority),
            progress,
            Lease(row.holder, instant(row.lease_until)),
            row.version,
        )
    except (ValueError, TypeError, OverflowError, msgspec.MsgspecError) as error:
        raise ActionsUnavailable(f"an act that was kept can't be read: {error}") from error


UNKNOWN_STATES = tuple(one.value for one in State if one in UNKNOWN)
WAITING_STATES = tuple(one.value for one in State if one in WAITING_FOR_PEOPLE)

_NAMES: dict[type[Outcome], str] = {Done: "done", NotDone: "not_done", Uncertain: "uncertain"}


def _outcome(said: _Said, private: _Private) -> Outcome | None:
    match said.outcome:
        case None:
            return None
        case "done":
            return Done(private.text, private.reference)
        case "not_done":
            return NotDone(private.text, said.again, private.said)
        case "uncertain":
            return Uncertain(private.text)
        case other:
            raise ValueError(f"'{other}' is no outcome")


def _without_texts(outcome: Outcome | None) -> Outcome | None:
    match outcome:
        case None:
            return None
        case Done():
            return Done("")
        case NotDone(_, again):
            return NotDone("", again)
        case Uncertain():
            return Uncertain("")


def _text(outcome: Outcome | None) -> str:
    match outcome:
        case None:
            return ""
        case Done(result):
            return result
        case NotDone(reason) | Uncertain(reason):
            return reason


def _reference(outcome: Outcome | None) -> str | None:
    return outcome.reference if isinstance(outcome, Done) else None


def _decision(key: str) -> DecisionId:
    digest, _, trace = key.partition(" ")
    return DecisionId(TraceId(trace), Digest(digest))


def _money(money: Money | None) -> tuple[int, str] | None:
    return None if money is None else (money.minor, money.currency)


def _amount(pair: tuple[int, str] | None) -> Money | None:
    return None if pair is None else Money(*pair)


def _authority(
    one: Authority | None,
) -> tuple[tuple[str, ...], str | None, str | None, tuple[int, str] | None, int] | None:
    if one is None:
        return None
    return tuple(sorted(one.tools)), one.customer, one.resource, _money(one.amount), one.most


def _authority_of(
    said: tuple[tuple[str, ...], str | None, str | None, tuple[int, str] | None, int],
) -> Authority:
    tools, customer, resource, amount, most = said
    return Authority(frozenset(tools), customer, resource, _amount(amount), most)
