"""What is taken back stays taken back, by whichever name it was."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.grants import KILL_SWITCH, Revocation, Selection, Selector, revoked
from answerable.grants.revocation import selections
from answerable.testing import sample_grants as some

GRANT = some.grant(7, some.permit(7, approved_by=("ruth", "sam")))
SELECTED = [
    KILL_SWITCH,
    Selection(Selector.GRANT, "gr_7"),
    Selection(Selector.CONVERSATION, "c-7"),
    Selection(Selector.WORKLOAD, some.WORKLOAD),
    Selection(Selector.BUNDLE, GRANT.bundle),
    Selection(Selector.APPROVER, "ruth"),
    Selection(Selector.APPROVER, "sam"),
]


def taken_back(selection: Selection, lifted: float | None = None) -> Revocation:
    at = some.NOW + timedelta(seconds=1)
    return Revocation(
        selection, at, "ops", "drill", None if lifted is None else at + timedelta(seconds=lifted)
    )


@pytest.mark.parametrize("selection", SELECTED, ids=str)
def test_a_grant_is_taken_back_by_everything_that_it_names(selection: Selection) -> None:
    assert revoked(GRANT, [taken_back(selection)]) == taken_back(selection)
    assert set(SELECTED) == set(selections(GRANT))


@pytest.mark.parametrize("selector", [one for one in Selector if one is not Selector.EVERYTHING])
def test_a_revocation_of_something_else_takes_nothing_back(selector: Selector) -> None:
    others = [Selection(selector, value) for value in ("x", "gr_77", "c-77", "RUTH", some.WORKLOAD + "/a")]
    assert revoked(GRANT, map(taken_back, others)) is None


def test_a_name_of_one_kind_is_none_of_another() -> None:
    assert revoked(GRANT, [taken_back(Selection(Selector.APPROVER, some.WORKLOAD))]) is None
    assert revoked(GRANT, [taken_back(Selection(Selector.CONVERSATION, "ruth"))]) is None


def test_a_grant_that_nobody_approved_is_of_no_approver() -> None:
    assert all(one.selector is not Selector.APPROVER for one in selections(some.grant()))


@given(st.sampled_from(SELECTED), st.integers(0, 600), st.integers(-600, 600))
def test_a_lifted_revocation_covers_what_was_issued_before_and_nothing_after(
    selection: Selection, lifted: int, issued: int
) -> None:
    grant = some.grant(
        7, some.permit(7, approved_by=("ruth", "sam")), now=some.NOW + timedelta(seconds=issued)
    )
    revocation = taken_back(selection, lifted)
    assert revocation.lifted is not None
    assert revocation.covers(grant) is (grant.issued <= revocation.lifted)
    assert taken_back(selection).covers(grant)


def test_a_selection_that_names_nothing_is_never_made() -> None:
    for selector in Selector:
        with pytest.raises(ValueError):
            Selection(selector, "x" if selector is Selector.EVERYTHING else "")
    with pytest.raises(ValueError):
        Selection(Selector.WORKLOAD, "a\nb")
