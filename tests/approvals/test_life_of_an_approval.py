"""Whatever happens, in any order: only what is provided for happens, and what is over stays over."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.approvals import (
    Approve,
    Change,
    Deny,
    Escalate,
    Event,
    Expire,
    Finish,
    Move,
    Noticed,
    Of,
    Opened,
    Phase,
    Refusal,
    Remind,
    Result,
    State,
    Told,
    Use,
    Void,
    Withdraw,
    next_move,
    opened,
    step,
)
from answerable.testing import sample_approvals as some
from answerable.values import Money, OperatorId

NOW = some.NOW
ORDER = {Phase.OPEN: 0, Phase.APPROVED: 1}
PEOPLE = st.sampled_from([some.RUTH, some.SAM, some.OWEN])
AT = st.integers(-60, 5 * 3600).map(lambda seconds: NOW + timedelta(seconds=seconds))
BINDS = st.sampled_from([some.request(needs=one).binds for one in (1, 2)] + [some.digest("other")])
LEVEL, POLICIES, NEEDED = st.just(2), st.just(("p",)), st.integers(1, 3)
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(Approve, AT, PEOPLE, BINDS, LEVEL, POLICIES, NEEDED),
    st.builds(
        Change, AT, PEOPLE, BINDS, st.just(some.digest("less")),
        st.none() | st.builds(Money, st.integers(-1, 13_000), st.sampled_from(["USD", "EUR"])),
        LEVEL, POLICIES, NEEDED,
    ),
    st.builds(Deny, AT, PEOPLE, BINDS),
    st.builds(Withdraw, AT, PEOPLE),
    st.builds(Expire, AT),
    st.builds(Void, AT, st.just("why")),
    st.builds(Use, AT, BINDS, st.sampled_from(["ac_1", "ac_2"])),
    st.builds(Finish, AT, st.sampled_from(["ac_1", "ac_2"]), st.sampled_from(Result)),
    st.builds(Remind, AT, st.integers(0, 2)),
    st.builds(Escalate, AT, st.integers(0, 2)),
    st.builds(Noticed, AT, st.integers(0, 4)),
    st.builds(Told, AT, st.just("polled")),
    st.builds(Opened, AT),
)  # fmt: skip
BEGUN = st.builds(
    lambda needs, of: opened(some.request(needs=needs, of=of)), st.integers(1, 2), st.sampled_from(Of)
)


@given(BEGUN, st.lists(EVENTS, max_size=12))
def test_nothing_comes_back_and_nothing_is_approved_but_by_enough_different_people(
    state: State, events: list[Event]
) -> None:
    for event in events:
        after = step(state, event)
        if isinstance(after, Refusal):
            assert after.because
            continue
        assert after is state or after.revision == state.revision + 1
        assert ORDER.get(after.phase, 2) >= ORDER.get(state.phase, 2)
        if after.phase is not state.phase:
            assert state.phase in ORDER
        people = [one.by for one in after.approvals]
        assert len(set(people)) == len(people)
        assert some.OWEN not in people
        assert after.needed >= state.needed
        if after.phase is Phase.APPROVED:
            assert len(people) >= after.needed >= after.request.plan.needs
            assert after.usable_until is not None
        if after.phase is Phase.USED and state.phase is not Phase.USED:
            assert isinstance(event, Use)
            assert event.binds == state.binds
            assert state.usable_until is not None
            assert event.at < state.usable_until
        if after.phase is Phase.EXPIRED and state.phase is not Phase.EXPIRED:
            assert state.due is not None
            assert event.at >= state.due
            assert not hasattr(event, "by")
        if isinstance(event, Change):
            assert after.request.amount is not None
            assert after.request.amount.minor <= (state.request.amount or after.request.amount).minor
            assert after.binds != state.binds
        elif after.phase is state.phase:
            assert after.request == state.request
        state = after


@given(BEGUN, st.lists(EVENTS, max_size=8), AT)
def test_there_is_always_a_next_move_that_leads_on(state: State, events: list[Event], now: object) -> None:
    for event in events:
        after = step(state, event)
        state = state if isinstance(after, Refusal) else after
    at = NOW + timedelta(seconds=1)
    move, until = next_move(state, at, tells=True)
    assert (move is Move.END) == (state.closed and state.told_at is not None)
    if move is Move.WAIT:
        assert until is None or until > at


def test_everything_that_is_bound_changes_what_an_answer_names() -> None:
    request = some.request()
    other = some.request(1, of=Of.LINE, needs=2, now=NOW + timedelta(seconds=1))
    changes = {
        name: getattr(other, name)
        for name in request.__dataclass_fields__
        if getattr(other, name) != getattr(request, name) and name not in ("of", "tool")
    }
    changes |= {
        "findings": some.digest("x"), "bundle": some.digest("x"), "workload": "w", "route": "r", "customer": None,
        "owners": (), "subjects": (), "amount": None, "region": None, "tool": "other", "instead_of": some.digest("x"),
        "undoes": "ac_1",
        "handed_over": True,
    }  # fmt: skip
    assert set(changes) | {"of"} == set(request.__dataclass_fields__)
    found = {replace(request, **{name: value}).binds for name, value in changes.items()}
    assert len(found | {request.binds}) == len(changes) + 1
    for part in ("deadline", "reminders", "escalations", "needs", "valid"):
        assert getattr(request.plan, part) is not None
    plans = [
        replace(request.plan, deadline=NOW), replace(request.plan, reminders=()), replace(request.plan, escalations=()),
        replace(request.plan, needs=3), replace(request.plan, valid=timedelta(1)),
    ]  # fmt: skip
    assert len({replace(request, plan=plan).binds for plan in plans} | {request.binds}) == 6


@pytest.mark.parametrize(
    "changes",
    [
        {"id": ""}, {"route": "a\nb"}, {"workload": "x" * 600}, {"content": "sha256:xyz"}, {"tool": None},
        {"of": Of.LINE}, {"owners": tuple(OperatorId(f"o{n}") for n in range(65))}, {"region": "\u202e"},
        {"opened_at": NOW.replace(tzinfo=None)},
    ],
)  # fmt: skip
def test_a_request_that_names_nothing_or_too_much_is_none(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        replace(some.request(), **changes)  # type: ignore[arg-type]


def test_a_change_where_no_amount_is_known_may_not_name_one() -> None:
    state = opened(replace(some.request(), amount=None))
    for amount, allowed in ((None, True), (Money(1, "USD"), False)):
        event = Change(NOW, some.RUTH, state.binds, some.digest("less"), amount)
        assert isinstance(step(state, event), State) is allowed
    other = opened(some.request())
    for amount in (None, Money(1, "EUR"), Money(12_001, "USD"), Money(-1, "USD")):
        event = Change(NOW, some.RUTH, other.binds, some.digest("less"), amount)
        assert isinstance(step(other, event), Refusal)
    same = Change(NOW, some.RUTH, other.binds, other.request.content, Money(1, "USD"))
    assert isinstance(step(other, same), Refusal)


def test_what_was_told_as_uncertain_is_told_again_once_it_is_known() -> None:
    state = opened(some.request())
    for event in (
        Approve(NOW, some.RUTH, state.binds),
        Use(NOW, state.binds, "ac_1"),
        Finish(NOW, "ac_1", Result.UNCERTAIN),
        Told(NOW, "polled"),
        Finish(NOW, "ac_1", Result.DONE),
    ):
        after = step(state, event)
        assert isinstance(after, State)
        state = after
    assert (state.told_at, state.closed) == (None, True)
    assert isinstance(step(state, Finish(NOW, "ac_1", Result.NOT_DONE)), Refusal)
