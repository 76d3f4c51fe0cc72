"""An answer says no more than it says: what is done, what is not, and what nobody knows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.actions import Done, NotDone, Uncertain
from answerable.adapters.connectors.http_outcomes import (
    MAY_MEAN_NOT_DONE,
    HttpAnswer,
    asked_after,
    outcome_of,
)


@pytest.mark.parametrize(
    ("status", "body", "retry_after", "declared", "expected"),
    [
        (200, '{"a":1}', False, {429}, Done('{"a":1}')),
        (204, "", False, {429}, Done("")),
        (200, None, False, {429}, Uncertain),
        (200, '{"a":1,"a":2}', False, {429}, Uncertain),
        (202, "{}", False, {429}, Uncertain),
        (307, "", False, {429}, Uncertain),
        (400, "no", False, {429}, NotDone),
        (408, "", False, {429}, Uncertain),
        (408, "", False, {408}, NotDone),
        (409, "already gone", False, {429}, NotDone),
        (409, '{"code":"idempotency_in_progress"}', False, {429}, Uncertain),
        (409, "later", True, {429}, Uncertain),
        (425, "", False, {429}, Uncertain),
        (429, "", False, {429}, NotDone),
        (429, "", False, set(), Uncertain),
        (500, '{"a":1}', False, {429}, Uncertain),
        (503, "", True, {429}, Uncertain),
        (503, "", True, {429, 503}, NotDone),
        (503, "", False, {429, 503}, Uncertain),
    ],
)
def test_each_status_has_its_outcome(
    status: int, body: str | None, retry_after: bool, declared: set[int], expected: object
) -> None:
    outcome = outcome_of(HttpAnswer(status, body, "cut", retry_after), not_done=frozenset(declared))
    assert outcome == expected if isinstance(expected, Done) else isinstance(outcome, expected)  # type: ignore[arg-type]
    if isinstance(outcome, NotDone):
        assert outcome.again == (status in declared)


@given(
    st.integers(100, 599),
    st.none() | st.text(),
    st.booleans(),
    st.sets(st.sampled_from(sorted(MAY_MEAN_NOT_DONE))),
)
def test_nothing_but_a_yes_is_done_and_nothing_but_a_no_is_not(
    status: int, body: str | None, retry_after: bool, declared: set[int]
) -> None:
    outcome = outcome_of(HttpAnswer(status, body, "", retry_after), not_done=frozenset(declared))
    if isinstance(outcome, Done):
        assert 200 <= status < 300
        assert status != 202
    if isinstance(outcome, NotDone):
        assert 400 <= status < 500 or status in declared
    if status >= 500 and status not in declared:
        assert isinstance(outcome, Uncertain)
    # What a back end says stands apart from what is said of it in the open.
    if isinstance(outcome, NotDone | Uncertain) and body and len(body) > 3:
        assert body not in outcome.reason


@given(st.integers(100, 599), st.none() | st.text(), st.booleans())
def test_asked_after_only_an_answer_or_a_declared_absence_is_certain(
    status: int, body: str | None, absent: bool
) -> None:
    outcome = asked_after(HttpAnswer(status, body), absent_means_not_done=absent)
    assert isinstance(outcome, Done) <= (status == 200)
    assert isinstance(outcome, NotDone) == (status == 404 and absent)


def test_the_back_end_s_own_name_for_it_is_kept_where_it_is_one() -> None:
    for body, expected in (
        ('{"id":"R-1"}', "R-1"),
        ('{"id":7}', "7"),
        ('{"id":true}', None),
        ('{"id":{}}', None),
        ("[1]", None),
        ("{}", None),
    ):
        outcome = outcome_of(HttpAnswer(200, body), reference="id")
        assert isinstance(outcome, Done)
        assert outcome.reference == expected
