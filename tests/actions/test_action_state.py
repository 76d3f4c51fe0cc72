"""How far an act can come: what can't happen, whatever is tried, in whatever order."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.actions import (
    UNSENT,
    Answered,
    AskPerson,
    Done,
    Event,
    GivenUp,
    Granted,
    HandedOver,
    How,
    NotDone,
    Outcome,
    Progress,
    Query,
    Recorded,
    Retry,
    RevokeAndLook,
    Sent,
    State,
    TakenBack,
    Uncertain,
    Wait,
    Ways,
    idempotency_key,
    next_step,
    step,
)
from answerable.actions.resolving import MOST_ATTEMPTS, MOST_LOOKS, PATIENCE
from answerable.testing import sample_grants as some
from answerable.values import GrantId, OperatorId
from answerable.values.errors import ActionError

NOW = some.NOW
RUTH = OperatorId("ruth")
OUTCOMES: list[Outcome] = [Done("ok"), NotDone("no"), NotDone("busy", again=True), Uncertain("?")]
EVENTS: list[Event] = [
    Granted(GrantId("gr_1")),
    Sent(NOW),
    *(
        Answered(outcome, how, receipt, by)
        for outcome in OUTCOMES
        for how in How
        for receipt in (None, "sha256:1")
        for by in (None, RUTH)
    ),
    HandedOver("sha256:1"),
    GivenUp("no"),
    GivenUp("no", "sha256:1"),
    TakenBack("slow"),
    Recorded("sha256:2"),
]


def possible(now: Progress) -> list[tuple[Event, Progress]]:
    """Every event that can come now, and what it makes of it."""
    found = []
    for event in EVENTS:
        try:
            found.append((event, step(now, event)))
        except ActionError:
            continue
    return found


@given(st.data())
def test_whatever_comes_in_whatever_order_an_act_keeps_to_its_way(data: st.DataObject) -> None:
    now, sent = Progress(), 0
    for _ in range(12):
        if not (ways := possible(now)):
            break
        event, after = data.draw(st.sampled_from(ways))
        sent += isinstance(event, Sent) - isinstance(event, TakenBack)
        check(now, event, after, sent)
        now = after


def check(now: Progress, event: Event, after: Progress, sent: int) -> None:
    # What is settled stays as it is: only its receipt may come.
    if now.settled:
        assert isinstance(event, Recorded)
        assert (after.state, after.outcome, after.how) == (now.state, now.outcome, now.how)
    # Nothing is sent without a grant, and never a second time but from uncertainty.
    if isinstance(event, Sent):
        assert now.state in (State.GRANTED, State.UNCERTAIN)
        assert after.grant is not None
    assert after.attempt == sent
    # It is done only by somebody's word, and "not done" to a second call is no word on the first.
    if after.state is State.DONE:
        assert isinstance(after.outcome, Done)
        assert sent
    if after.state is State.NOT_DONE and now.state is not State.NOT_DONE:
        assert after.how is not How.RETRY
        assert isinstance(after.outcome, NotDone)
    if after.state is State.GIVEN_UP:
        assert sent == 0
    if after.how is How.PERSON:
        assert after.by is not None
    if now.state is State.PERSON and after.state is not State.PERSON:
        assert after.how in (How.PERSON, How.ANSWER, How.RETRY)


def test_an_act_that_is_settled_and_on_record_stays_so_whatever_comes() -> None:
    for state in (State.DONE, State.NOT_DONE, State.GIVEN_UP):
        assert possible(Progress(state, 1, receipt="sha256:1")) == []


def uncertain(attempt: int = 1, looks: int = 0, since: datetime | None = NOW) -> Progress:
    return Progress(State.UNCERTAIN, attempt, GrantId("gr_1"), since, looks, Uncertain("?"), How.ANSWER)


WAYS = st.builds(Ways, st.booleans(), st.booleans(), st.booleans())


@given(
    WAYS,
    st.integers(1, 5),
    st.integers(0, 12),
    st.sampled_from([None, True]),
    st.booleans(),
    st.booleans(),
    st.integers(-10, 10_000),
)
def test_nothing_is_sent_again_but_where_one_key_is_done_once(
    ways: Ways, attempt: int, looks: int, grant_used: bool | None, asked: bool, stopped: bool, seconds: int
) -> None:
    now, until = NOW + timedelta(seconds=seconds), NOW + timedelta(seconds=300)
    found = next_step(
        uncertain(attempt, looks),
        ways,
        now=now,
        until=until,
        grant_used=grant_used,
        asked=asked,
        stopped=stopped,
    )
    if isinstance(found, Retry):
        assert ways.repeatable
        assert not ways.checks_grants
        assert not stopped
        assert now < until
        assert attempt < MOST_ATTEMPTS
    if isinstance(found, Query):
        assert ways.can_query
        assert not asked
    if isinstance(found, RevokeAndLook):
        assert ways.checks_grants
        assert grant_used is None
    if isinstance(found, Wait):
        assert found.until > now
        assert looks < MOST_LOOKS
    if isinstance(found, AskPerson):
        assert not ways.can_query or looks >= MOST_LOOKS


@given(WAYS)
def test_in_the_end_it_is_known_or_a_person_is_asked(ways: Ways) -> None:
    """Where nobody ever says anything, no program goes on for ever."""
    now, until = NOW, NOW + timedelta(minutes=5)
    progress, used, asked = uncertain(), None, False
    for _ in range(3 * MOST_LOOKS + MOST_ATTEMPTS):
        match next_step(progress, ways, now=now, until=until, grant_used=used, asked=asked):
            case RevokeAndLook():
                used = True
            case Query():
                progress, asked = step(progress, Answered(Uncertain("?"), How.QUERY)), True
            case Retry():
                progress = step(progress, Sent(now))
                progress, asked = step(progress, Answered(Uncertain("?"), How.RETRY)), False
            case Wait(at):
                now, asked, used = at, False, None
            case AskPerson():
                return
    pytest.fail("it goes on for ever")


def test_only_what_is_uncertain_is_resolved() -> None:
    for state in set(State) - {State.UNCERTAIN}:
        with pytest.raises(ActionError):
            next_step(Progress(state), Ways(False, False, False), now=NOW, until=NOW)


def test_a_query_that_finds_nothing_is_asked_again_when_it_may_be_believed() -> None:
    found = next_step(uncertain(looks=1), Ways(False, False, True), now=NOW, until=NOW, asked=True)
    assert found == Wait(NOW + PATIENCE)


def test_one_decision_has_one_key_and_another_has_another() -> None:
    keys = [idempotency_key(some.permit(number).decision) for number in range(50)]
    assert len(set(keys)) == 50
    assert idempotency_key(some.permit(7).decision) == keys[7]
    assert idempotency_key(some.permit(0, approved_by=("ruth",)).decision) == keys[0]


def test_the_first_key_ever_stays_as_it_is() -> None:
    """A back end may remember keys for years: how they are made never changes."""
    assert idempotency_key(some.permit(0).decision) == (
        "9009d39e5c6bcf1d8915c1cd83524e068a355c58ce54c8d12d8cd0ca4c3f8416"
    )


def test_an_act_that_was_not_sent_is_given_up_without_a_doubt() -> None:
    for state in UNSENT:
        assert step(Progress(state), GivenUp("no")).how is How.GRANT
